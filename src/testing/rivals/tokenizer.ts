/**
 * The tokenizer that the rivals are given: the synthetic model's, to which every text that the
 * corpus calls one token is added as one. So a tool that counts by tokenizing the text gets the
 * count that the true tokenizer would give it, and is wrong only where text can't tell the count.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configJson } from "../../provision/synthetic/config.ts";
import { tokenizerJson } from "../../provision/synthetic/tokenizer.ts";
import { allTokens, type GoldenScript } from "../golden/script.ts";

/** What a chat model's tokenizer carries; tools that count prompts want one. */
const CHAT_TEMPLATE =
  "{% for message in messages %}<|turn>{{ message['role'] }}\n{{ message['content'] }}<turn|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|turn>model\n{% endif %}";

/**
 * Writes tokenizer.json, tokenizer_config.json and config.json, as Hugging Face's tools read them.
 * @param dir created where it isn't there
 * @param scripts whose tokens it knows
 */
export function writeTokenizer(dir: string, scripts: readonly GoldenScript[]): void {
  mkdirSync(dir, { recursive: true });
  const tokenizer = JSON.parse(tokenizerJson());
  const start = Object.keys(tokenizer.model.vocab).length;
  for (const [index, content] of goldenTexts(scripts).entries()) {
    tokenizer.added_tokens.push({
      id: start + index,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: false,
    });
  }
  const config = JSON.parse(configJson());
  config.text_config.vocab_size = start + goldenTexts(scripts).length;
  const tokenizerConfig = {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: "<bos>",
    eos_token: "<eos>",
    pad_token: "<pad>",
    unk_token: "<unk>",
    model_max_length: config.text_config.max_position_embeddings,
    chat_template: CHAT_TEMPLATE,
  };
  writeFileSync(join(dir, "tokenizer.json"), JSON.stringify(tokenizer));
  writeFileSync(join(dir, "tokenizer_config.json"), JSON.stringify(tokenizerConfig));
  writeFileSync(join(dir, "config.json"), JSON.stringify(config));
}

/** Token texts, each with and without the space at its end: some tools trim the reply. */
function goldenTexts(scripts: readonly GoldenScript[]): string[] {
  const texts = scripts.flatMap((script) => allTokens(script)).map(({ text }) => text);
  return [...new Set(texts.flatMap((text) => [text, text.trimEnd()]))].filter(
    (text) => text !== "",
  );
}
