import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "../result.ts";
import { sampleResult } from "../testing/github/result.ts";
import { guardLine, lockLine, samplingLine } from "./guard.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTable } from "./terminal.ts";

const guard: NonNullable<Result["guard"]> = {
  limitBytes: 2e9,
  cgroup: 2,
  why: null,
  oomScoreAdj: 500,
  watchdogBytes: 2.1e9,
};
const memorySampling = { samples: 100, everyMs: 104.2, share: 0.00179 };

test("which means guarded the engine, and why not a better one", () => {
  assert.equal(
    guardLine(sampleResult({ guard })),
    "memory limit 2 GB: held by a cgroup of its own (version 2), a watchdog at 2.1 GB, oom_score_adj raised to 500",
  );
  const without = { ...guard, cgroup: null, why: "EACCES: permission denied", watchdogBytes: 2e9 };
  assert.match(
    guardLine(sampleResult({ guard: without })) ?? "",
    /no cgroup of its own \(EACCES: permission denied\), a watchdog at 2 GB/,
  );
  assert.equal(guardLine(sampleResult()), null);
});

test("what watching the memory cost, and a wait that is worth a line", () => {
  assert.equal(samplingLine(sampleResult({ memorySampling })), "every 104 ms, at 0.179% of a core");
  assert.equal(lockLine(sampleResult({ lockWaitMs: 900 })), null);
  const waited = sampleResult({ lockWaitMs: 75_000, guard, memorySampling });
  assert.match(lockLine(waited) ?? "", /^1 min 15 s for another run/);
  const table = renderTable(waited, { columns: 200, color: false });
  assert.match(table, /Memory sampled every 104 ms, at 0\.179% of a core\.\nWaited 1 min 15 s/);
  assert.match(renderMarkdown(waited), /\| guard \| memory limit 2 GB: held/);
  assert.doesNotMatch(renderMarkdown(sampleResult()), /\| guard \||\| waited \|/);
});
