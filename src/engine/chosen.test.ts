import assert from "node:assert/strict";
import { test } from "node:test";
import { NOTHING_CHOSEN } from "../result.ts";
import { chosenIn } from "./chosen.ts";

/** Lines of real runs of inferrs 9535ae3 with the synthetic model, on a CPU; dates shortened. */
const CPU =
  "\u001b[2m2026-04-26T13:27:15Z\u001b[0m \u001b[32m INFO\u001b[0m inferrs: Using CPU device";
const F32 =
  "2026-04-26T13:27:15Z  WARN inferrs::engine: CPU device does not support BF16 matmul — using F32 instead. Pass --dtype f32 to suppress this warning.";
const QUANTIZING = "2026-04-26T13:27:15Z  INFO inferrs::hub: Quantizing model to Q4K…";
const REUSING =
  "2026-04-26T13:27:15Z  INFO inferrs::hub: Reusing cached GGUF at synthetic-gemma4/model-Q4K.gguf (Q4K)";
const OPENED =
  "2026-04-26T13:27:15Z  INFO inferrs_models::models: Opened GGUF with 73 tensors: synthetic-gemma4/model-Q4K.gguf";
const TURBO =
  "2026-04-26T13:27:15Z  INFO inferrs_models::models::gemma4: TurboQuant KV cache enabled: 8 bits/coord, absmax quantization";
const LOADED = "2026-04-26T13:27:16Z  INFO inferrs_models::models: Model loaded successfully";
const PAGED = [
  "2026-04-26T13:27:30Z  WARN inferrs: --quantize=Q4K ignored: paged-attention requires un-quantized safetensors weights",
  "2026-04-26T13:27:31Z  INFO inferrs::engine: Paged attention memory baseline: 4.00 GiB",
  "2026-04-26T13:27:31Z  INFO inferrs::engine: Paged attention: fraction=0.10, 1 KV heads, head_dim=64, 1 KV layers",
];

const DEFAULTS = {
  quantization: "Q4K",
  dtype: "f32",
  turboQuant: "8",
  pagedAttention: "off",
};

function chosen(lines: string[], args: string[] = []) {
  return chosenIn(`${lines.join("\n")}\n`, args);
}

test("by default: Q4K, f32 on a CPU, TurboQuant at 8 bits; the same when the file is used again", () => {
  assert.deepEqual(chosen([CPU, F32, QUANTIZING, OPENED, TURBO, LOADED]), DEFAULTS);
  assert.deepEqual(chosen([CPU, F32, REUSING, OPENED, TURBO, LOADED]), DEFAULTS);
});

test("--quantize=none and --turbo-quant=false are seen by what is not said", () => {
  const none = { ...DEFAULTS, quantization: "none" };
  assert.deepEqual(chosen([CPU, F32, TURBO, LOADED]), none);
  const off = { ...DEFAULTS, turboQuant: "off" };
  assert.deepEqual(chosen([CPU, F32, QUANTIZING, OPENED, LOADED]), off);
});

test("paged attention turns the quantization off, and its share is told", () => {
  const paged = { ...DEFAULTS, quantization: "none", pagedAttention: "0.10" };
  assert.deepEqual(chosen([CPU, F32, TURBO, LOADED, ...PAGED]), paged);
  const fallsBack =
    "WARN inferrs::engine: --paged-attention is not yet supported for Gemma3 and will fall back to the standard concat KV cache.";
  assert.match(
    chosen([CPU, F32, LOADED, ...PAGED, fallsBack]).pagedAttention ?? "",
    /^0\.10, but not/,
  );
});

test("a dtype that was asked for and not replaced is the one in use; else it is not known", () => {
  const run = [QUANTIZING, OPENED, TURBO, LOADED];
  assert.equal(chosen([CPU, ...run], ["serve", "--dtype=f32"]).dtype, "f32");
  assert.equal(chosen([CPU, ...run], ["--dtype", "F16"]).dtype, "f16");
  assert.equal(chosen([CPU, F32, ...run], ["--dtype=bf16"]).dtype, "f32");
  assert.equal(chosen(["INFO inferrs: Using CUDA device (via plugin)", ...run]).dtype, null);
});

test("a GGUF file of the hub is named; weights that came quantized are told apart", () => {
  const opened =
    "INFO inferrs_models::models: Opened GGUF with 601 tensors: /h/.cache/huggingface/hub/models--a--b-GGUF/snapshots/c/m-Q4_K_M.gguf";
  assert.equal(chosen([opened, LOADED]).quantization, "m-Q4_K_M.gguf");
  const gptq =
    "INFO inferrs::hub: Model is pre-quantized (quantization_config present in config.json); skipping --quantize";
  assert.equal(chosen([gptq, LOADED]).quantization, "pre-quantized");
});

test("a log that is kept quiet says nothing, and so do we", () => {
  assert.deepEqual(chosen([F32]), NOTHING_CHOSEN);
  assert.deepEqual(chosen([]), NOTHING_CHOSEN);
});
