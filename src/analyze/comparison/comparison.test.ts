/** From a run's journal to the verdict, against the rule asked directly. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodeOf } from "../../end.ts";
import { fold } from "../../journal/fold.ts";
import { seededRandom } from "../../plan/random.ts";
import { resultSchema } from "../../result.ts";
import {
  CHAT,
  type ComparedRun,
  comparedRun,
  generated,
  resultOf,
  TURN,
  watched,
} from "../../testing/compared-run.ts";
import { pairsOf } from "../pairs.ts";
import { decide } from "../verdict/decide.ts";

function comparisonOf({ result }: ComparedRun) {
  const { comparison } = result;
  assert.ok(comparison);
  const again = JSON.parse(JSON.stringify(result));
  assert.deepEqual(resultSchema.parse(again), result, "nothing is lost on the way through JSON");
  return comparison;
}

const firstFresh = ({ state }: ComparedRun) =>
  state.starts.find(({ variant, confirming }) => variant === "head" && confirming)?.start;

function metricOf(run: ComparedRun, cell: string | null, name: string) {
  const id = cell === null ? null : `head/${cell}`;
  const found = comparisonOf(run).metrics.find((each) => each.cell === id && each.metric === name);
  assert.ok(found, `${cell} ${name}`);
  return found;
}

const near = (actual: number | null | undefined, expected: number | null | undefined) =>
  assert.ok(
    Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN)) <= 1e-3 * Math.abs(expected ?? 1),
    `${actual} is not ${expected}`,
  );

for (const { seed, worse } of [
  { seed: 1, worse: {} },
  { seed: 2, worse: { ttft: 1.3, decode: 1.1 } },
  { seed: 3, worse: { decode: 1.1 } },
  { seed: 4, worse: { ttft: 0.8, decode: 0.85 } },
  { seed: 5, worse: { ttft: 1.3, decode: 0.7 } },
]) {
  test(`the verdict is the rule's on the numbers drawn (${JSON.stringify(worse)})`, () => {
    const run = comparedRun({ seed, worse });
    const comparison = comparisonOf(run);
    const expected = decide(generated(run), { maxStarts: 20 });
    assert.equal(run.result.verdict, expected.verdict);
    assert.equal(comparison.pairs.judged, expected.look?.pairs);
    assert.ok(expected.settled, "it ended because it was settled");
    const primary = comparison.metrics.filter((each) => each.primary);
    assert.equal(primary.length, 6);
    for (const [index, each] of expected.metrics.entries()) {
      const shown = primary[index];
      assert.equal(`${shown?.cell} ${shown?.metric}`, `head/${each.metric}`);
      assert.equal(shown?.verdict, each.verdict);
      assert.equal(shown?.because, each.because);
      near(shown?.ratio?.estimate, each.ratio?.estimate);
      near(shown?.ratio?.low, each.ratio?.low);
      near(shown?.p?.twoSided, each.p?.twoSided);
      assert.deepEqual(shown?.level, each.level);
    }
  });
}

test("the metric that changed is named, and no other", () => {
  const run = comparedRun({ seed: 3, luck: 0.005, noise: 0.01, worse: { ttft: 1.25 } });
  const { metrics, because } = comparisonOf(run);
  assert.equal(run.result.verdict, "regression");
  const regressed = metrics.filter(({ verdict, primary }) => primary && verdict === "regression");
  assert.deepEqual(
    new Set(regressed.map(({ metric }) => metric)),
    new Set(["ttftMs", "turnMs"]),
    "a turn holds its first token",
  );
  assert.match(because, /^TTFT of agent-turn is 2\d(\.\d)?% slower/);
  assert.equal(metricOf(run, TURN, "decodeTokensPerSecond").verdict, "no-regression");
  assert.equal(metricOf(run, null, "loadMs").primary, false);
  assert.equal(metricOf(run, null, "loadMs").pairs.length, 12, "six metrics need 12 pairs");
});

test("where it stands is what the rule says at each look, and nothing in between", () => {
  const { judge, asked } = watched();
  const run = comparedRun({ seed: 7, luck: 0.05, noise: 0.08 }, undefined, { world: { judge } });
  const { pairs } = comparisonOf(run);
  // Asked before the first pair and after each.
  assert.equal(asked.length >= pairs.made, true);
  const drawn = generated(run);
  for (let made = 1; made <= pairs.made; made++) {
    const sofar = drawn.map((metric) => ({ ...metric, pairs: metric.pairs.slice(0, made) }));
    const { settled } = decide(sofar, { maxStarts: 20 });
    const due = [8, 12, 20].includes(made);
    const last = made === pairs.made;
    if (due) assert.equal(settled, last, `after ${made}`);
    else assert.equal(last, false, `it ended after ${made} pairs`);
  }
});

test("a failed round is the worst there is: it is never left out", () => {
  // Two of three rounds fail in each of head's measured starts but the first.
  const run = comparedRun(
    { seed: 1, luck: 0.01, noise: 0.01, worse: { decode: 0.5 } },
    (attempt) => {
      const { cell, phase, start, nth } = attempt;
      return cell === `head/${CHAT}` && phase === "measure" && start > 1 && nth % 3 !== 0
        ? "fails-500"
        : "pass";
    },
  );
  const comparison = comparisonOf(run);
  const chat = metricOf(run, CHAT, "decodeTokensPerSecond");
  assert.notEqual(chat.verdict, "improvement");
  assert.equal(chat.head, null);
  assert.ok(chat.base);
  const failed = chat.pairs.filter(({ head }) => head === null).length;
  assert.ok(failed >= comparison.pairs.made - 2, `${failed} of ${comparison.pairs.made}`);
  assert.equal(run.result.verdict, "broken");
});

test("a head that is faster but fails agent turns is broken, not an improvement", () => {
  const run = comparedRun({ worse: { ttft: 0.7, decode: 0.7 } }, ({ cell, phase }) =>
    cell === `head/${TURN}` && phase !== "probe" ? "dies" : "pass",
  );
  assert.equal(run.result.verdict, "broken");
  assert.equal(run.result.exitReason, "broken");
  assert.equal(exitCodeOf(run.result, ["broken"], null), 1);
  assert.equal(exitCodeOf(run.result, ["regression"], null), 0);
  const broken = comparisonOf(run).success.filter(({ state }) => state === "broken");
  assert.deepEqual(
    broken.map(({ cell }) => cell),
    [`head/${TURN}`],
  );
});

test("what this tool was too late to see is no failure, and confirms none", () => {
  const probes = comparedRun({ luck: 0.005, noise: 0.01 }, ({ cell, phase }) =>
    cell === `head/${TURN}` && phase === "probe" ? "lagged" : "pass",
  );
  const of = ({ result }: ComparedRun) =>
    result.comparison?.success.find(({ cell }) => cell === `head/${TURN}`);
  assert.equal(of(probes)?.state, "works");
  assert.ok(comparisonOf(probes).pairs.list.every(({ confirming }) => !confirming));
  assert.equal(probes.result.verdict, "no-regression", "it is measured all the same");
  // Head's probes fail, and nothing is seen of its fresh starts.
  const fresh = comparedRun({}, ({ cell, phase }) =>
    cell !== `head/${TURN}` ? "pass" : phase === "probe" ? "truncated" : "lagged",
  );
  assert.equal(of(fresh)?.state, "confirm");
  assert.equal(fresh.result.verdict, "inconclusive");
  assert.equal(comparisonOf(fresh).pairs.list.filter(({ confirming }) => confirming).length, 6);
  // Of one of them alone: another is made in its place.
  const once = comparedRun({}, ({ cell, phase, start }) =>
    cell !== `head/${TURN}`
      ? "pass"
      : phase === "probe" || start !== firstFresh(fresh)
        ? "truncated"
        : "lagged",
  );
  assert.equal(once.result.verdict, "broken");
  assert.equal(comparisonOf(once).pairs.list.filter(({ confirming }) => confirming).length, 4);
  // Nothing is seen of base's: they excuse nothing.
  const base = comparedRun({}, ({ cell, phase }) =>
    cell === `head/${TURN}`
      ? "truncated"
      : cell === `base/${TURN}` && phase !== "probe"
        ? "lagged"
        : "pass",
  );
  assert.equal(of(base)?.state, "confirm");
});

test("rounds that this tool was too late for are left out by pair, counted, and not too many", () => {
  const lagging = (rounds: number) =>
    comparedRun(
      { luck: 0.005, noise: 0.01 },
      ({ cell, phase, round, start }) =>
        cell === `head/${TURN}` && phase === "measure" && round === 1 && start <= rounds
          ? "lagged"
          : "pass",
      { comparison: { rounds: 3 } },
    );
  const few = metricOf(lagging(2), TURN, "turnMs");
  assert.deepEqual(few.leftOut, { base: 0, head: 2 });
  assert.equal(few.verdict, "no-regression");
  const many = lagging(99);
  const turn = metricOf(many, TURN, "turnMs");
  assert.deepEqual([turn.verdict, turn.because], ["inconclusive", "rounds-left-out"]);
  assert.equal(turn.pairs.length, comparisonOf(many).pairs.made, "two of three rounds are there");
  assert.ok(comparisonOf(many).advice.some((text) => /^Turn .*quieter runner/.test(text)));
  assert.equal(metricOf(many, CHAT, "turnMs").because, "change-is-below-delta");
});

test("a refusal that the same request always meets is broken as soon as it is met twice", () => {
  const run = comparedRun({}, ({ cell }) => (cell === `head/${TURN}` ? "refused-400" : "pass"));
  const { pairs, success, because } = comparisonOf(run);
  assert.equal(run.result.verdict, "broken");
  assert.equal(pairs.made, 0);
  assert.equal(pairs.ended, "settled");
  const turn = success.find(({ cell }) => cell === `head/${TURN}`);
  assert.deepEqual([turn?.state, turn?.because, turn?.base], ["broken", "deterministic", "pass"]);
  assert.match(because, /agent-turn.*Head fails each time with http-error, and base passes\./);
});

test("a prompt that base is refused, too, is no refusal of head's", () => {
  // Of each start's three prompts the third is refused, on either side, now and then.
  const random = seededRandom(5);
  const run = comparedRun({ luck: 0.005, noise: 0.01 }, ({ cell, phase, round }) =>
    cell.endsWith(TURN) &&
    phase === "measure" &&
    round === 2 &&
    random() < (cell.startsWith("head") ? 1 : 0.97)
      ? "refused-400"
      : "pass",
  );
  const of = ({ result }: ComparedRun) =>
    result.comparison?.success.find(({ cell }) => cell === `head/${TURN}`);
  assert.notEqual(of(run)?.because, "deterministic");
  const own = comparedRun({ luck: 0.005, noise: 0.01 }, ({ cell, phase, round }) =>
    cell === `head/${TURN}` && phase === "measure" && round === 2 ? "refused-400" : "pass",
  );
  assert.equal(of(own)?.because, "deterministic", "base passed the same prompt");
});

test("a head that fails its probes is asked in three fresh pairs, which are no part of the figures", () => {
  const fails = comparedRun({}, ({ cell }) => (cell === `head/${TURN}` ? "truncated" : "pass"));
  const confirming = comparisonOf(fails).pairs.list.filter((pair) => pair.confirming);
  assert.equal(confirming.length, 3);
  assert.equal(comparisonOf(fails).pairs.made, 0);
  assert.equal(fails.result.verdict, "broken");
  assert.match(comparisonOf(fails).because, /failed in 3 of 3 fresh starts/);
  const flakes = comparedRun({ luck: 0.005, noise: 0.01 }, ({ cell, phase }) =>
    cell === `head/${TURN}` && phase === "probe" ? "truncated" : "pass",
  );
  assert.notEqual(flakes.result.verdict, "broken");
  // One fresh start that passes, and its turn is measured as any other.
  const { pairs, metrics } = comparisonOf(flakes);
  const confirmed = pairs.list.filter((pair) => pair.confirming);
  assert.deepEqual(
    confirmed.map(({ pair }) => pair),
    [0],
  );
  assert.equal(flakes.result.verdict, "no-regression");
  const turn = metrics.find(({ cell, metric }) => cell === `head/${TURN}` && metric === "turnMs");
  assert.equal(turn?.pairs.length, pairs.made);
  assert.ok(
    turn?.pairs.every(({ pair }) => pair !== 0),
    "confirming starts are in no figure",
  );
});

test("an engine that doesn't load on head is broken; one that doesn't on base is a failed set-up", () => {
  const kind = "load-failed";
  const of = (variant: string) =>
    comparedRun({}, undefined, {
      world: { startFails: (step) => (step.variant === variant ? kind : null) },
    }).result;
  const head = of("head");
  assert.equal(head.verdict, "broken");
  assert.equal(exitCodeOf(head, ["broken"], null), 1);
  const base = of("base");
  assert.equal(base.verdict, "inconclusive");
  assert.equal(exitCodeOf(base, ["broken"], null), 3);
  assert.match(base.exitDetail ?? "", /^base: load-failed/);
});

test("a head that crashes or runs out of memory at each load, where base loads, is broken", () => {
  const of = (
    fails: (step: { variant: string; start: number }) => boolean,
    kind = "engine-crashed",
  ) =>
    comparedRun({}, undefined, {
      world: { startFails: (step) => (fails(step) ? (kind as "engine-crashed") : null) },
    }).result;
  for (const kind of ["engine-crashed", "out-of-memory", "not-ready"]) {
    const head = of(({ variant }) => variant === "head", kind);
    assert.equal(head.verdict, "broken", kind);
    assert.equal(exitCodeOf(head, ["broken"], null), 1);
    assert.match(head.comparison?.because ?? "", /3 of 3 fresh starts/);
    assert.match(head.comparison?.because ?? "", new RegExp(kind));
  }
  // A port that is taken, and a base that doesn't come up, either.
  const taken = of(({ variant }) => variant === "head", "port-taken");
  assert.equal(exitCodeOf(taken, ["broken"], null), 3);
  assert.equal(of(() => true).verdict, "inconclusive");
});

test("base that fails as head does: nothing is broken, and what works is judged", () => {
  const run = comparedRun({ luck: 0.005, noise: 0.01 }, ({ cell }) =>
    cell.endsWith(TURN) ? "refused-400" : "pass",
  );
  const turn = comparisonOf(run).success.find(({ cell }) => cell === `head/${TURN}`);
  assert.equal(turn?.state, "base-fails");
  assert.equal(run.result.verdict, "no-regression");
});

test("what fails on base alone doesn't fail the run", () => {
  const run = comparedRun({ luck: 0.005, noise: 0.01 }, ({ cell }) =>
    cell.startsWith("base/agent") ? "refused-400" : "pass",
  );
  assert.equal(run.result.exitReason, "ok");
  assert.equal(run.result.verdict, "no-regression");
  assert.ok(run.result.recommendation);
});

test("a flake of both, 2% of requests, is not broken", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const random = seededRandom(seed + 100);
    const run = comparedRun({ seed }, ({ phase }) =>
      phase === "measure" && random() < 0.02 ? "fails-500" : "pass",
    );
    assert.notEqual(run.result.verdict, "broken", `seed ${seed}`);
  }
});

const quantized = (name: string) => (variant: string) => ({
  quantization: variant === "head" ? name : "Q4K",
  dtype: "f32",
  turboQuant: "8",
  pagedAttention: "off",
});

function withChosen(comparison: Parameters<typeof comparedRun>[2], name = "none") {
  const chosen = quantized(name);
  return comparedRun({ luck: 0.005, noise: 0.01, worse: { decode: 1.3 } }, undefined, {
    ...comparison,
    world: {
      provisioned: (variant) => ({
        ...variant,
        server: { ...variant.server, chosen: chosen(variant.name) },
      }),
    },
  });
}

test("what was not meant to differ keeps the verdict back, and stops the run", () => {
  const run = withChosen({ comparison: { intended: ["inferrs"] } });
  const { withheld, because, pairs, metrics, differs, advice } = comparisonOf(run);
  assert.equal(run.result.verdict, "inconclusive");
  assert.equal(run.result.exitReason, "ok");
  assert.match(withheld ?? "", /quantization \(base Q4K, head none\)/);
  assert.equal(because, withheld);
  assert.equal(pairs.made, 3);
  assert.equal(pairs.ended, "settled");
  assert.ok(
    metrics.every((each) => each.verdict === "inconclusive" && each.because === "withheld"),
  );
  assert.ok(metrics[1]?.ratio?.estimate, "the figures are there all the same");
  assert.deepEqual(differs, [{ what: "quantization", base: "Q4K", head: "none", intended: false }]);
  assert.equal(advice.length, 1);
});

test("a head that doesn't work is broken, whatever else differs", () => {
  const differing = (fate: Parameters<typeof comparedRun>[1]) =>
    comparedRun({ luck: 0.005, noise: 0.01 }, fate, {
      comparison: { intended: ["inferrs"] },
      world: {
        provisioned: (variant) => ({
          ...variant,
          server: { ...variant.server, chosen: quantized("none")(variant.name) },
        }),
      },
    });
  for (const [met, because] of [
    ["refused-400", "Head fails each time with http-error"],
    ["truncated", "Head failed in 3 of 3 fresh starts"],
  ] as const) {
    const run = differing(({ cell }) => (cell === `head/${TURN}` ? met : "pass"));
    const comparison = comparisonOf(run);
    assert.equal(run.result.verdict, "broken");
    assert.equal(exitCodeOf(run.result, ["broken"], null), 1);
    assert.match(comparison.withheld ?? "", /quantization/);
    assert.match(comparison.because, new RegExp(`${because}.*quantization \\(base Q4K`, "s"));
  }
  // Its measured starts fail, from the third pair on: that is confirmed before it ends.
  const late = differing(({ cell, phase, start }) =>
    cell === `head/${TURN}` && phase !== "probe" && start >= 3 ? "truncated" : "pass",
  );
  assert.equal(late.result.verdict, "broken");
});

test("what was meant to differ doesn't, and what follows from it", () => {
  for (const intended of ["quantize", "model"]) {
    const run = withChosen({ comparison: { intended: [intended] } });
    assert.equal(comparisonOf(run).withheld, null, intended);
    assert.equal(run.result.verdict, "regression");
  }
});

test("nothing may differ from base that is head again", () => {
  const run = withChosen({ comparison: { kind: "self" } });
  assert.match(comparisonOf(run).withheld ?? "", /^Base is head again, and yet/);
});

/** Tokens of a reply, by variant and start; base's are 40. */
const replying = (tokens: (head: boolean, start: number) => number, intended: string) =>
  comparedRun({ luck: 0.005, noise: 0.01 }, undefined, {
    comparison: { intended: [intended] },
    world: {
      timing: ({ variant, start }) => ({
        ...{ ttftMs: 400 + start, decodeMs: 1000 },
        tokens: tokens(variant === "head", start),
      }),
    },
  });

