import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleResult } from "../../testing/github/result.ts";
import { dayOf, lineOf, linesOf, runOf } from "../../testing/history.ts";
import { compareWithHistory } from "./compare.ts";
import { toHistoryLine } from "./from-result.ts";
import { trendsOf } from "./trend.ts";

const sides = (turnMs: number, lines = linesOf(12)) =>
  Object.fromEntries(
    compareWithHistory(lineOf(turnMs, 50), lines).metrics.map(({ name, outside }) => [
      name,
      outside,
    ]),
  );

test("from 10 runs with the key on, each primary figure has an expected range", () => {
  const nine = compareWithHistory(lineOf(1000, 50), linesOf(9));
  assert.ok(nine.metrics.every(({ expected, outside }) => expected === null && outside === null));
  assert.match(nine.words.join(" "), /^Too early to tell: 9 of the 10/);
  const ten = compareWithHistory(lineOf(1000, 50), linesOf(10));
  assert.deepEqual(
    ten.metrics.map(({ name, points, outside }) => [name, points, outside]),
    [
      ["agent-turn TTFT", 10, null],
      ["agent-turn decode", 10, null],
      ["agent-turn turn", 10, null],
    ],
  );
  const turn = ten.metrics.find(({ name }) => name === "agent-turn turn");
  assert.ok(turn?.expected && turn.expected[0] < 1000 && turn.expected[1] > 1000);
  assert.match(
    ten.words.join(" "),
    /^As the earlier runs foretell\. This is advice, not a verdict/,
  );
});

test("values that are all equal leave room for the rounding of the lines", () => {
  const lines = Array.from({ length: 12 }, (_, day) => lineOf(123.4567891, day));
  const { metrics } = compareWithHistory(lineOf(123.4567891, 50), lines);
  assert.ok(metrics.every(({ outside }) => outside === null));
});

test("outside is worse or better by the metric's direction", () => {
  assert.deepEqual(sides(1000), {
    "agent-turn TTFT": null,
    "agent-turn turn": null,
    "agent-turn decode": null,
  });
  assert.equal(sides(1200)["agent-turn turn"], "worse");
  assert.equal(sides(800)["agent-turn turn"], "better");
  const decode = (value: number) => {
    const line = (rate: number, day: number) =>
      toHistoryLine(runOf(1000, {}, 500, rate), { commit: null, at: dayOf(day) });
    const lines = Array.from({ length: 12 }, (_, day) => line(20 + (day % 3) * 0.1, day));
    return compareWithHistory(line(value, 50), lines).metrics.find(
      ({ name }) => name === "agent-turn decode",
    )?.outside;
  };
  assert.equal(decode(15), "worse");
  assert.equal(decode(30), "better");
});

test("only runs of the same key count, and a new key says what differs", () => {
  const { environment } = sampleResult();
  const cpu = { ...environment.cpu, model: "another CPU" };
  const elsewhere = { environment: { ...environment, fingerprint: "g", cpu } };
  const line = lineOf(3000, 50, elsewhere);
  const { changed, metrics, points, words } = compareWithHistory(line, linesOf(20));
  assert.equal(points, 0);
  assert.ok(metrics.every(({ expected }) => expected === null));
  assert.deepEqual(changed?.differences, [
    { what: "machine: cpu", before: "1 × c", now: "1 × another CPU" },
  ]);
  assert.equal(changed?.at, dayOf(19));
  assert.match(words.join(" "), /A new line begins.*differs in: machine: cpu\.$/);
  // Once there is a run with it, the line goes on.
  const on = compareWithHistory(line, [...linesOf(20), lineOf(3000, 30, elsewhere)]);
  assert.equal(on.changed, null);
  assert.equal(on.points, 1);
});

test("the first run of all says so", () => {
  const line = lineOf(1000, 0);
  assert.deepEqual(compareWithHistory(line, []).words, ["This is the first run in the history."]);
  assert.deepEqual(compareWithHistory(line, [line]).words, [
    "This is the first run in the history.",
  ]);
});

test("a slow change long ago doesn't count: the last 30 runs do", () => {
  const before = Array.from({ length: 40 }, (_, day) => lineOf(500, day));
  const since = Array.from({ length: 30 }, (_, day) => lineOf(1000 + (day % 3), 40 + day));
  const turn = compareWithHistory(lineOf(1001, 99), [...before, ...since]).metrics.find(
    ({ name }) => name === "agent-turn turn",
  );
  assert.equal(turn?.points, 30);
  assert.ok((turn?.expected?.[0] ?? 0) > 900);
});

test("what fails now and passed in the run before is named", () => {
  const run = runOf(1000);
  const [cell] = run.cells;
  assert.ok(cell !== undefined);
  const failed = { ...cell, outcome: { ...cell.outcome, kind: "engine-crashed" as const } };
  const line = toHistoryLine({ ...run, cells: [failed] }, { commit: null, at: dayOf(50) });
  const { newlyFailing, words } = compareWithHistory(line, linesOf(3));
  assert.deepEqual(newlyFailing, ["agent-turn [requiresStringContent=true]: engine-crashed"]);
  assert.match(words.join(" "), /^Passed in the run before and fails now: agent-turn/);
});

test("in which order lines were added, and whether one was added twice, changes nothing", () => {
  const lines = [...linesOf(14), lineOf(1000, 20, { plan: { ...runOf(1).plan, rounds: 2 } })];
  const line = lineOf(1030, 50);
  const expected = compareWithHistory(line, lines);
  const trends = trendsOf(line, lines);
  const shuffled = fc
    .shuffledSubarray([...lines, line], { minLength: lines.length + 1 })
    .chain((all) =>
      fc.array(fc.constantFrom(...all), { maxLength: 5 }).map((twice) => [...all, ...twice]),
    );
  fc.assert(
    fc.property(shuffled, (all) => {
      assert.deepEqual(compareWithHistory(line, all), expected);
      assert.deepEqual(trendsOf(line, all), trends);
    }),
    { numRuns: 200 },
  );
});

test("an unchanged run has one of three figures outside in about one of 20 cases", () => {
  let seed = 1;
  // Xorshift: independent figures, as the level of the family takes them at worst.
  const random = () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const noisy = (value: number) => value * Math.exp(0.03 * normal());
  const base = lineOf(1000, 0);
  const line = (day: number) => ({
    ...base,
    id: `r${day}`,
    at: dayOf(day),
    series: base.series.map((each) => ({ ...each, value: noisy(each.value) })),
  });
  let outside = 0;
  const runs = 1500;
  for (let run = 0; run < runs; run++) {
    const lines = Array.from({ length: 15 }, (_, day) => line(day));
    const { metrics } = compareWithHistory(line(50), lines);
    if (metrics.some((metric) => metric.outside !== null)) outside += 1;
  }
  const share = outside / runs;
  assert.ok(share > 0.025 && share < 0.075, `${share}`);
});
