import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Standing } from "../../analyze/comparison/standing.ts";
import { fold } from "../../journal/fold.ts";
import { attemptsOf, type RunState } from "../../journal/state.ts";
import {
  type FakeRun,
  type FakeWorld,
  type Fate,
  fakeComparison,
  fakePlan,
  fakeRun,
  fakeScenario,
} from "../../testing/fake-run.ts";
import { isOverBudget } from "../budget.ts";
import { combinations } from "../matrix.ts";
import type { Step } from "../next.ts";
import type { VariantSpec } from "../types.ts";
import { afterPair } from "./end.ts";
import { isSpent, madePairs } from "./made.ts";

const OPEN: Standing = { settled: false, confirm: [] };
const CHAT = "chat/requiresStringContent=true,supportsTools=true";
const TURN = "agent-turn/requiresStringContent=true,supportsTools=true";

/** The verdict is left open, unless a test says otherwise. */
function compare(
  plan: Parameters<typeof fakeRun>[0],
  fate?: Parameters<typeof fakeRun>[1],
  world: FakeWorld = {},
): FakeRun {
  return fakeRun(plan, fate, 8000, undefined, { judge: () => OPEN, ...world });
}

type Start = Step & { kind: "start" };
const startsOf = ({ steps }: FakeRun): Start[] =>
  steps.filter((step): step is Start => step.kind === "start");
const pairedStarts = (run: FakeRun) => startsOf(run).filter(({ pair }) => pair !== undefined);
const endOf = ({ state }: FakeRun, judge = () => OPEN) => {
  const after = afterPair(state, madePairs(state), judge);
  return after.kind === "end" ? after.ended : after.kind;
};

test("both variants are provisioned, probed in a life each, base first, then paired", () => {
  const run = compare(fakeComparison());
  assert.deepEqual(
    run.steps.slice(0, 2).map((step) => step.kind === "provision" && step.variant),
    ["base", "head"],
  );
  const starts = startsOf(run);
  assert.deepEqual(
    starts.slice(0, 2).map(({ variant, phase }) => [variant, phase]),
    [
      ["base", "probe"],
      ["head", "probe"],
    ],
  );
  assert.equal(starts.length, 2 + 2 * 8);
  assert.equal(endOf(run), "all-made");
});

test("a pair is a start of each variant, one right after the other, in counterbalanced order", () => {
  const orders = (seed: number) => {
    const starts = pairedStarts(compare(fakeComparison({ seed, starts: 20 })));
    return Array.from({ length: 20 }, (_, pair) => {
      const two = starts.slice(2 * pair, 2 * pair + 2);
      assert.deepEqual(
        two.map((start) => start.pair?.pair),
        [pair, pair],
      );
      assert.deepEqual(two.map(({ variant }) => variant).sort(), ["base", "head"]);
      return two[0]?.variant === "base" ? "b" : "h";
    }).join("");
  };
  for (const seed of [1, 2, 3]) assert.match(orders(seed), /^(bh|hb){10}$/);
  assert.equal(orders(1), orders(1));
  assert.notEqual(orders(1), orders(2));
  assert.ok(
    ["b", "h"].every((first) =>
      orders(1)
        .match(/../g)
        ?.some((two) => two[0] === first),
    ),
  );
});

test("each start warms every compared cell up once and measures its rounds, both in one order", () => {
  const run = compare(fakeComparison());
  const measures = run.steps.filter((step) => step.kind === "measure");
  for (const { pair, base, head, rounds } of madePairs(run.state)) {
    const of = (variant: string, start = -1) =>
      measures.filter((step) => step.variant === variant && step.start === start);
    const [bases, heads] = [of("base", base?.start), of("head", head?.start)];
    assert.deepEqual(
      bases.map(({ warmup, round }) => [warmup, round]),
      [[true, 0], ...Array.from({ length: rounds }, (_, round) => [false, round])],
    );
    const bare = (steps: typeof bases) =>
      steps.map(({ cells }) => cells.map((cell) => cell.slice("base/".length)));
    assert.deepEqual(bare(bases), bare(heads), `pair ${pair}`);
    // A cold start can be compared with the others only by the same cell.
    assert.equal(bare(bases)[0]?.[0], CHAT);
  }
});