test("replies of another length than base's are another thing", () => {
  const run = replying((head) => (head ? 50 : 40), "quantize-kv");
  assert.match(comparisonOf(run).withheld ?? "", /output tokens of .*\(base 40, head 50\)/);
});

test("a reply that ends elsewhere follows from another engine: the turn alone isn't compared", () => {
  for (const intended of ["inferrs", "ref", "engine", "base-url"]) {
    const run = replying((head) => (head ? 41 : 40), intended);
    const { withheld, differs, advice } = comparisonOf(run);
    assert.equal(withheld, null);
    const replies = differs.find(({ what }) => what.startsWith("output tokens of agent-turn"));
    assert.deepEqual([replies?.base, replies?.head, replies?.intended], ["40", "41", true]);
    assert.equal(metricOf(run, TURN, "ttftMs").verdict, "no-regression");
    const turn = metricOf(run, TURN, "turnMs");
    assert.deepEqual([turn.verdict, turn.because], ["inconclusive", "replies-differ"]);
    assert.equal(turn.wouldDecide, null);
    assert.ok(advice.some((text) => /^Turn of agent-turn: replies of another length/.test(text)));
  }
});

test("one token more, or now more and now less, is nothing to keep a verdict back for", () => {
  const one = replying((head) => (head ? 41 : 40), "quantize-kv");
  assert.equal(comparisonOf(one).withheld, null);
  const both = replying((head, start) => (head ? 40 + 3 * (start % 2 === 0 ? 1 : -1) : 40), "x");
  assert.equal(comparisonOf(both).withheld, null);
  assert.equal(metricOf(both, TURN, "turnMs").because, "change-is-below-delta");
});

