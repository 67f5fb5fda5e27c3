import assert from "node:assert/strict";
import { test } from "node:test";
import { SetupError } from "./inputs/error.ts";
import type { Scenario } from "./plan/scenario.ts";
import type { CellSpec, Plan } from "./plan/types.ts";
import { promptSizer } from "./prompt-sizes.ts";
import { fakePlan, fakeScenario } from "./testing/fake-run.ts";

const turnOf = (message: string, repeat = 1) => ({
  ...{ message, repeat },
  ...{ expect: [], script: [{ text: "ok" }] },
});
const client = (name: string, turns: Scenario["turns"]) => fakeScenario(name, { steps: [], turns });

const plan = (turn: "real" | "replayed"): Plan =>
  fakePlan({
    turn,
    scenarios: [
      client("oc-long", [turnOf(`page ${"x".repeat(1000)}`, 3)]),
      client("oc-short", [turnOf("hi"), turnOf("and again")]),
    ],
    combinations: [{ supportsTools: true }, { supportsTools: false }],
  });

/** 5,000 bytes and the messages; tools have 2,000. */
function capturer() {
  const asked: string[] = [];
  const capture = async ({ compat }: CellSpec, scenario: Scenario) => {
    const tools = compat.supportsTools === false ? 0 : 2000;
    asked.push(`${scenario.name} ${compat.supportsTools}`);
    return scenario.turns.map(({ message }) => ["b".repeat(5000 + tools + message.length)]);
  };
  return { asked, capture };
}

test("real turns: each combination is captured once, by the first turn with the fewest words", async () => {
  const { asked, capture } = capturer();
  const { cells, bodies, why } = await promptSizer(plan("real"), capture).planned();
  assert.deepEqual(asked, ["oc-short true", "oc-short false"]);
  assert.equal(why, null);
  assert.equal(cells.length, 4);
  const sizes = cells.map(({ requestBytes }) => requestBytes);
  const [long = 0, longWithout = 0, short = 0, shortWithout = 0] = sizes;
  assert.equal(long - longWithout, 2000);
  assert.equal(short - shortWithout, 2000);
  // A session's words add up, and those of the other scenario's are not in it.
  assert.ok(long - short > 2900 && long - short < 3100, String(long - short));
  assert.deepEqual(
    bodies.map(([cell]) => cell),
    ["head/oc-short/supportsTools=true", "head/oc-short/supportsTools=false"],
  );
});

test("replayed turns: every scenario is captured as a whole", async () => {
  const { asked, capture } = capturer();
  const { cells } = await promptSizer(plan("replayed"), capture).planned();
  assert.equal(asked.length, 4);
  assert.equal(cells[0]?.requestBytes, 5000 + 2000 + 1005);
});

test("a client that can't be brought to send anything is asked once, and said", async () => {
  let asked = 0;
  const sizer = promptSizer(plan("real"), async () => {
    asked += 1;
    throw new SetupError("its gateway ended while it started");
  });
  const { cells, why } = await sizer.planned();
  assert.deepEqual([asked, cells], [1, []]);
  assert.match(why ?? "", /can't be told beforehand: its gateway ended.*\.$/);
  const [cell] = plan("real").cells;
  assert.ok(cell);
  assert.equal((await sizer.of(cell)).bytes, null);
});
