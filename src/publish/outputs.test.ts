import assert from "node:assert/strict";
import { test } from "node:test";
import type { BenchEnd } from "../bench.ts";
import { COMPARISONS } from "../report/fixtures/comparisons.ts";
import { sampleCell, sampleMetric, sampleResult } from "../testing/github/result.ts";
import { outputs } from "./outputs.ts";

function endWith(result: BenchEnd["result"], exitCode = 0): BenchEnd {
  const names = ["result.json", "report.md", "report.html", "junit.xml", "openclaw.json5"];
  const files = result === null ? [] : names.map((name) => ({ name, path: `/o/${name}` }));
  return { exitCode, result, outDir: "/o", files, error: null };
}

const memory = { bytes: 5e9, kind: "rss" as const, swapBytes: null };

test("headline figures are those of the recommended combination's agent turn", () => {
  const cells = [
    sampleCell({
      id: "chat",
      scenario: "chat",
      metrics: { ttftMs: sampleMetric(50), prefillTokensPerSecond: sampleMetric(70) },
    }),
    sampleCell({
      id: "other",
      compat: { requiresStringContent: false },
      metrics: { ttftMs: sampleMetric(1) },
    }),
    sampleCell({
      metrics: { ttftMs: sampleMetric(1234.56789), turnMs: sampleMetric(9000) },
      peakMemory: memory,
    }),
    sampleCell({
      id: "tools",
      scenario: "agent-tools",
      metrics: { toolCallMs: sampleMetric(800), turnMs: sampleMetric(20000) },
      peakMemory: { ...memory, bytes: 6e9 },
    }),
  ];
  assert.deepEqual(outputs(endWith(sampleResult({ cells }))), {
    result: "/o/result.json",
    report: "/o/report.md",
    html: "/o/report.html",
    junit: "/o/junit.xml",
    label: "",
    verdict: "",
    "exit-reason": "ok",
    "recommended-compat": '{"requiresStringContent":true}',
    "openclaw-config": "/o/openclaw.json5",
    "ttft-ms": "1234.568",
    "decode-tokens-per-second": "",
    "prefill-tokens-per-second": "70",
    "turn-ms": "9000",
    "tool-call-ms": "800",
    "peak-memory-bytes": "6000000000",
    "regressed-metrics": "",
    change: "",
    "slower-percent": "",
    pairs: "",
    matrix: "",
  });
});

test("a plan's matrix is an output, and nothing else is", () => {
  const end = { ...endWith(null), files: [], plan: { text: "", matrix: '{"include":[]}' } };
  const said = Object.entries(outputs(end)).filter(([, value]) => value !== "");
  assert.deepEqual(said, [
    ["exit-reason", "ok"],
    ["matrix", '{"include":[]}'],
  ]);
});

test("a comparison: verdict, what regressed, by how much, from how many pairs", () => {
  const said = outputs(endWith(COMPARISONS.regression(), 1));
  assert.equal(said.verdict, "regression");
  assert.equal(said["regressed-metrics"], "decode of agent-turn\nturn of agent-turn");
  assert.match(said.change, /^decode of agent-turn [\d.]+% slower \([\d.]+% to [\d.]+%\)$/);
  assert.ok(Number(said["slower-percent"]) > 5);
  assert.equal(said.pairs, "12");
  const better = outputs(endWith(COMPARISONS.improvement()));
  assert.equal(better["regressed-metrics"], "");
  assert.ok(Number(better["slower-percent"]) < -5);
});

test("without a recommendation there are no figures, but the paths", () => {
  const said = outputs(
    endWith(sampleResult({ recommendation: null, exitReason: "all-failed" }), 1),
  );
  assert.equal(said["exit-reason"], "all-failed");
  assert.equal(said["recommended-compat"], "");
  assert.equal(said["ttft-ms"], "");
  assert.equal(said.result, "/o/result.json");
});

test("a run without a result still says why", () => {
  const reasons = [2, 3, 130, 143, 1].map((code) => outputs(endWith(null, code))["exit-reason"]);
  assert.deepEqual(reasons, [
    "invalid-input",
    "setup-failed",
    "interrupted",
    "interrupted",
    "internal-error",
  ]);
});
