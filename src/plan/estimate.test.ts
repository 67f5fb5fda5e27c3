import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../journal/fold.ts";
import { fakeComparison, fakePlan, fakeRun } from "../testing/fake-run.ts";
import {
  estimateComparison,
  estimateMs,
  plannedRequests,
  remainingAtMostMs,
  remainingMs,
  requestsLeft,
} from "./estimate.ts";

const OPEN = { judge: () => ({ settled: false, confirm: [] }) };
const sizeOf = () => ({ requestBytes: [3500], maxTokens: 10 });
const speeds = {
  ...{ prefillTokensPerSecond: 1000, decodeTokensPerSecond: 10, loadMs: 5000 },
  basis: "assumed",
};

test("the requests of a comparison are foretold: every cell's probes, one combination's pairs", () => {
  const plan = fakeComparison({ starts: 8 }, { rounds: 5 });
  const { attempts } = fakeRun(plan, undefined, 8000, undefined, OPEN);
  const count = (phase: string) => attempts.filter((each) => each.phase === phase).length;
  const { probe, warmup, measure } = plannedRequests(plan, sizeOf);
  assert.deepEqual(
    { probe, warmup, measure },
    { probe: count("probe"), warmup: count("warmup"), measure: count("measure") },
  );
});

test("how long it may take is told until the first look and at most", () => {
  const plan = fakeComparison({ starts: 20 });
  const { firstLookMs, atMostMs } = estimateComparison(plan, sizeOf, speeds);
  // A pair is two starts of 5 s with four requests of 2 s for each of two cells.
  assert.equal(Math.round(atMostMs - firstLookMs), 12 * 2 * (5000 + 4 * 2 * 2000));
  assert.equal(estimateMs(plan, sizeOf, speeds), atMostMs);
  const short = estimateComparison(fakeComparison({ starts: 6 }), sizeOf, speeds);
  assert.equal(short.firstLookMs, short.atMostMs);
});

test("what is left of a comparison shrinks to nothing, and is told up to the next look", () => {
  const { entries } = fakeRun(fakeComparison({ starts: 12 }), undefined, 8000, undefined, OPEN);
  const ends = entries.flatMap((entry, at) => (entry.type === "start-ended" ? [at + 1] : []));
  const seen = ends.map((end) => fold(entries.slice(0, end)) ?? assert.fail());
  const left = seen.slice(2).map(remainingMs);
  const atMost = seen.slice(2).map(remainingAtMostMs);
  for (const [index, ms] of atMost.entries()) {
    assert.ok((ms ?? -1) >= (left[index] ?? 0));
    assert.ok(index === 0 || (ms ?? 0) < (atMost[index - 1] ?? 0), `${atMost}`);
  }
  // Before the first look at 8 pairs there is more to come than until then; after it there isn't.
  assert.ok((left[0] ?? 0) < (atMost[0] ?? 0));
  assert.equal(left.at(-2), atMost.at(-2));
  assert.equal(atMost.at(-1), 0);
  assert.equal(requestsLeft(seen.at(-1) ?? assert.fail()), 0);
});

test("of one variant there is nothing but what is left", () => {
  assert.equal(remainingAtMostMs(fakeRun(fakePlan()).state), null);
});
