import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "./options.ts";
import type { RawOptions } from "./table.ts";

function read(raw: RawOptions) {
  return readOptions(raw, {}, 8e9);
}

function refused(raw: RawOptions, ...patterns: RegExp[]): void {
  assert.throws(
    () => read(raw),
    (error: Error) => {
      assert.equal(error.name, "InputError");
      for (const pattern of patterns) assert.match(error.message, pattern);
      return true;
    },
  );
}

test("options become inferrs's own flags, before what is passed on as it is", () => {
  const { serverArgs } = read({
    quantize: "q8_0",
    dtype: "F16",
    "turbo-quant": "4",
    "server-arg": ["--max-seq-len=1024"],
  });
  const flags = ["--quantize=Q8_0", "--dtype=f16", "--turbo-quant=4", "--max-seq-len=1024"];
  assert.deepEqual(serverArgs, flags);
  assert.deepEqual(read({ "turbo-quant": "false" }).serverArgs, ["--turbo-quant=false"]);
  assert.deepEqual(read({ "paged-attention": "0.5" }).serverArgs, ["--paged-attention=0.5"]);
  assert.deepEqual(read({}).serverArgs, []);
});

test("llama.cpp's names of a quantization are understood", () => {
  for (const text of ["Q4_K_M", "q4k", "Q4-K-S", "Q4_K"]) {
    assert.deepEqual(read({ quantize: text }).serverArgs, ["--quantize=Q4K"]);
  }
  assert.deepEqual(read({ quantize: "false" }).serverArgs, ["--quantize=none"]);
});

test("a wrong value is found before anything is fetched", () => {
  refused({ quantize: "Q4_5" }, /--quantize: got "Q4_5"/, /Q4_0.*none/, /Did you mean/);
  refused({ dtype: "f8" }, /--dtype/, /f32, f16, bf16/);
  refused({ "turbo-quant": "9" }, /--turbo-quant/, /from 1 to 8/);
  refused({ "paged-attention": "1.5" }, /--paged-attention/, /at most 1/);
  for (const revision of ["../x", "a b", "/main", "a..b", "x/"]) {
    refused({ revision }, /--revision/, /branch or tag/);
  }
  refused({ "gguf-file": "../x.gguf" }, /--gguf-file/);
  refused({ "gguf-file": "x.safetensors" }, /--gguf-file/, /\.gguf/);
  refused({ "tokenizer-source": "gemma" }, /--tokenizer-source/, /owner\/name/);
});

test("the same flag both ways is refused, whichever way it is written", () => {
  refused({ quantize: "Q8_0", "server-arg": ["--quantize=none"] }, /--quantize/, /one of the two/);
  refused({ dtype: "f32", "server-arg": ["--dtype", "f16"] }, /--dtype/, /--server-arg=--dtype/);
  refused({ device: "cpu", "server-arg": ["--device=cuda"] }, /--device/);
  assert.deepEqual(read({ "server-arg": ["--quantize=none"] }).serverArgs, ["--quantize=none"]);
});

test("a flag that inferrs would ignore in silence is refused", () => {
  refused({ quantize: "Q4K", "paged-attention": "0.5" }, /--quantize/, /--paged-attention/);
  refused({ quantize: "Q4K", "gguf-file": "x.gguf" }, /--quantize/, /--gguf-file/);
  assert.equal(read({ quantize: "none", "paged-attention": "0.5" }).serverArgs.length, 2);
});

test("what names a hub model's files belongs to the model, and goes with no other", () => {
  assert.deepEqual(read({ model: "o/n", revision: "feature/x", "gguf-file": "q/x.gguf" }).model, {
    kind: "hub",
    id: "o/n",
    revision: "feature/x",
    ggufFile: "q/x.gguf",
    tokenizerSource: null,
  });
  refused({ model: "./dir", revision: "main" }, /--revision/, /--model \.\/dir is none/);
  refused({ model: "synthetic", "gguf-file": "x.gguf" }, /--gguf-file/, /synthetic/);
  refused({ "server-arg": ["--gguf-file=x.gguf"] }, /--server-arg/, /of its own: --gguf-file/);
  const directory = { model: "./dir", "server-arg": ["--revision=x"] };
  assert.deepEqual(read(directory).serverArgs, ["--revision=x"]);
});

test("an engine that has no such flags is not given them", () => {
  const attached = { "base-url": "http://127.0.0.1:1/v1" };
  refused({ ...attached, quantize: "Q4K" }, /--quantize/, /attached server/);
  refused({ engine: "sim", dtype: "f32" }, /--dtype/, /the simulator/);
  refused({ engine: "sim", revision: "x" }, /--revision/, /the simulator/);
});