test("A/A says what change the machine could see", () => {
  const run = comparedRun({ seed: 2 }, undefined, { comparison: { kind: "self" } });
  const { sensitivity, kind } = comparisonOf(run);
  assert.equal(kind, "self");
  const decode = sensitivity?.find(
    ({ cell, metric }) => cell === `head/${TURN}` && metric === "decodeTokensPerSecond",
  );
  assert.ok(decode && decode.spread > 0.01 && decode.spread < 0.2, String(decode?.spread));
  assert.deepEqual(
    decode.plans.map(({ pairs }) => pairs),
    [8, 12, 20],
  );
  assert.equal(decode.wanted.change, 0.1);
  assert.ok(sensitivity?.some(({ metric }) => metric === "loadMs"));
  assert.equal(comparisonOf(comparedRun()).sensitivity, null);
});

/** Stops the run once so many measured starts were begun. */
function stopAt(starts: number, event: Parameters<typeof comparedRun>[2] = {}) {
  let done = false;
  return {
    ...event,
    world: {
      before: (state: ComparedRun["state"]) => {
        const begun = state.starts.filter(({ pair }) => pair !== null);
        const measured = begun.at(-1);
        const cell = state.cells.get(`${measured?.variant}/${TURN}`);
        const busy = cell?.attempts.some(
          ({ phase, start }) => phase === "measure" && start === measured?.start,
        );
        if (done || begun.length < starts || busy !== true) return null;
        done = true;
        return { type: "stopped" as const, reason: "time-budget" as const };
      },
    },
  };
}