test("base's recommended combination is measured, the others are probed only", () => {
  const { state } = compare(fakeComparison());
  for (const cell of state.cells.values()) {
    assert.equal(attemptsOf(cell, "probe").length, 2);
    const compared = [CHAT, TURN].some((id) => cell.spec.id.endsWith(id));
    assert.equal(attemptsOf(cell, "measure").length > 0, compared, cell.spec.id);
    assert.equal(attemptsOf(cell, "calibrate").length > 0, compared, cell.spec.id);
  }
});

test("what base can't do is not what is compared, and scenarios without combinations are part of it", () => {
  const plan = fakeComparison({
    scenarios: [
      fakeScenario("chat"),
      fakeScenario("agent-turn"),
      fakeScenario("plain", { combinations: false }),
    ],
  });
  const run = compare(plan, ({ cell }) =>
    cell.startsWith("base/") && cell.includes("requiresStringContent=true,supportsTools=true")
      ? "refused-400"
      : "pass",
  );
  const measured = new Set(pairedStarts(run).flatMap(({ pair }) => pair?.cells ?? []));
  assert.deepEqual([...measured].sort(), [
    "base/agent-turn/requiresStringContent=false,supportsTools=true",
    "base/chat/requiresStringContent=false,supportsTools=true",
    "base/plain",
    "head/agent-turn/requiresStringContent=false,supportsTools=true",
    "head/chat/requiresStringContent=false,supportsTools=true",
    "head/plain",
  ]);
});

test("where base passes nothing there is nothing to compare, and head is told about all the same", () => {
  const run = compare(fakeComparison(), ({ cell }) =>
    cell.startsWith("base/") ? "refused-400" : "pass",
  );
  assert.equal(pairedStarts(run).length, 0);
  assert.equal(endOf(run), "failed");
  assert.ok(run.attempts.some(({ cell }) => cell.startsWith("head/")));
});

test("a variant that can't be had ends it before anything is started", () => {
  const run = compare(fakeComparison(), undefined, { missing: ["head"] });
  assert.equal(startsOf(run).length, 0);
});

test("the cells of the first pair stay, whatever is learned of the probes later", () => {
  const plan = fakeComparison();
  const run = compare(plan);
  const [first, ...later] = pairedStarts(run).filter(({ variant }) => variant === "head");
  for (const { pair } of later) assert.deepEqual(pair?.cells, first?.pair?.cells);
});

test("a verdict that stands ends it at once", () => {
  const judge = (state: RunState) => ({
    settled: madePairs(state).length >= 3,
    confirm: [],
  });
  const run = compare(fakeComparison(), undefined, { judge });
  assert.equal(pairedStarts(run).length, 6);
});

test("a verdict that stands after the probes makes no pair", () => {
  const judge = () => ({ settled: true, confirm: [] });
  const run = compare(fakeComparison(), undefined, { judge });
  assert.equal(pairedStarts(run).length, 0);
});

test("failures of head are confirmed in fresh pairs of these cells only, right away", () => {
  const judge = (state: RunState): Standing => {
    const pairs = madePairs(state);
    const made = pairs.filter(({ confirming }) => confirming).length;
    const seen = pairs.some(({ confirming }) => !confirming);
    return { settled: false, confirm: seen ? [{ cell: `head/${TURN}`, pairs: 3 - made }] : [] };
  };
  const run = compare(fakeComparison(), undefined, { judge });
  const pairs = madePairs(run.state);
  assert.deepEqual(
    pairs.map(({ confirming }) => confirming),
    [false, true, true, true, ...Array(7).fill(false)],
  );
  assert.deepEqual(
    pairs.map(({ pair }) => pair),
    Array.from({ length: 11 }, (_, pair) => pair),
  );
  for (const { base, head } of pairs.filter(({ confirming }) => confirming)) {
    assert.deepEqual(base?.cells, [`base/${TURN}`]);
    assert.deepEqual(head?.cells, [`head/${TURN}`]);
  }
  // The measured pairs keep their balance.
  const firsts = pairs.filter(({ confirming }) => !confirming).map(({ first }) => first[0]);
  assert.match(firsts.join(""), /^(bh|hb){4}$/);
});

