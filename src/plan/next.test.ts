import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { attemptsOf, isRetired } from "../journal/state.ts";
import {
  type FakeAttempt,
  type Fate,
  fakePlan,
  fakeRun,
  fakeScenario,
} from "../testing/fake-run.ts";

const count = (attempts: FakeAttempt[], phase: string) =>
  attempts.filter((attempt) => attempt.phase === phase).length;

test("a run without failures asks exactly what was planned", () => {
  const plan = fakePlan();
  const { attempts, state, steps } = fakeRun(plan);
  assert.equal(plan.cells.length, 8);
  assert.equal(count(attempts, "probe"), 16);
  assert.equal(count(attempts, "calibrate"), 8);
  assert.equal(count(attempts, "warmup"), 16);
  assert.equal(count(attempts, "measure"), 48);
  assert.equal(steps.filter((step) => step.kind === "start").length, 3);
  for (const cell of state.cells.values()) assert.equal(attemptsOf(cell, "measure").length, 6);
});

test("every measured start warms each cell up once, before its first measured round", () => {
  const { attempts } = fakeRun(fakePlan());
  for (const start of [1, 2]) {
    const inStart = attempts.filter((attempt) => attempt.start === start);
    const firstMeasured = inStart.findIndex((attempt) => attempt.phase === "measure");
    assert.equal(firstMeasured, 8);
    assert.equal(
      inStart.slice(firstMeasured).every((each) => each.phase === "measure"),
      true,
    );
  }
});

test("the order differs from round to round, and a seed fixes it", () => {
  const orders = (seed: number) =>
    fakeRun(fakePlan({ seed })).steps.flatMap((step) =>
      step.kind === "measure" ? [step.cells.join(" ")] : [],
    );
  assert.deepEqual(orders(1), orders(1));
  assert.notDeepEqual(orders(1), orders(2));
  assert.ok(new Set(orders(1)).size > 4);
});

test("a failure seen twice retires the cell, which is neither calibrated nor measured", () => {
  const broken = "head/agent-turn/requiresStringContent=false,supportsTools=true";
  const { attempts, state } = fakeRun(fakePlan(), ({ cell }) =>
    cell === broken ? "refused-400" : "pass",
  );
  const asked = attempts.filter((attempt) => attempt.cell === broken);
  assert.deepEqual(
    asked.map((attempt) => attempt.phase),
    ["probe", "probe"],
  );
  const cell = state.cells.get(broken);
  assert.equal(cell !== undefined && isRetired(cell), true);
});

test("a flake is not a retired cell", () => {
  const flaky = "head/chat/requiresStringContent=true,supportsTools=true";
  const { attempts } = fakeRun(fakePlan(), ({ cell, nth }) =>
    cell === flaky && nth === 0 ? "refused-400" : "pass",
  );
  const phases = attempts.filter((each) => each.cell === flaky).map((each) => each.phase);
  assert.deepEqual(phases.slice(0, 3), ["probe", "probe", "calibrate"]);
  assert.equal(phases.filter((phase) => phase === "measure").length, 6);
});

test("what may be a flake gets more tries than a refusal, until it passes or is settled", () => {
  const odd = "head/chat/requiresStringContent=true,supportsTools=true";
  const probes = (fate: (nth: number) => Fate) =>
    fakeRun(fakePlan(), ({ cell, nth }) => (cell === odd ? fate(nth) : "pass")).attempts.filter(
      (each) => each.cell === odd && each.phase === "probe",
    ).length;
  assert.equal(
    probes(() => "refused-400"),
    2,
  );
  assert.equal(
    probes(() => "fails-500"),
    4,
  );
  assert.equal(
    probes((nth) => (nth < 2 ? "fails-500" : "pass")),
    3,
  );
  assert.equal(
    probes(() => "dies"),
    3,
  );
  assert.equal(
    probes(() => "hangs"),
    2,
  );
});

test("two different failures get a third probe", () => {
  const odd = "head/chat/requiresStringContent=true,supportsTools=true";
  const { attempts } = fakeRun(fakePlan(), ({ cell, nth }) =>
    cell !== odd ? "pass" : nth === 0 ? "refused-400" : nth === 1 ? "truncated" : "pass",
  );
  const probes = attempts.filter((each) => each.cell === odd && each.phase === "probe");
  assert.equal(probes.length, 3);
});

test("after a request that was given up on, the engine settles before the next is asked", () => {
  const slow = "head/chat/requiresStringContent=true,supportsTools=true";
  const { steps } = fakeRun(fakePlan(), ({ cell, nth }) =>
    cell === slow && nth === 0 ? "timeout" : "pass",
  );
  const at = steps.findIndex((step) => step.kind === "settle");
  assert.equal(steps[at - 1]?.kind, "probe");
  assert.equal(steps[at + 1]?.kind, "probe");
});

