/** A byte-level BPE tokenizer, learned here from a list of words; nothing comes from elsewhere. */

import { capital } from "../../report/format.ts";
import { SIZES } from "./config.ts";
import { WORDS } from "./words.ts";

/** Gemma 4's marks that inferrs's chat template uses. They come first in the vocabulary. */
export const SPECIAL_TOKENS = ["<pad>", "<eos>", "<bos>", "<unk>", "<|turn>", "<turn|>"];

const BYTES = 256;

/** Words that stand more often in what is asked are learned first: the list's order counts. */
function frequencyOf(index: number): number {
  return Math.max(1, Math.floor(4096 / (index + 8)));
}

/**
 * Printable stand-ins for the 256 bytes, as in GPT-2's byte-level BPE: bytes that print stand for
 * themselves, the others for the characters from U+0100 on.
 */
function byteCharacters(): string[] {
  let next = 256;
  const prints = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  return Array.from({ length: BYTES }, (_, byte) =>
    String.fromCharCode(prints(byte) ? byte : next++),
  );
}

/** The merges that byte pair encoding learns from the words, most frequent pair first. */
function learnMerges(space: string, count: number): [string, string][] {
  const extra = [
    "    ",
    "  ",
    "\u010A\u010A",
    '":',
    '",',
    '"}',
    "},",
    "--",
    "**",
    "##",
    "```",
    "...",
    "//",
    "()",
  ];
  const pieces = [
    ...WORDS.map((word, index) => ({ symbols: [space, ...word], count: frequencyOf(index) })),
    ...WORDS.map((word, index) => ({
      symbols: [...word],
      count: Math.ceil(frequencyOf(index) / 3),
    })),
    ...WORDS.map((word) => ({ symbols: [...capital(word)], count: 1 })),
    ...extra.map((text) => ({ symbols: [...text.replaceAll(" ", space)], count: 40 })),
  ];
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const best = mostFrequentPair(pieces);
    if (best === null) break;
    merges.push(best);
    for (const piece of pieces) mergeIn(piece.symbols, best);
  }
  return merges;
}

interface Piece {
  symbols: string[];
  count: number;
}

/** Ties go to the pair that sorts first, so that the outcome is the same everywhere. */
function mostFrequentPair(pieces: Piece[]): [string, string] | null {
  const counts = new Map<string, number>();
  for (const { symbols, count } of pieces) {
    for (let at = 0; at + 1 < symbols.length; at++) {
      const pair = `${symbols[at]} ${symbols[at + 1]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  }
  let best: string | null = null;
  let most = 0;
  for (const [pair, count] of counts) {
    if (count > most || (count === most && best !== null && pair < best)) {
      best = pair;
      most = count;
    }
  }
  const [left, right] = best?.split(" ") ?? [];
  return left === undefined || right === undefined ? null : [left, right];
}

function mergeIn(symbols: string[], [left, right]: [string, string]): void {
  for (let at = 0; at + 1 < symbols.length; at++) {
    if (symbols[at] === left && symbols[at + 1] === right) symbols.splice(at, 2, left + right);
  }
}

/** tokenizer.json in the format of Hugging Face's tokenizers; exactly `SIZES.vocab` entries. */
export function tokenizerJson(): string {
  const characters = byteCharacters();
  const space = characters[32] ?? "\u0120";
  const room = SIZES.vocab - SPECIAL_TOKENS.length - BYTES;
  const merges = learnMerges(space, room);
  const tokens = [...SPECIAL_TOKENS, ...characters, ...merges.map(([left, right]) => left + right)];
  const distinct = [...new Set(tokens)];
  for (let filler = 0; distinct.length < SIZES.vocab; filler++) distinct.push(`<unused${filler}>`);
  const vocab = Object.fromEntries(distinct.map((token, id) => [token, id]));
  const added = SPECIAL_TOKENS.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const byteLevel = {
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  };
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges: merges.map((pair) => pair.join(" ")),
    },
  };
  return `${JSON.stringify(tokenizer)}\n`;
}

/** Which ids are marks, not text: their embeddings are zero, so greedy replies never end early. */
export function isSpecial(id: number): boolean {
  return id < SPECIAL_TOKENS.length;
}

export function tokenizerConfigJson(): string {
  return `${JSON.stringify({ bos_token: "<bos>", eos_token: "<eos>" }, null, 2)}\n`;
}