test("a cell that was only probed can be confirmed", () => {
  const odd = "chat/requiresStringContent=false,supportsTools=false";
  const judge = (state: RunState): Standing => {
    const made = madePairs(state).filter(({ confirming }) => confirming).length;
    return { settled: false, confirm: [{ cell: `head/${odd}`, pairs: 3 - made }] };
  };
  const run = compare(fakeComparison(), undefined, { judge });
  const [first] = pairedStarts(run);
  assert.deepEqual(first?.pair?.cells, [`${first?.variant}/${odd}`]);
  assert.equal(madePairs(run.state).length, 11);
});

test("a judge that never has enough of confirming is not followed for ever", () => {
  const confirm = [{ cell: `head/${TURN}`, pairs: 3 }];
  const run = compare(fakeComparison(), undefined, { judge: () => ({ settled: false, confirm }) });
  assert.equal(madePairs(run.state).filter(({ confirming }) => confirming).length, 3);
  assert.equal(madePairs(run.state).length, 11);
});

test("a start that fails has spent its slot: the pair counts and the schedule goes on", () => {
  const run = compare(fakeComparison(), undefined, {
    startFails: ({ variant, pair }) =>
      variant === "head" && pair?.pair === 2 ? "load-failed" : null,
  });
  const pairs = madePairs(run.state);
  assert.equal(pairs.length, 8);
  assert.ok(pairs.every(({ complete }) => complete));
  assert.equal(pairs[2]?.head?.failure?.kind, "load-failed");
  assert.equal(startsOf(run).length, 18);
  assert.deepEqual(pairs[2]?.head?.cells, pairs[1]?.head?.cells);
});

test("an engine that dies or hangs in the middle has spent its slot, too", () => {
  for (const fate of ["dies", "out-of-memory", "hangs"] as const) {
    let starts = 0;
    const run = compare(fakeComparison(), ({ cell, phase, start }) => {
      const doomed = cell === `head/${TURN}` && phase === "measure" && start === 3;
      starts += doomed ? 1 : 0;
      return doomed ? fate : "pass";
    });
    assert.equal(starts, 1, fate);
    const pairs = madePairs(run.state);
    assert.equal(pairs.length, 8);
    assert.ok(pairs.every(({ complete }) => complete));
    assert.equal(startsOf(run).length, 18);
  }
});

test("a warm-up that fails is not asked again", () => {
  const run = compare(fakeComparison(), ({ cell, phase }) =>
    cell === `head/${TURN}` && phase === "warmup" ? "refused-400" : "pass",
  );
  const warmups = run.attempts.filter(
    ({ cell, phase }) => cell === `head/${TURN}` && phase === "warmup",
  );
  assert.equal(warmups.length, 8);
  assert.equal(endOf(run), "all-made");
});

test("three starts in a row that give nothing end the comparison", () => {
  const fails: FakeWorld["startFails"] = ({ variant, pair }) =>
    variant === "head" && (pair?.pair ?? -1) >= 2 ? "engine-crashed" : null;
  const run = compare(fakeComparison(), undefined, { startFails: fails });
  assert.equal(madePairs(run.state).length, 5);
  assert.equal(endOf(run), "failed");
  const dies = compare(fakeComparison(), ({ cell, phase }) =>
    cell.startsWith("base/") && phase === "measure" ? "dies" : "pass",
  );
  assert.equal(madePairs(dies.state).length, 3);
  assert.equal(endOf(dies), "failed");
});

