import assert from "node:assert/strict";
import { test } from "node:test";
import { comparedRun, resultOf } from "../../testing/compared-run.ts";
import { withheldBecause } from "./withheld.ts";

test("a restart command that restarts nothing makes no pairs of starts: no verdict", () => {
  const { state } = comparedRun({ worse: { decode: 1.3 } });
  assert.equal(withheldBecause(state), null);
  assert.equal(resultOf(state).verdict, "regression");
  const text = "head: after its restart command the same process as before (7) listened";
  const warned = { ...state, warnings: [...state.warnings, { code: "not-restarted", text }] };
  assert.match(withheldBecause(warned) ?? "", /^The restart command of head left the same process/);
  assert.equal(resultOf(warned).verdict, "inconclusive");
});
