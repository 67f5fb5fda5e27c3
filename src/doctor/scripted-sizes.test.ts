import assert from "node:assert/strict";
import { test } from "node:test";
import { sizeKey } from "../analyze/remedies/climb.ts";
import { ladder } from "../analyze/remedies/rungs.ts";
import { combinationsOf } from "./combinations.ts";
import { ScriptedSizes } from "./scripted-sizes.ts";

const RUNGS = ladder({ provider: "inferrs", modelIndex: 0, current: () => undefined, agents: [] });
const sizes = new ScriptedSizes(RUNGS, {});
const bytes = (...rungs: string[]) => sizes.of(rungs).bytes;

test("every rung that should make the prompt shorter does, as OpenClaw's own was seen to", () => {
  // DESIGN section 8: what each saves of 60,242 bytes, in KB.
  const seen = { "no-skills": 6.9, "no-files": 19.1, "short-files": 15.8, "three-tools": 19.6 };
  for (const [rung, kilobytes] of Object.entries({ ...seen, "chat-only": 32 })) {
    const saved = (bytes() - bytes(rung)) / 1000;
    assert.ok(saved > kilobytes * 0.6 && saved < kilobytes * 1.4, `${rung}: ${saved}`);
  }
  for (const rung of ["lean", "coding-tools", "two-tools", "one-tool"]) {
    assert.ok(bytes(rung) < bytes(), rung);
  }
});

test("each combination that a climb comes to is smaller than the one before it", () => {
  const tools = combinationsOf(RUNGS).filter((rungs) => !rungs.some((id) => /chat/.test(id)));
  const all = tools.map((rungs) => bytes(...rungs));
  assert.deepEqual(
    all,
    all.toSorted((a, b) => b - a),
  );
  assert.equal(tools.at(-1)?.join("+"), "no-skills+no-files+one-tool");
});

test("flags of form and fitting figures are no size of their own", () => {
  assert.equal(sizeKey(RUNGS, ["string-content", "no-skills", "fitting"]), "no-skills");
});

test("tokens are known when the server has counted some", () => {
  const learned = new ScriptedSizes(RUNGS, {});
  assert.equal(learned.of([]).tokens, null);
  learned.learn(0.25);
  assert.equal(learned.of([]).tokens, Math.ceil(learned.of([]).bytes / 4));
});
