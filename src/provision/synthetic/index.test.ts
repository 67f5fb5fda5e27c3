import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "../../host/port.ts";
import { SIZES } from "./config.ts";
import { writeSyntheticModel } from "./index.ts";
import { SPECIAL_TOKENS } from "./tokenizer.ts";

const root = mkdtempSync(join(tmpdir(), "synthetic-"));
after(() => rmSync(root, { recursive: true, force: true }));

const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

function headerOf(path: string) {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString("utf8"));
  return { header, data: bytes.subarray(8 + length) };
}

test("seed 1 gives these bytes, on every platform", async () => {
  const model = await writeSyntheticModel(join(root, "one"), { seed: 1 });
  const digests = Object.fromEntries(
    ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"].map((file) => [
      file,
      sha256(join(model.dir, file)),
    ]),
  );
  assert.deepEqual(digests, GOLDEN);
});

test("another seed gives other weights, and nothing else", async () => {
  const other = await writeSyntheticModel(join(root, "two"), { seed: 2 });
  assert.notEqual(sha256(join(other.dir, "model.safetensors")), GOLDEN["model.safetensors"]);
  assert.equal(sha256(join(other.dir, "tokenizer.json")), GOLDEN["tokenizer.json"]);
});

test("the header tells each tensor's place, without gaps, to the end of the file", async () => {
  const { dir } = await writeSyntheticModel(join(root, "one"), { seed: 1 });
  const { header, data } = headerOf(join(dir, "model.safetensors"));
  const { __metadata__: _, ...tensors } = header;
  let offset = 0;
  for (const [name, { dtype, shape, data_offsets: place }] of Object.entries<TensorEntry>(
    tensors,
  )) {
    const count = shape.reduce((product: number, size: number) => product * size, 1);
    assert.deepEqual([dtype, place], ["BF16", [offset, offset + 2 * count]], name);
    offset = place[1];
  }
  assert.equal(offset, data.length);
});

test("inner sizes suit the k-quants, and the tokenizer has as many entries as the config says", async () => {
  for (const size of [
    SIZES.hidden,
    SIZES.intermediate,
    SIZES.heads * SIZES.headSize,
    SIZES.perLayerInput,
  ]) {
    assert.equal(size % 256, 0);
  }
  const { dir } = await writeSyntheticModel(join(root, "one"), { seed: 1 });
  const tokenizer = JSON.parse(readFileSync(join(dir, "tokenizer.json"), "utf8"));
  const ids = Object.values<number>(tokenizer.model.vocab).sort((a, b) => a - b);
  assert.deepEqual(
    ids,
    Array.from({ length: SIZES.vocab }, (_, id) => id),
  );
  for (const merge of tokenizer.model.merges) {
    assert.ok(merge.split(" ").join("") in tokenizer.model.vocab, merge);
  }
});

test("the marks' embeddings are zero, so that a greedy reply never ends early", async () => {
  const { dir } = await writeSyntheticModel(join(root, "one"), { seed: 1 });
  const { header, data } = headerOf(join(dir, "model.safetensors"));
  const [from] = header["model.language_model.embed_tokens.weight"].data_offsets;
  const row = (id: number) =>
    data.subarray(from + id * SIZES.hidden * 2, from + (id + 1) * SIZES.hidden * 2);
  for (const id of SPECIAL_TOKENS.keys()) assert.ok(row(id).every((byte) => byte === 0));
  assert.ok(row(SPECIAL_TOKENS.length).some((byte) => byte !== 0));
});

test("a whole copy is used again, a damaged one is made anew, and no draft is left", async () => {
  const dir = join(root, "one");
  const first = await writeSyntheticModel(dir, { seed: 1 });
  writeFileSync(join(dir, "model-Q4K.gguf"), "written by the engine");
  assert.deepEqual(await writeSyntheticModel(dir, { seed: 1 }), first);
  assert.ok(readdirSync(dir).includes("model-Q4K.gguf"));
  writeFileSync(join(dir, "config.json"), "{}");
  assert.deepEqual(await writeSyntheticModel(dir, { seed: 1 }), first);
  const both = await Promise.all([
    writeSyntheticModel(join(root, "race"), { seed: 3 }),
    writeSyntheticModel(join(root, "race"), { seed: 3 }),
  ]);
  assert.equal(both[0].digest, both[1].digest);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith(".")),
    [],
  );
});

const INFERRS = process.env.INFERRS_BIN;

test("inferrs loads it, replies in full length, and the same in every start", {
  skip: INFERRS ? false : "set INFERRS_BIN to an inferrs executable to serve the model with it",
}, async () => {
  const { dir } = await writeSyntheticModel(join(root, "served"), { seed: 1 });
  const replies = [];
  for (let start = 0; start < 2; start++) replies.push(await serveAndAsk(INFERRS ?? "", dir));
  assert.equal(replies[0]?.usage.completion_tokens, 40);
  assert.equal(replies[0]?.choices[0].finish_reason, "length");
  assert.deepEqual(replies[0]?.choices[0].message, replies[1]?.choices[0].message);
  assert.ok(new Set(replies[0]?.choices[0].message.content.split(" ")).size > 1);
});

async function serveAndAsk(inferrs: string, dir: string) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const args = ["serve", dir, "--host", "127.0.0.1", "--port", String(port), "--device", "cpu"];
  const child = spawn(inferrs, args, { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    for (let tries = 0; ; tries++) {
      const health = await fetch(`${base}/health`).catch(() => null);
      if (health?.status === 200) break;
      assert.ok(tries < 400 && child.exitCode === null, `not ready: ${health?.status}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const response = await fetch(`${base}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        messages: [{ role: "user", content: "Tell me about the town library." }],
        max_tokens: 40,
        temperature: 0,
      }),
    });
    return (await response.json()) as Reply;
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

interface TensorEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

interface Reply {
  usage: { completion_tokens: number };
  choices: [{ finish_reason: string; message: { content: string } }];
}

const GOLDEN = {
  "config.json": "50111e8b594171945303fc76cf7f9399747d0f33b7ffa961a337e05c92d75901",
  "tokenizer.json": "b57d6f8147b4a13b2095e7d2a05dbdf93436d6157016c58b85d11e0f5426b821",
  "tokenizer_config.json": "44c119246c628d82c8ae278aa874b199d20e9726e32a5def74dca4d686c6b4d4",
  "model.safetensors": "792bb5247018cc6057bf5cf718c7c61aa0771f3a233f133a31c1ad556aefbc03",
};
