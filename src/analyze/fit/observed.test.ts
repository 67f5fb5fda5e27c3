import assert from "node:assert/strict";
import { test } from "node:test";
import { fitLines, turnRows, whatFits } from "../../report/fit.ts";
import type { OutcomeKind, Result, VariantFit } from "../../result.ts";
import { sampleResult } from "../../testing/github/result.ts";
import { fitMemory, fitTime } from "./fit.ts";
import { longestPrompt } from "./longest.ts";
import { observedOf, seenOf, withinSeen } from "./observed.ts";
import { type AskedTurn, fitTurns } from "./turns.ts";

const LIMITS = { limitBytes: 23e9, windowTokens: 131_072, timeLimitMs: null };

/** A ladder up to 4,096 tokens by which everything fits, then what the cells met. */
function fitWith(turns: readonly AskedTurn[], rungs = [256, 512, 1024, 2048, 4096]): VariantFit {
  const points = rungs.map((tokens) => ({
    ...{ rung: tokens, promptTokens: tokens, requestBytes: 4 * tokens, ms: 1500 + tokens },
    ...{ peakBytes: 6e7 + 16_384 * tokens, outcome: "pass" as const, evidence: null },
  }));
  const [memory, time] = [fitMemory(points), fitTime(points)];
  const looks = points.map(({ promptTokens, rung }) => ({
    ...{ start: 0, rung, promptTokens, requestBytes: 1, stream: true, tools: false, died: false },
    ...{ finding: { kind: "pass" as const, evidence: null }, ms: 1, tookMs: 1 },
    ...{ peak: null, peakVramBytes: null, roomBytes: null },
  }));
  const asked = turns.map((turn) => ({ ...turn, seen: turn.seen ?? null }));
  const observed = observedOf(looks, asked);
  const bare: VariantFit = {
    variant: "head",
    ladder: { end: "time", tookMs: 1, budgetMs: 60_000, untilItBreaks: false },
    points,
    memory: memory === null ? null : { kind: "rss", curve: memory.curve },
    time: time === null ? null : { curve: time.curve },
    limits: {
      ...{ memoryBytes: 23e9, machineBytes: 25e9, windowTokens: 131_072 },
      ...{ clientMs: 300_000, clientFrom: "default" as const },
    },
    longest: withinSeen(longestPrompt({ memory, time }, LIMITS), observed, looks),
    observed,
    turns: [],
    sentence: null,
  };
  return fitTurns(bare, asked);
}

const turn = (promptTokens: number, seen: OutcomeKind | null, name = "agent-turn"): AskedTurn => ({
  ...{ name, promptTokens, seen, requestBytes: 4 * promptTokens, tokensSource: "measured" },
});

const SAID = {
  "out-of-memory": [/took the engine down\./, "❌ died here"],
  "engine-crashed": [/took the engine down\./, "❌ died here"],
  "engine-hung": [/hung the engine\./, "❌ hung here"],
  "stream-truncated": [/broke off before its answer was complete\./, "❌ broke off here"],
  timeout: [/got no answer in time\./, "❌ too late here"],
} as const;

for (const [kind, [said, shown]] of Object.entries(SAID)) {
  test(`what was seen to fail bounds what fits, whatever the curve says: ${kind}`, () => {
    const fit = fitWith([
      turn(7619, "pass", "agent-turn without tools"),
      turn(14_388, kind as OutcomeKind),
    ]);
    assert.deepEqual(fit.longest, {
      ...{ tokens: 7619, low: 7619, high: 14_387, limitedBy: "observed" },
    });
    assert.equal(fit.turns[1]?.fitsHere, "no");
    assert.equal(fit.turns[0]?.fitsHere, "yes");
    assert.deepEqual(fit.turns[1]?.fitsIn, [], "a curve that was wrong says nothing of others");
    assert.match(
      fit.sentence ?? "",
      /^This machine answered prompts of up to 7,619 tokens; agent-turn of 14,388/,
    );
    assert.match(fit.sentence ?? "", said);
    assert.doesNotMatch(fit.sentence ?? "", /fits in|131,072/);
    assert.ok(turnRows(fit).rows[1]?.includes(shown), JSON.stringify(turnRows(fit).rows));
  });
}

test("a failure of a shorter prompt than was answered is none of its length", () => {
  const fit = fitWith([turn(300, "engine-crashed", "chat"), turn(3000, "pass")]);
  assert.equal(fit.longest?.limitedBy, "window");
  assert.deepEqual(fit.observed, { answeredTokens: 4096, failed: null });
  assert.match(fit.turns[0]?.sentence ?? "", /took the engine down here \(engine-crashed\)/);
  assert.equal(seenOf(["engine-crashed", "pass"]), "pass");
  assert.equal(seenOf(["http-error"]), null);
});

test("a ladder that was cut short claims no window, and every report says why", () => {
  const fit = fitWith([turn(14_388, null)], [256, 512]);
  assert.equal(fit.memory, null);
  assert.equal(fit.longest, null);
  const result: Result = sampleResult({ fit: [fit] });
  for (const said of [whatFits(result), fitLines(result).join(" ")]) {
    assert.match(said, /can't be told: the ladder of prompts ended after 2/);
    assert.doesNotMatch(said, /131,072/);
  }
});

test("the window isn't told as if it were what memory allows", () => {
  const fit = fitWith([turn(500, null)]);
  const unknown = fitTurns({ ...fit, memory: null, turns: [] }, []);
  assert.match(unknown.sentence ?? "", /^The context window ends at 131,072 tokens; what memory/);
});

test("below the shortest prompt of the ladder no time is foretold", () => {
  const bare = fitWith([turn(19, "pass", "smoke")]);
  assert.match(bare.turns[0]?.sentence ?? "", /is read in under 1\.8 s\.$/);
  assert.equal(bare.turns[0]?.prefillMs?.low, 0);
  const measured = fitWith([{ ...turn(19, "pass", "smoke"), measuredMs: 155 }]);
  assert.match(measured.turns[0]?.sentence ?? "", /is read in under 155 ms\.$/);
  assert.equal(turnRows(measured).rows[0]?.at(-1), "under 155 ms");
});
