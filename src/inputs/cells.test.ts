import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE, HEAD, type Plan } from "../plan/types.ts";
import { fakePlan, fakeScenario } from "../testing/fake-run.ts";
import { selectCells } from "./cells.ts";
import { InputError } from "./error.ts";

const AGENT = "agent-turn/requiresStringContent=true,supportsTools=false";
const ids = (plan: Plan) => plan.cells.map(({ id }) => id);
const sides = [BASE, HEAD].map((name) => ({ ...fakePlan().variants[0], name }));
const COMPARISON = { kind: "self", intended: [], thresholds: { default: 0.05 }, rounds: null };
const compared = (over: object = {}) =>
  fakePlan({ variants: sides, comparison: COMPARISON, ...over } as Parameters<typeof fakePlan>[0]);

test("all, where none is named", () => {
  const plan = fakePlan();
  assert.equal(selectCells(plan, null), plan);
});

test("with or without the variant's name, each once, in the plan's order", () => {
  const chat = "head/chat/requiresStringContent=true,supportsTools=true";
  const plan = selectCells(fakePlan(), [AGENT, chat, `head/${AGENT}`]);
  assert.deepEqual(ids(plan), [chat, `head/${AGENT}`]);
  assert.equal(plan.maxRestarts, 8);
});

test("in a comparison a cell brings its counterpart, whichever of the two is named", () => {
  for (const id of [AGENT, `head/${AGENT}`, `base/${AGENT}`]) {
    assert.deepEqual(ids(selectCells(compared(), [id])), [`base/${AGENT}`, `head/${AGENT}`]);
  }
});

test("what is compared with what stays as in the whole plan", () => {
  const all = compared();
  const off = all.cells.filter(({ variant }) => variant === HEAD).map(({ compat }) => compat);
  const base = {
    combinations: off.slice(0, 4).map((compat) => ({ ...compat, supportsTools: false })),
    settings: [{}],
  };
  const plan = compared({ base });
  const alone = plan.cells.find((cell) => cell.variant === HEAD && cell.base === undefined);
  assert.ok(alone);
  assert.throws(
    () => selectCells(plan, [alone.id]),
    (error: InputError) => /counterpart|compared with/.test(error.message),
  );
});

test("an unknown id is an error that names the nearest", () => {
  assert.throws(
    () => selectCells(fakePlan(), ["agent-turn/requiresStringContent=true,supportTools=false"]),
    (error: InputError) =>
      error instanceof InputError &&
      error.input === "--cell" &&
      error.message.includes(`The nearest: "${AGENT}"`) &&
      error.message.includes("(of 8;"),
  );
});

test("a cell that can't be asked alone is an error, beside another it is told as such", () => {
  const plan = fakePlan({ scenarios: [fakeScenario("tools", { needsTools: true })] });
  const [idle, asked] = ["false", "true"].map(
    (value) => `tools/requiresStringContent=true,supportsTools=${value}`,
  );
  assert.throws(() => selectCells(plan, [idle ?? ""]), /needs tools/);
  assert.equal(selectCells(plan, [idle ?? "", asked ?? ""]).cells.length, 2);
});

test("a scenario's name stands for all of its cells, of both sides or of one", () => {
  const plan = selectCells(fakePlan(), ["agent-turn"]);
  assert.equal(plan.cells.length, 4);
  assert.ok(plan.cells.every(({ scenario }) => scenario === "agent-turn"));
  assert.deepEqual(ids(selectCells(fakePlan(), ["head/agent-turn"])), ids(plan));
  assert.equal(selectCells(compared(), ["agent-turn"]).cells.length, 8);
});

test("the nearest of an id that is cut short or misspelt are those of its scenario", () => {
  for (const id of ["agent-turm", "head/agent-tur/supportsTools=true"]) {
    assert.throws(
      () => selectCells(fakePlan(), [id]),
      (error: InputError) => {
        const [, nearest = ""] = /The nearest: (.*) \(of/.exec(error.message) ?? [];
        return nearest.split(", ").every((each) => each.startsWith('"agent-turn/'));
      },
    );
  }
});
