import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceIn, wrongDevice } from "./device.ts";

/** Lines of inferrs 9535ae3 as it wrote them into a file here, colours and all. */
const line = (level: string, module: string, text: string) =>
  `\u001b[2m2026-11-26T13:39:28.379758Z\u001b[0m \u001b[32m${level.padStart(5)}\u001b[0m \u001b[2m${module}\u001b[0m\u001b[2m:\u001b[0m ${text}`;
const LISTENING = line("INFO", "inferrs::server", "Server listening on 127.0.0.1:18430");
const LOADED = line("INFO", "inferrs_models::models", "Model loaded successfully");
const USING_CPU = line("INFO", "inferrs", "Using CPU device");
const CPU_DTYPE = line(
  "WARN",
  "inferrs::engine",
  "CPU device does not support BF16 matmul — using F32 instead. Pass --dtype f32 to suppress this warning.",
);
const said = (...lines: string[]) => deviceIn([LISTENING, ...lines, LOADED].join("\n"));

test("auto on this CPU: it says what it uses, in a line of its own", () => {
  const seen = said(USING_CPU, CPU_DTYPE);
  assert.deepEqual(seen, { device: "cpu", words: "INFO inferrs: Using CPU device" });
});

test("--device cpu names no device, but warns that the dtype is not for a CPU", () => {
  assert.equal(said(CPU_DTYPE)?.device, "cpu");
  assert.match(said(CPU_DTYPE)?.words ?? "", /^WARN inferrs::engine: CPU device does not support/);
});

/** Read in its source (main.rs): this machine can't make it say them. */
const READ: [string, string][] = [
  ["Using CUDA device (via plugin)", "cuda"],
  ["Using Metal device (via plugin)", "metal"],
  ["Using ROCm device (via plugin)", "rocm"],
  ["Using MUSA device / Moore Threads GPU (via plugin)", "musa"],
  [
    "CUDA plugin detected but binary was built without `--features cuda` — falling back to CPU",
    "cpu",
  ],
  [
    "Vulkan driver detected but candle has no Vulkan Device yet — falling back to CPU. Recompile with a candle version that supports wgpu to enable Vulkan.",
    "cpu",
  ],
];
for (const [text, device] of READ) {
  test(`"${text.slice(0, 50)}": ${device}`, () => {
    assert.equal(said(line("INFO", "inferrs", text))?.device, device);
  });
}

test("a silent log is no sign of any device", () => {
  assert.equal(said(), null);
  assert.equal(deviceIn(""), null);
  assert.equal(said(line("INFO", "x", "Request about using CPU devices: 1 messages")), null);
});

test("asked for CUDA and served on a CPU is wrong; auto and unknown are not", () => {
  const seen = said(CPU_DTYPE);
  assert.match(wrongDevice("cuda", seen) ?? "", /^asked for cuda, serves on cpu; its log: WARN /);
  assert.notEqual(wrongDevice("metal", seen), null);
  assert.notEqual(
    wrongDevice("cpu", said(line("INFO", "inferrs", "Using CUDA device (via plugin)"))),
    null,
  );
  assert.equal(wrongDevice("cpu", seen), null);
  assert.equal(wrongDevice("auto", seen), null);
  assert.equal(wrongDevice("cuda", null), null);
});
