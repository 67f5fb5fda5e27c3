import assert from "node:assert/strict";
import { test } from "node:test";
import { toResult } from "../../../analyze/result.ts";
import type { Plan } from "../../../plan/types.ts";
import { type Result, resultSchema, type VariantFit } from "../../../result.ts";
import { dotsIn, markupOf, pathsOf, runOf, textsIn } from "../../../testing/charts.ts";
import { fakePlan, fakeRun } from "../../../testing/fake-run.ts";
import { memoryCurve, timeCurve } from "./curves.ts";
import { chartsOfRun } from "./index.ts";
import { promptLength } from "./prompt-length.ts";
import { curveOf } from "./prompt-length-marks.ts";
import { curveScales } from "./prompt-length-scales.ts";

/** Linear memory (60 MB and 16 KiB a token); the agent's turn is too long for the limit. */
function resultOf(over: Partial<Plan> = {}): Result {
  const bare = fakePlan({ look: { budgetMs: 60_000, untilItBreaks: false }, timeoutMs: 300_000 });
  const cells = bare.cells.map((cell) => ({
    ...cell,
    requestBytes: cell.scenario === "chat" ? 300 : 60_000,
  }));
  const plan: Plan = { ...bare, cells, memoryLimitBytes: 16e7, ...over };
  return resultSchema.parse(
    toResult(fakeRun(plan).state, { renderConfig: () => "{}", guideCompat: {} }),
  );
}

function fitOf(result: Result): VariantFit {
  const [fit] = result.fit ?? [];
  assert.ok(fit !== undefined);
  return fit;
}

const result = resultOf();
const fit = fitOf(result);

test("every rung of the ladder that was measured is a dot at its tokens and its bytes", () => {
  const data = memoryCurve(fit, result.cells);
  assert.ok(data !== null);
  const markup = markupOf(promptLength(runOf(result), fit)).split("<figure")[1] ?? "";
  const [, , rows = "0"] = /viewBox="0 0 (\d+) (\d+)"/.exec(markup) ?? [];
  const bottom = Number(rows) - 38;
  const { x, y } = curveScales(data, bottom - 230, bottom);
  const drawn = dotsIn(markup, "series-1");
  assert.equal(drawn.length, fit.points.length);
  for (const [index, { promptTokens, peakBytes }] of fit.points.entries()) {
    const at = drawn[index];
    assert.ok(at !== undefined && promptTokens !== null && peakBytes !== null);
    assert.ok(Math.abs(at.x - x.at(promptTokens)) < 0.06);
    assert.ok(Math.abs(at.y - y.at(peakBytes)) < 0.06);
  }
});

test("the curve goes through what was measured, and its interval around it", () => {
  const data = memoryCurve(fit, result.cells);
  assert.ok(data?.at != null);
  for (const { tokens, value } of data.measured) {
    const { low, high } = data.at(tokens);
    assert.ok(value >= low * 0.97 && value <= high * 1.03, `${tokens}: ${value}`);
  }
  const points = curveOf(data, curveScales(data, 0, 230));
  assert.ok(points.length > 5);
  assert.ok(points.every(({ low, value, high }) => low <= value && value <= high));
});

test("the limit is a line at its place, and what doesn't fit begins where the forecast says", () => {
  const markup = markupOf(promptLength(runOf(result), fit));
  const data = memoryCurve(fit, result.cells);
  assert.ok(data !== null && data.longest !== null);
  const { x } = curveScales(data, 0, 230);
  assert.ok(textsIn(markup).some(({ text }) => text === "limit: 160 MB"));
  assert.equal(pathsOf(markup, "limit").length > 0, true);
  const grounds = [...markup.matchAll(/<rect class="forbidden" x="([\d.]+)"/g)].map(([, at]) =>
    Number(at),
  );
  assert.ok(grounds.some((at) => Math.abs(at - x.at(data.longest?.low ?? 0)) < 0.06));
  assert.match(markup, /Up to about [\d,]+ tokens fit, limited by memory/);
});

