import assert from "node:assert/strict";
import { test } from "node:test";
import { lastWords, promptTokensIn, windowIn } from "./log.ts";

const line = (n: number) => `  ${n}: inferrs::engine::frame_${n}`;

test("the cause of death is kept, however long the backtrace behind it", () => {
  const trace = Array.from({ length: 40 }, (_, index) => line(index));
  const log = [
    "loading",
    "memory allocation of 6346352896 bytes failed",
    "stack backtrace:",
    ...trace,
  ];
  const words = lastWords(log.join("\n"));
  assert.equal(words[0], "memory allocation of 6346352896 bytes failed");
  assert.equal(words.at(-1), line(39).trimEnd());
  assert.equal(words.length, 12);
  const panic = "thread 'main' panicked at src/engine.rs:7:";
  assert.equal(lastWords(["a", panic, ...trace].join("\n"))[0], panic);
});

test("a short log is kept as it is, without colours", () => {
  assert.deepEqual(lastWords("\u001b[32mINFO\u001b[0m a\n\nb\n"), ["INFO a", "b"]);
});

test("prompt tokens are those of the response's own id, also in colours", () => {
  const log = [
    "INFO Request chatcmpl-a: 1 messages, 23 prompt tokens",
    "\u001b[2mINFO\u001b[0m Request chatcmpl-b: 2 messages, 4110 prompt tokens",
  ].join("\n");
  assert.equal(promptTokensIn(log, "chatcmpl-b"), 4110);
  assert.equal(promptTokensIn(log, "chatcmpl-c"), null);
});

test("the window is the capacity that it names as it loads; silence is unknown", () => {
  const log =
    "INFO inferrs::engine: Model KV cache capacity: 8192 tokens\nModel loaded successfully\n";
  assert.equal(windowIn(log), 8192);
  assert.equal(windowIn("Model loaded successfully\n"), null);
});
