import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComparedMetric } from "../../result.ts";
import { nearestFirst } from "./nearest.ts";

function metric(label: string, threshold: number, low: number, high: number): ComparedMetric {
  const better = label === "decode" ? "higher" : "lower";
  const ratio = { estimate: 1, low, high, level: 0.95 };
  return { label, threshold, better, ratio } as ComparedMetric;
}

test("the nearest takes the most of its own threshold, not the most per cent", () => {
  const metrics = [
    metric("TTFT", 0.1, 0.996, 1.013),
    metric("decode", 0.05, 0.999, 1.002),
    metric("turn", 0.05, 0.998, 1.009),
  ];
  assert.deepEqual(
    nearestFirst(metrics).map(({ label }) => label),
    ["turn", "TTFT", "decode"],
  );
});