test("a turn that was not sent is where its forecast lies, hollow, under its name", () => {
  const markup = markupOf(promptLength(runOf(result), fit));
  assert.ok(fit.turns.some(({ fitsHere }) => fitsHere === "no"));
  assert.ok(textsIn(markup).some(({ text }) => text === "agent-turn"));
  assert.ok(dotsIn(markup, "hole").length > 0);
});

test("a turn that failed is a cross where it was seen last, and no measured figure", () => {
  const [turn] = fit.turns;
  const [cell] = result.cells;
  assert.ok(turn !== undefined && cell !== undefined);
  const failed = {
    ...cell,
    variant: fit.variant,
    requestBytes: turn.requestBytes,
    tokens: { ...cell.tokens, prompt: turn.promptTokens },
    outcome: { ...cell.outcome, kind: "out-of-memory" as const },
  };
  const died = { ...fit, turns: [{ ...turn, measuredBytes: 1.5e8 }] };
  const data = memoryCurve(died, [failed]);
  assert.equal(data?.turns[0]?.failed, true);
  const markup = markupOf(promptLength(runOf({ ...result, fit: [died], cells: [failed] }), died));
  assert.equal(pathsOf(markup, "crosses", "series-2").length, 1);
  assert.equal(memoryCurve(died, [])?.turns[0]?.failed, false);
});

test("a limit far away is told in words, and what was measured keeps its room", () => {
  const far = { ...fit, limits: { ...fit.limits, memoryBytes: 64e9 }, longest: null };
  const markup = markupOf(promptLength(runOf({ ...result, fit: [far] }), far));
  assert.match(markup, /Beyond this chart: limit: 64 GB/);
  assert.ok(!textsIn(markup).some(({ text }) => text === "limit: 64 GB"));
});

test("where the curve meets its limit is drawn, though nothing was measured near it", () => {
  const short = { ...fit, points: fit.points.slice(0, 4), turns: [] };
  const data = memoryCurve(short, []);
  assert.ok(data?.limit != null && data.longest !== null);
  const asked = Math.max(...data.measured.map(({ tokens }) => tokens));
  assert.ok(data.longest.tokens > asked);
  const near = { ...data, longest: { ...data.longest, tokens: 3 * asked } };
  const { x, y } = curveScales({ ...near, limit: { value: 50e9, label: "" } }, 0, 230);
  assert.ok(x.domain[1] > 3 * asked && y.domain[1] > 50e9);
});

test("no ladder, no answered prompt, or one alone: nothing, or what there is", () => {
  assert.doesNotMatch(markupOf(chartsOfRun(runOf({ ...result, fit: null }))), /Prompt length/);
  const none = { ...fit, points: [], memory: null, time: null };
  assert.equal(promptLength(runOf(result), none), null);
  assert.equal(timeCurve(none, []), null);
  const one = { ...fit, points: fit.points.slice(0, 1), memory: null, time: null, turns: [] };
  const markup = markupOf(promptLength(runOf(result), { ...one, longest: null }));
  assert.match(markup, /One prompt of/);
  assert.doesNotMatch(markup, /NaN|Infinity|undefined/);
});

test("many turns with long names: their labels never touch", () => {
  const [turn] = fit.turns;
  assert.ok(turn !== undefined);
  const turns = Array.from({ length: 24 }, (_, index) => ({
    ...turn,
    name: `tools.allow has ${index} tools, and a name that is long`,
    promptTokens: 400 + 90 * index,
  }));
  const many = { ...fit, turns };
  const markup = markupOf(promptLength(runOf(result), many)).split("<figure")[1] ?? "";
  const names = textsIn(markup).filter(({ text }) => text.startsWith("tools.allow"));
  assert.ok(names.length > 1 && names.length < 24);
  for (const y of new Set(names.map((each) => each.y))) {
    const row = names.filter((each) => each.y === y).map(({ x }) => x);
    assert.ok(row.every((x, index) => index === 0 || x - (row[index - 1] ?? 0) > 200));
  }
  assert.equal((markup.match(/<title>tools\.allow/g) ?? []).length, 24);
});
