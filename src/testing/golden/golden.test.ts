/** The golden server, its corpus and the checker: the parts of `npm run validate` that need no quiet machine. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type GoldenScript, readCorpus } from "./script.ts";
import { startGolden } from "./server.ts";
import { recordingOf } from "./steps.ts";
import { type Golden, spawnGolden, validateScript } from "./validate.ts";

const folder = mkdtempSync(join(tmpdir(), "golden-corpus-"));
const CORPUS = join(import.meta.dirname, "corpus");
const shipped = readCorpus(CORPUS);

const event = (delta: object, finish_reason: string | null = null) => ({
  data: { id: "chatcmpl-new", choices: [{ index: 0, delta, finish_reason }] },
});
const run = (chunks: (string | string[])[]) => ({
  chunks,
  every: 3,
  data: { id: "chatcmpl-new", choices: [{ index: 0, delta: { content: "%s" } }] },
});

/** Six tokens that count themselves, as no file of the corpus has them. */
const NEW = {
  title: "six tokens, made by the test",
  sends: [
    event({ role: "assistant" }),
    { wait: 5 },
    run(["un ", "deux ", "trois ", "quatre ", "cinq ", "ſïx 🙂"]),
    event({}, "stop"),
    { data: { choices: [], usage: { prompt_tokens: 17, completion_tokens: 6 } } },
    { data: "[DONE]" },
  ],
  truth: {
    outcome: "pass",
    text: "un deux trois quatre cinq ſïx 🙂",
    prompt: 17,
    promptSource: "usage",
    output: 6,
    outputSource: "usage",
  },
};

/** Two and three tokens in a chunk, counted by plain replies only. */
const BUNDLES = {
  title: "bundles, made by the test",
  newline: "\r\n",
  asks: { maxTokens: 5 },
  sends: [
    run([
      ["a ", "b "],
      ["c ", "d ", "e "],
    ]),
    event({}, "length"),
    { data: "[DONE]" },
  ],
  truth: {
    outcome: "pass",
    text: "a b c d e ",
    prompt: 23,
    promptSource: "replay",
    output: 5,
    outputSource: "calibrated",
  },
};

/** What is told wrongly, and what the checker must say of it. */
const LIES: Record<string, { truth: object; wrong: RegExp[] }> = {
  "lie-counts": {
    truth: { output: 7, prompt: 18, promptSource: "replay" },
    wrong: [
      /^output tokens: 6 instead of 7$/,
      /^prompt tokens: 17 instead of 18$/,
      /^their source: "usage" instead of "replay"$/,
      /^tokens in the script: 6 instead of 7$/,
    ],
  },
  "lie-text": {
    truth: { text: "un deux" },
    wrong: [/^text: "un deux trois .* instead of "un deux"$/],
  },
  "lie-outcome": {
    truth: { outcome: "empty-reply" },
    wrong: [/^outcome: "pass" instead of "empty-reply"$/],
  },
  "lie-rate": { truth: { decode: false }, wrong: [/^a guessed decode rate: \d/] },
};

let golden: Golden;
let ofShipped: Golden;
before(async () => {
  const write = (name: string, script: object) =>
    writeFileSync(join(folder, `${name}.json5`), JSON.stringify(script));
  write("new", NEW);
  write("bundles", BUNDLES);
  for (const [name, lie] of Object.entries(LIES)) {
    write(name, { ...NEW, truth: { ...NEW.truth, ...lie.truth } });
  }
  golden = await spawnGolden(folder);
  ofShipped = await spawnGolden(CORPUS);
});
after(async () => {
  await golden.close();
  await ofShipped.close();
  rmSync(folder, { recursive: true, force: true });
});

function scriptOf({ scripts }: Golden, name: string): GoldenScript {
  const script = scripts.find((each) => each.name === name);
  assert.ok(script, name);
  return script;
}

for (const name of ["new", "bundles"]) {
  test(`a script that the repository has never seen is measured right: ${name}`, async () => {
    const row = await validateScript(golden, scriptOf(golden, name), 2);
    assert.deepEqual(row.wrong, []);
    assert.equal(row.decode.length, 2, "each round has a rate, beside the server's own");
  });
}

for (const [name, { wrong }] of Object.entries(LIES)) {
  test(`a truth that is wrong is found: ${name}`, async () => {
    const row = await validateScript(golden, scriptOf(golden, name), 1);
    assert.equal(row.wrong.length, wrong.length, row.wrong.join("; "));
    for (const [index, words] of wrong.entries()) assert.match(row.wrong[index] ?? "", words);
  });
}

for (const name of [
  "inferrs-silent-first",
  "tool-call",
  "ollama-api-chat",
  "tokens-lost",
  "http-422-text",
]) {
  test(`${name} is told right: counts, texts, outcome`, async () => {
    const row = await validateScript(ofShipped, scriptOf(ofShipped, name), 1);
    assert.deepEqual(row.wrong, []);
  });
}

test("what is read of a script without a socket is what the server sends", async () => {
  const played = ["split-in-crlf", "several-in-a-segment", "keep-alives", "no-final-newline"];
  const { port, records, close } = await startGolden(shipped);
  for (const name of [...played, "inferrs-api-chat", "inferrs-plain", "inferrs-silent-tokens"]) {
    const script = shipped.find((each) => each.name === name);
    assert.ok(script, name);
    const { segments, marks } = recordingOf(script, Number.POSITIVE_INFINITY);
    const url = `http://127.0.0.1:${port}/s/${name}/v1/chat/completions`;
    const response = await fetch(url, { method: "POST", body: '{"stream":true}' });
    const body = Buffer.from(await response.arrayBuffer());
    assert.equal(body.toString(), Buffer.concat(segments.map(({ bytes }) => bytes)).toString());
    const writes = records.at(-1)?.writes.slice(1, -1) ?? [];
    assert.deepEqual(
      writes.map(({ kind, tokens }) => [kind, tokens]),
      marks.map(({ kind, tokens }) => [kind, tokens]),
    );
  }
  await close();
});

test("a file with a field that nobody knows is refused, by its path and the field", () => {
  const odd = mkdtempSync(join(tmpdir(), "golden-odd-"));
  try {
    const path = join(odd, "odd.json5");
    writeFileSync(path, JSON.stringify({ ...NEW, speed: 3 }));
    const refused = (field: string) => (error: Error) =>
      error.message.startsWith(`${path}: `) && error.message.includes(field);
    assert.throws(() => readCorpus(odd), refused('"speed"'));
    writeFileSync(path, JSON.stringify({ ...NEW, sends: [{ wait: 5, every: 1 }] }));
    assert.throws(() => readCorpus(odd), refused('"sends"'));
    writeFileSync(path, "{ title:");
    assert.throws(() => readCorpus(odd), refused("JSON5"));
  } finally {
    rmSync(odd, { recursive: true, force: true });
  }
});