test("that limit doesn't cut off the pairs that say whose failure it is", () => {
  const judge = (state: RunState): Standing => {
    const made = madePairs(state).filter(({ confirming }) => confirming).length;
    const seen = madePairs(state).length > 0;
    return made >= 3
      ? { settled: true, confirm: [] }
      : { settled: false, confirm: seen ? [{ cell: `head/${TURN}`, pairs: 3 - made }] : [] };
  };
  const run = compare(fakeComparison(), undefined, {
    judge,
    startFails: ({ variant, pair }) =>
      variant === "head" && pair !== undefined ? "out-of-memory" : null,
  });
  assert.equal(madePairs(run.state).length, 4);
  assert.equal(
    endOf(run, () => judge(run.state) as never),
    "settled",
  );
});

test("a head that never starts is tried three times, and base was asked before", () => {
  const run = compare(fakeComparison(), undefined, {
    startFails: ({ variant }) => (variant === "head" ? "load-failed" : null),
  });
  assert.deepEqual(
    startsOf(run).map(({ variant }) => variant),
    ["base", "head", "head", "head"],
  );
  assert.equal(endOf(run), "failed");
});

test("a pair that a signal cuts is not complete", () => {
  const run = compare(fakeComparison(), undefined, {
    before: (state) =>
      state.live?.phase === "measure" &&
      state.starts.at(-1)?.pair === 3 &&
      state.interrupted === null
        ? { type: "interrupted", signal: "SIGINT" }
        : null,
  });
  const pairs = madePairs(run.state);
  assert.deepEqual(
    pairs.map(({ complete }) => complete),
    [true, true, true, false],
  );
  assert.equal(
    run.state.starts.every(({ ended }) => ended),
    true,
  );
  assert.equal(endOf(run), "interrupted");
});

test("a pair whose second start was cut in the middle of its rounds is not complete either", () => {
  const run = compare(fakeComparison(), undefined, {
    before: (state) => {
      const start = state.starts.at(-1);
      const second = state.starts.filter(({ pair }) => pair === 1).length === 2;
      const rounds = [...state.cells.values()].some(({ attempts }) =>
        attempts.some((each) => each.phase === "measure" && each.start === start?.start),
      );
      return second && rounds && state.live !== null && state.interrupted === null
        ? { type: "interrupted", signal: "SIGTERM" }
        : null;
    },
  });
  const last = madePairs(run.state).at(-1);
  assert.equal(last?.pair, 1);
  assert.equal(last?.complete, false);
  const starts = [last?.base, last?.head].flatMap((start) => start ?? []);
  assert.equal(starts.filter((start) => isSpent(run.state, start)).length, 1);
});

test("no pair is begun that the time budget would cut, and a finished comparison is not over budget", () => {
  const whole = compare(fakeComparison());
  const all = whole.state.elapsedMs;
  const stop = (state: RunState) =>
    isOverBudget(state) ? ({ type: "stopped", reason: "time-budget" } as const) : null;
  const run = compare(fakeComparison({ timeBudgetMs: all * 0.6 }), undefined, { before: stop });
  const pairs = madePairs(run.state);
  assert.ok(pairs.length >= 2 && pairs.length < 8, `${pairs.length}`);
  assert.ok(pairs.every(({ complete }) => complete));
  assert.equal(endOf(run), "time-budget");
  const enough = compare(fakeComparison({ timeBudgetMs: all }), undefined, { before: stop });
  assert.equal(enough.state.stopped, null);
  assert.equal(endOf(enough), "all-made");
});

test("rounds are as fixed, else three in two pairs and then one number, odd, to the end", () => {
  const rounds = (run: FakeRun) => pairedStarts(run).map(({ pair }) => pair?.rounds);
  assert.deepEqual(new Set(rounds(compare(fakeComparison({}, { rounds: 5 })))), new Set([5]));
  const learned = rounds(compare(fakeComparison()));
  assert.deepEqual(learned.slice(0, 4), [3, 3, 3, 3]);
  assert.equal(new Set(learned.slice(4)).size, 1);
  assert.equal((learned[4] ?? 0) % 2, 1);
});