test("a pair that was cut is not judged; a clock that ended the run lets the rest be", () => {
  const machine = { luck: 0.005, noise: 0.01, worse: { decode: 1.3 } };
  const early = comparedRun(machine, undefined, stopAt(8));
  const { pairs, advice, because } = comparisonOf(early);
  assert.deepEqual([pairs.made, pairs.judged, pairs.ended], [3, 0, "time-budget"]);
  assert.equal(pairs.list.length, 4);
  assert.ok(metricOf(early, TURN, "turnMs").pairs.every(({ head }) => head !== null));
  assert.equal(early.result.verdict, "inconclusive");
  assert.equal(early.result.status, "partial");
  assert.match(because, /3 pairs of starts were made/);
  assert.match(advice[0] ?? "", /--time-budget/);
  const seven = comparedRun(machine, undefined, stopAt(16));
  assert.deepEqual([comparisonOf(seven).pairs.made, comparisonOf(seven).pairs.judged], [7, 7]);
  assert.equal(seven.result.verdict, "regression");
  assert.equal(exitCodeOf(seven.result, ["regression"], null), 1);
});

test("an undecided run says in numbers what would decide it", () => {
  const run = comparedRun({ seed: 3, luck: 0.06, noise: 0.1 });
  const { advice, because, metrics } = comparisonOf(run);
  assert.equal(run.result.verdict, "inconclusive");
  assert.match(because, /^Not decided by 20 pairs of starts: /);
  assert.equal(
    advice.length,
    metrics.filter((each) => each.primary && each.verdict === "inconclusive").length,
  );
  assert.ok(
    advice.some((text) => /\d+ pairs instead of 20 \(--starts \d+\)/.test(text)),
    advice.join("\n"),
  );
  assert.ok(
    advice.some((text) => /with a threshold of \d+% it is no regression already/.test(text)),
  );
});

