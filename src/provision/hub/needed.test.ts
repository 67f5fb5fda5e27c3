import assert from "node:assert/strict";
import { test } from "node:test";
import { neededFiles, preferredGguf, shardsOf, tokenizerFiles } from "./needed.ts";

const BASE = ["config.json", "tokenizer.json"];

test("one file of weights goes before shards, as in inferrs", () => {
  const both = [...BASE, "model.safetensors", "model.safetensors.index.json", "a-1.safetensors"];
  assert.deepEqual(neededFiles(both, null), {
    kind: "safetensors",
    small: BASE,
    index: null,
    weights: ["model.safetensors"],
  });
});

test("what is missing is named", () => {
  assert.deepEqual(neededFiles([...BASE, "pytorch_model.bin"], null), {
    kind: "nothing",
    missing: "model.safetensors or model.safetensors.index.json",
  });
  assert.deepEqual(neededFiles(["config.json", "model.safetensors"], null), {
    kind: "nothing",
    missing: "tokenizer.json",
  });
  assert.equal(neededFiles(["a.gguf"], "b.gguf").kind, "nothing");
  assert.deepEqual(tokenizerFiles(["config.json"]), { kind: "nothing", missing: "tokenizer.json" });
});

test("a GGUF file that is asked for wins over safetensors", () => {
  const needed = neededFiles([...BASE, "model.safetensors", "q/x-Q8_0.gguf"], "q/x-Q8_0.gguf");
  assert.deepEqual(needed, { kind: "gguf", file: "q/x-Q8_0.gguf", small: BASE });
});

test("of several GGUF files the one that inferrs would take", () => {
  const order = ["a-F16.gguf", "a-Q8_0.gguf", "a-q6_k.gguf", "a-Q5_K_M.gguf", "a-Q4_K_S.gguf"];
  for (let left = order.length; left > 1; left--) {
    assert.equal(preferredGguf(order.slice(0, left)), order[left - 1]);
  }
  assert.equal(preferredGguf(["b-F32.gguf", "a-F16.gguf"]), "b-F32.gguf");
  assert.equal(preferredGguf([]), null);
  assert.equal(neededFiles(["mmproj-Q4_K.gguf"], null).kind, "nothing");
});

test("an index names its shards once; anything else is no index", () => {
  assert.deepEqual(shardsOf('{"weight_map":{"a":"2","b":"1","c":"2"}}'), ["1", "2"]);
  assert.equal(shardsOf("<html>"), null);
  assert.equal(shardsOf("{}"), null);
});
