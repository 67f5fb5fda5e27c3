import assert from "node:assert/strict";
import { test } from "node:test";
import { readThresholds, wordOf } from "./thresholds.ts";

test("without any: 5%, and 10% for what jumps more", () => {
  assert.deepEqual(readThresholds([]), { default: 0.05, ttftMs: 0.1, loadMs: 0.1 });
});

test("a number alone is for every metric", () => {
  assert.deepEqual(readThresholds(["3"]), { default: 0.03 });
  assert.deepEqual(readThresholds(["2.5%"]), { default: 0.025 });
});

test("by metric, repeated or separated by commas, by the reports' words or the result's", () => {
  const wanted = { default: 0.05, ttftMs: 0.15, loadMs: 0.1, decodeTokensPerSecond: 0.03 };
  assert.deepEqual(readThresholds(["ttft=15", "decode=3%"]), wanted);
  assert.deepEqual(readThresholds(["ttftMs=15, decodeTokensPerSecond=3"]), wanted);
  assert.deepEqual(readThresholds(["4,load=20,tool-call=8"]), {
    ...{ default: 0.04, loadMs: 0.2, toolCallMs: 0.08 },
  });
  assert.deepEqual(
    [wordOf("ttftMs"), wordOf("loadMs"), wordOf("e2eMs")],
    ["ttft", "load", "e2eMs"],
  );
});

test("what is no metric or no share is refused", () => {
  const wrong: [string[], RegExp][] = [
    [["tftt=3"], /Did you mean "ttft"/],
    [["decodeTokensPerSecnd=3"], /Did you mean "decodeTokensPerSecond"/],
    [["0"], /above 0/],
    [["ttft=101"], /at most 100/],
    [["ttft="], /above 0/],
    [["ttft=3", "ttftMs=4"], /once/],
    [["3", "4"], /once/],
  ];
  for (const [items, pattern] of wrong) {
    assert.throws(() => readThresholds(items), { name: "InputError", message: pattern });
  }
});