test("running servers that nobody restarts are described, not judged", () => {
  const engine = { kind: "external" as const, baseUrl: "http://h/v1", apiKeyEnv: null };
  const variant = {
    ...{ engine, model: { kind: "served" as const, id: null }, device: "auto" as const },
    serverArgs: [],
  };
  const run = comparedRun({ luck: 0, noise: 0, worse: { decode: 1.5 } }, undefined, {
    over: {
      starts: 1,
      rounds: 8,
      variants: [
        { name: "base", ...variant },
        { name: "head", ...variant },
      ],
    },
  });
  const { design, pairs } = comparisonOf(run);
  assert.equal(design, "attached");
  assert.equal(run.result.verdict, "inconclusive");
  assert.deepEqual([pairs.made, pairs.judged, pairs.looks], [8, 0, []]);
  const decode = metricOf(run, TURN, "decodeTokensPerSecond");
  assert.equal(decode.because, "descriptive");
  near(decode.ratio?.estimate, 1 / 1.5);
  assert.equal(decode.ratio?.level, 0.95);
  assert.equal(pairsOf(run.result), null);
});

test("the pairs of a result are those of its metrics, in order", () => {
  const run = comparedRun({ seed: 2, luck: 0.005, noise: 0.01 });
  const pairs = pairsOf(run.result)?.filter(
    ({ cell, metric }) => cell === `head/${TURN}` && metric === "turnMs",
  );
  assert.deepEqual(
    pairs?.map(({ pair }) => pair),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
});

test("what takes a few ms is shown, and no verdict hangs on it", () => {
  const run = comparedRun({ luck: 0.005, noise: 0.01 }, undefined, {
    world: {
      timing: ({ cell, start, variant }) => ({
        // A chat's first token comes within what a scheduler may take.
        ttftMs: cell.includes("chat") ? 4 + ((start * 7 + variant.length) % 5) : 400,
        decodeMs: 1000 + start,
      }),
    },
  });
  const primary = comparisonOf(run).metrics.filter((each) => each.primary);
  assert.deepEqual(
    primary.map(({ cell, metric }) => `${cell?.split("/")[1]} ${metric}`),
    [
      "agent-turn ttftMs",
      "agent-turn decodeTokensPerSecond",
      "agent-turn turnMs",
      "chat decodeTokensPerSecond",
      "chat turnMs",
    ],
  );
  assert.equal(metricOf(run, CHAT, "ttftMs").primary, false);
});

test("a port that another process took is nobody's failure: one more pair takes its place", () => {
  let taken = false;
  const run = comparedRun({ luck: 0.005, noise: 0.01 }, undefined, {
    world: {
      startFails: ({ variant, pair }) => {
        if (taken || variant !== "head" || pair?.pair !== 2) return null;
        taken = true;
        return "port-taken";
      },
    },
  });
  const { pairs } = comparisonOf(run);
  assert.ok(taken);
  assert.equal(run.result.verdict, "no-regression");
  assert.deepEqual([pairs.made, pairs.judged], [9, 8]);
  const turn = metricOf(run, TURN, "turnMs");
  assert.deepEqual(
    turn.pairs.map(({ pair }) => pair),
    [0, 1, 3, 4, 5, 6, 7, 8],
  );
});

test("times without any spread are judged like others", () => {
  for (const starts of [6, 8]) {
    const run = comparedRun({}, undefined, {
      over: { starts },
      comparison: { kind: "self" },
      world: { timing: () => ({ ttftMs: 400, decodeMs: 1000 }), readyMs: () => 100 },
    });
    assert.equal(run.result.verdict, "no-regression", `${starts} pairs`);
    assert.equal(metricOf(run, TURN, "turnMs").ratio?.estimate, 1);
  }
});

test("a head whose engine dies in every start, at whichever request, is broken", () => {
  const asked = new Map<number, number>();
  const run = comparedRun({}, ({ cell, phase, start }) => {
    if (!cell.startsWith("head/") || phase === "probe" || phase === "calibrate") return "pass";
    const count = (asked.get(start) ?? 0) + 1;
    asked.set(start, count);
    return count === 4 ? "dies" : "pass";
  });
  assert.equal(run.result.verdict, "broken");
  assert.equal(comparisonOf(run).pairs.ended, "settled");
});

test("a variant that can't be had, or a signal before the first pair, is told as it is", () => {
  const gone = comparedRun({}, undefined, { world: { missing: ["base"] } });
  assert.equal(gone.result.verdict, "inconclusive");
  assert.equal(comparisonOf(gone).because, "base could not be measured: not to be had.");
  assert.equal(exitCodeOf(gone.result, ["regression"], null), 3);
  const early = comparedRun({}, undefined, {
    world: {
      before: ({ starts, interrupted }) =>
        starts.length === 1 && interrupted === null
          ? { type: "interrupted", signal: "SIGINT" }
          : null,
    },
  });
  assert.equal(comparisonOf(early).pairs.ended, "interrupted");
  assert.equal(exitCodeOf(early.result, ["regression"], "SIGINT"), 130);
});

test("the journal gives the same result again", () => {
  const run = comparedRun({ seed: 4, worse: { decode: 1.1 } });
  const state = fold(run.entries);
  assert.ok(state);
  assert.deepEqual(resultOf(state), run.result);
});
