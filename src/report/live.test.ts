import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, duration, ms, rate, UNKNOWN } from "./format.ts";
import { renderLive, renderLogLine } from "./live.ts";
import type { Progress } from "./progress.ts";
import { wrap } from "./terminal.ts";

const progress: Progress = {
  phase: "measure",
  doing: "agent-turn requiresStringContent=true supportsTools=false",
  finished: null,
  variant: "head",
  start: { number: 2, of: 3, kind: "measure" },
  round: { number: 1, of: 3 },
  requests: { done: 31, planned: 96 },
  elapsedMs: 12_345,
  remainingMs: 250_000,
  cells: Array.from({ length: 30 }, (_, index) => ({
    id: `c${index}`,
    scenario: "agent-turn",
    combination: `requiresStringContent=true supportsTools=false n=${index}`,
    state: index < 14 ? "done" : index === 14 ? "running" : "waiting",
    outcome: index < 15 ? "pass" : null,
    measured: index < 14 ? 9 : 0,
    planned: 9,
    ttftMs: 100,
    turnMs: 840,
  })),
  simulated: true,
  synthetic: false,
};

test("the live view keeps within the terminal, with what runs in sight", () => {
  for (const size of [
    { columns: 80, rows: 24 },
    { columns: 40, rows: 8 },
    { columns: 200, rows: 60 },
  ]) {
    const lines = renderLive(progress, { ...size, color: false });
    assert.ok(lines.length < size.rows);
    for (const line of lines) assert.ok([...line].length < size.columns, line);
    assert.ok(
      lines.some((line) => line.startsWith("> ")),
      "the running cell",
    );
  }
  const text = renderLive(progress, { columns: 80, rows: 24, color: false }).join("\n");
  assert.match(text, /SIMULATED.*start 2 of 3.*round 1 of 3/);
  assert.match(text, /31 of 96 requests, 12 s, about 4 min 10 s left/);
});

test("of a comparison: which side, which pair, and when it is looked at next", () => {
  const first = (pair: Progress["pair"] & {}) =>
    renderLive({ ...progress, pair }, { columns: 100, rows: 24, color: false })[0] ?? "";
  assert.match(
    first({ kind: "measuring", number: 3, of: 20, nextLook: 8 }),
    /measuring · head · pair 3 of 20, next look at 8 · round 1 of 3/,
  );
  const last = first({ kind: "measuring", number: 3, of: 3, nextLook: null });
  assert.match(last, /pair 3 of 3 · round/);
  assert.match(first({ kind: "confirming" }), /head, to see whether head fails again/);
});

test("a log has a line for each attempt that ended, and none twice", () => {
  const finished = { label: "chat a=true", outcome: "pass" as const, tookMs: 840 };
  const line = renderLogLine(progress, { ...progress, finished });
  assert.match(line ?? "", /12\.3 s\].*measuring.*start 2 of 3.*round 1 of 3.*chat a=true: 840 ms/);
  assert.equal(renderLogLine(progress, progress), null);
  const failed = { ...finished, outcome: "timeout" as const, tookMs: null };
  assert.match(
    renderLogLine(progress, { ...progress, finished: failed }) ?? "",
    /chat a=true: timeout/,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a log takes no escapes.
  assert.doesNotMatch(line ?? "", /\u001b/);
});

test("text wraps at any width, also at none", () => {
  assert.deepEqual(wrap("one two three", 10), ["one two", "three"]);
  for (const width of [-15, 0, 1, 10]) {
    const lines = wrap("a word of considerablelengthindeed", width);
    assert.equal(lines.join("").replaceAll(" ", ""), "awordofconsiderablelengthindeed");
    assert.ok(lines.every((line) => line.length <= Math.max(10, width)));
  }
});

test("figures have three digits and a unit that fits", () => {
  assert.deepEqual([0.4218, 8.451, 84.21, 840.4, 999.7, 12_345, 99_999].map(ms), [
    "0.422 ms",
    "8.45 ms",
    "84.2 ms",
    "840 ms",
    "1 s",
    "12.3 s",
    "1 min 40 s",
  ]);
  assert.deepEqual([59_400, 60_000, 250_000, 7_500_000].map(duration), [
    "59 s",
    "1 min",
    "4 min 10 s",
    "2 h 5 min",
  ]);
  assert.deepEqual([512, 63_254_528, 8.02e9].map(bytes), ["512 B", "63.3 MB", "8.02 GB"]);
  assert.deepEqual([24.123, 399.6, 1075.4].map(rate), ["24.1", "400", "1,075"]);
  assert.equal(ms(null), UNKNOWN);
});

test("each rung of the ladder of prompts is a line of its own, once", () => {
  const start = { ...progress, phase: "start" as const, doing: "starting the engine" };
  const rung = (tokens: number) => ({
    ...start,
    phase: "look" as const,
    doing: `asking a prompt of about ${tokens} tokens, to see what fits`,
  });
  assert.match(renderLogLine(start, rung(256)) ?? "", /looking.*about 256 tokens/);
  assert.match(renderLogLine(rung(256), rung(512)) ?? "", /about 512 tokens/);
  assert.equal(renderLogLine(rung(512), rung(512)), null);
});