test("an engine that hangs is not waited for, but started again", () => {
  const stuck = "head/chat/requiresStringContent=true,supportsTools=true";
  const { steps } = fakeRun(fakePlan(), ({ cell, nth }) =>
    cell === stuck && nth === 0 ? "hangs" : "pass",
  );
  assert.equal(
    steps.some((step) => step.kind === "settle"),
    false,
  );
  assert.deepEqual(
    steps.slice(2, 5).map((step) => step.kind),
    ["probe", "stop", "start"],
  );
});

test("a crash costs a start, and the round goes on in a new life with warm-ups of its own", () => {
  const deadly = "head/agent-turn/requiresStringContent=true,supportsTools=true";
  const { steps, state, attempts } = fakeRun(fakePlan(), ({ cell, phase, nth }) =>
    cell === deadly && phase === "measure" && nth < 5 ? "dies" : "pass",
  );
  assert.equal(steps.filter((step) => step.kind === "start").length, 4);
  for (const cell of state.cells.values()) assert.equal(attemptsOf(cell, "measure").length, 6);
  assert.ok(count(attempts, "warmup") > 16);
});

test("an engine that always dies is started a bounded number of times", () => {
  const plan = fakePlan();
  const { steps } = fakeRun(plan, () => "dies");
  const starts = steps.filter((step) => step.kind === "start").length;
  assert.ok(starts <= plan.maxRestarts + 1, `${starts} starts`);
});

test("a cell whose warm-ups fail is given up, and the others are measured all the same", () => {
  const odd = "head/chat/requiresStringContent=true,supportsTools=true";
  for (const fate of ["hangs", "dies"] as const) {
    const { state } = fakeRun(fakePlan(), ({ cell, phase }) =>
      cell === odd && phase === "warmup" ? fate : "pass",
    );
    for (const cell of state.cells.values()) {
      assert.equal(attemptsOf(cell, "measure").length, cell.spec.id === odd ? 0 : 6, fate);
    }
  }
});

test("an attached engine is probed and measured in one life", () => {
  const plan = fakePlan({
    variants: [
      {
        name: "head",
        engine: { kind: "external", baseUrl: "http://127.0.0.1:1/v1", apiKeyEnv: null },
        model: { kind: "served", id: null },
        device: "auto",
        serverArgs: [],
      },
    ],
    starts: 1,
  });
  const { steps, attempts } = fakeRun(plan);
  assert.equal(steps.filter((step) => step.kind === "start").length, 1);
  assert.equal(count(attempts, "measure"), 24);
});

test("whatever attempts meet, the run ends and no cell gets more than its rounds", () => {
  const fates: Fate[] = [
    "pass",
    "refused-400",
    "truncated",
    "timeout",
    "hangs",
    "dies",
    "out-of-memory",
  ];
  fc.assert(
    fc.property(fc.infiniteStream(fc.constantFrom(...fates)), (stream) => {
      const { state, attempts } = fakeRun(fakePlan(), () => stream.next().value ?? "pass");
      for (const cell of state.cells.values()) {
        assert.ok(attemptsOf(cell, "probe").length <= 4);
        assert.ok(attemptsOf(cell, "measure").length <= 6);
      }
      const folded = [...state.cells.values()].reduce((sum, cell) => sum + cell.attempts.length, 0);
      assert.equal(folded, attempts.length);
    }),
    { numRuns: 60 },
  );
});

test("a scripted plan with a cell that sends nothing ends with a word, not never", () => {
  const turns = [{ message: "Hi", script: [{ says: "Hello" }], repeat: 1 }] as never;
  const scenario = fakeScenario("oc-only", { steps: [], turns });
  assert.throws(() => fakeRun(fakePlan({ scenarios: [scenario] })), {
    message: /^head\/oc-only\/.*: scenario oc-only has nothing that scripted turns send/,
  });
});

const REAL = { turn: "real", confirm: true } as const;
const kindsOf = (steps: { kind: string }[], kind: string) =>
  steps.filter((step) => step.kind === kind);

test("real turns are confirmed by the command line once for each combination, and not counted by us", () => {
  const { steps, state } = fakeRun(fakePlan(REAL));
  assert.equal(kindsOf(steps, "confirm").length, 4);
  assert.equal(kindsOf(steps, "calibrate").length, 0);
  assert.equal(kindsOf(steps, "replay").length, 0);
  const firstMeasured = steps.findIndex((step) => step.kind === "measure");
  assert.ok(steps.findLastIndex((step) => step.kind === "confirm") < firstMeasured);
  for (const cell of state.cells.values()) assert.equal(attemptsOf(cell, "measure").length, 6);
});

test("a combination that the engine did not survive is not confirmed: nothing is killed twice", () => {
  const { steps } = fakeRun(fakePlan(REAL), ({ cell }) =>
    cell.includes("supportsTools=true") ? "out-of-memory" : "pass",
  );
  const confirmed = steps.flatMap((step) => (step.kind === "confirm" ? [step.cell] : []));
  assert.equal(confirmed.length, 2);
  assert.ok(confirmed.every((cell) => cell.includes("supportsTools=false")));
});

test("a failure that is no harm is confirmed all the same", () => {
  const { steps } = fakeRun(fakePlan(REAL), () => "refused-400");
  assert.equal(kindsOf(steps, "confirm").length, 4);
});
