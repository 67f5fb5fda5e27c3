/** What two variants turned out to be, and what of it was meant. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComparisonPlan } from "../../plan/types.ts";
import { NOTHING_CHOSEN, type ResultVariant } from "../../result.ts";
import { fakeComparison, fakeRun } from "../../testing/fake-run.ts";
import { comparisonWarnings, shownDifferences } from "./differs.ts";
import { withheldBecause } from "./withheld.ts";

type Change = (head: ResultVariant) => ResultVariant;

/** Head as it is changed, base as it was. */
function stateOf(change: Change, comparison: Partial<ComparisonPlan>) {
  const { state } = fakeRun(
    fakeComparison({ starts: 1 }, comparison),
    () => "pass",
    8000,
    undefined,
    {
      judge: () => ({ settled: true, confirm: [] }),
      provisioned: (variant) => (variant.name === "head" ? change(variant) : variant),
    },
  );
  return state;
}

const engine =
  (over: Partial<ResultVariant["engine"]>): Change =>
  (head) => ({ ...head, engine: { ...head.engine, ...over } });
const server =
  (over: Partial<ResultVariant["server"]>): Change =>
  (head) => ({ ...head, server: { ...head.server, ...over } });
const model =
  (over: Partial<ResultVariant["model"]>): Change =>
  (head) => ({ ...head, model: { ...head.model, ...over } });

for (const { change, intended, withheld, what } of [
  {
    change: engine({ knobs: { luck: "1" } }),
    intended: "sim",
    withheld: false,
    what: ["simulator's settings"],
  },
  {
    change: engine({ knobs: { luck: "1" } }),
    intended: "model",
    withheld: true,
    what: ["simulator's settings"],
  },
  { change: model({ id: "other" }), intended: "model", withheld: false, what: ["model"] },
  { change: model({ digest: "a".repeat(64) }), intended: "sim", withheld: true, what: ["model"] },
  {
    change: server({ args: ["--turbo-quant=false"] }),
    intended: "server-arg",
    withheld: false,
    what: ["--turbo-quant"],
  },
  {
    change: server({ args: ["--quantize=none"] }),
    intended: "quantize",
    withheld: false,
    what: ["--quantize"],
  },
  {
    change: server({ args: ["--quantize=none"] }),
    intended: "dtype",
    withheld: true,
    what: ["--quantize"],
  },
]) {
  test(`${what}: ${withheld ? "not " : ""}meant where --base names ${intended}`, () => {
    const state = stateOf(change, { intended: [intended] });
    assert.deepEqual(
      shownDifferences(state).map((each) => each.what),
      what,
    );
    assert.equal(withheldBecause(state) !== null, withheld);
  });
}

test("an executable has several marks, and each follows from its option", () => {
  const change = engine({ version: "2", sha256: "b".repeat(64), source: { kind: "path" } });
  const state = stateOf(change, { intended: ["inferrs"] });
  // Of base nothing of it is known: that is no difference.
  assert.deepEqual(shownDifferences(state), []);
});

test("what one side's log alone tells is a warning", () => {
  const chosen = { ...NOTHING_CHOSEN, quantization: "Q4K" };
  const state = stateOf(server({ chosen }), { intended: ["inferrs"] });
  assert.equal(withheldBecause(state), null);
  assert.deepEqual(
    comparisonWarnings(state).map(({ code }) => code),
    ["not-told"],
  );
});