const attached = (name: string, restartCommand: string | null): VariantSpec => ({
  name,
  engine: { kind: "external", baseUrl: "http://127.0.0.1:1/v1", apiKeyEnv: null },
  model: { kind: "served", id: null },
  device: "auto",
  serverArgs: [],
  restartCommand,
});

test("running servers take turns by rounds, warmed up once", () => {
  const variants = [attached("base", null), attached("head", null)];
  const run = compare(fakeComparison({ variants, starts: 1, rounds: 6 }));
  const pairs = madePairs(run.state);
  assert.equal(pairs.length, 6);
  assert.match(pairs.map(({ first }) => first[0]).join(""), /^(bh|hb){3}$/);
  const of = (cell: string, phase: string) =>
    run.attempts.filter((each) => each.cell === cell && each.phase === phase);
  assert.equal(of(`head/${TURN}`, "warmup").length, 1);
  assert.equal(of(`head/${TURN}`, "measure").length, 6);
  const asked = attemptsOf(run.state.cells.get(`head/${TURN}`) ?? assert.fail(), "measure");
  assert.equal(new Set(asked.map(({ variation }) => variation)).size, 6);
});

test("running servers with a restart command are started afresh like ours", () => {
  const variants = [attached("base", "a"), attached("head", "b")];
  const run = compare(fakeComparison({ variants, starts: 6 }));
  assert.equal(madePairs(run.state).length, 6);
  const warmups = run.attempts.filter(
    ({ cell, phase }) => cell === `head/${TURN}` && phase === "warmup",
  );
  assert.equal(warmups.length, 6);
});

test("an attached server is let become idle before the other variant is asked", () => {
  const variants = [attached("base", null), attached("head", null)];
  const run = compare(fakeComparison({ variants, starts: 1 }), ({ cell, phase }) =>
    cell === `base/${TURN}` && phase === "measure" ? "timeout" : "pass",
  );
  const stops = run.steps.flatMap((step, index) => (step.kind === "stop" ? [index] : []));
  assert.ok(run.steps.some(({ kind }) => kind === "settle"));
  for (const at of stops) {
    const before = run.steps[at - 1];
    if (before?.kind !== "measure") continue;
    assert.ok(before.variant === "head" || before.cells.at(-1) !== `base/${TURN}`);
  }
});

test("the journal of a comparison folds to the same state again", () => {
  const run = compare(fakeComparison(), ({ cell, phase, start }) =>
    cell === `head/${TURN}` && phase === "measure" && start === 3 ? "dies" : "pass",
  );
  assert.deepEqual(fold(run.entries), run.state);
});

test("whatever attempts and starts meet, a comparison ends, and no start is made twice", () => {
  const fates: Fate[] = ["pass", "pass", "pass", "refused-400", "timeout", "hangs", "dies"];
  const plan = fakeComparison({
    scenarios: [fakeScenario("chat")],
    combinations: combinations([{ flag: "supportsTools", values: [true, false] }], [], []),
  });
  fc.assert(
    fc.property(
      fc.infiniteStream(fc.constantFrom(...fates)),
      fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
      (stream, luck) => {
        const run = compare(plan, () => stream.next().value ?? "pass", {
          startFails: () => (luck.next().value === 0 ? "load-failed" : null),
        });
        const ids = run.state.starts.map(({ variant, start }) => `${variant} ${start}`);
        assert.equal(new Set(ids).size, ids.length);
        const pairs = madePairs(run.state);
        assert.ok(pairs.length <= 8);
        assert.ok(pairs.every(({ complete }) => complete));
      },
    ),
    { numRuns: 60 },
  );
});

test("a run of one variant has no pairs", () => {
  const { state } = fakeRun(fakePlan());
  assert.deepEqual(madePairs(state), []);
  assert.ok(state.starts.every(({ pair, cells }) => pair === null && cells === null));
});
