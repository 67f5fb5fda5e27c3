/** The whole Action on a pull request's event, by nektos/act against a stand-in for GitHub's API. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { besideGithub, findAct, missingBundle } from "./act-harness.ts";

const bin = findAct();
const skip =
  bin === null
    ? "act was not found: set ACT_BIN or put it on PATH (github.com/nektos/act)"
    : (missingBundle() ?? false);

describe("act on a pull request", { skip, timeout: 600_000 }, () => {
  const act = bin ?? "act";
  const world = besideGithub({ maxPerPage: 2, comments: [{}, {}, {}] });
  let firstBody = "";

  const ours = () =>
    world.github.comments().filter(({ body }) => body.startsWith("<!-- inferrs-bench:act -->"));

  test("the first run makes one comment, sets the outputs, and ends nothing that isn't left", async () => {
    const run = await world.copy.act(act, world.github.url);
    assert.equal(run.code, 0, run.output);
    assert.equal(ours().length, 1, run.output);
    assert.match(run.output, /Comment created: https:/);
    assert.match(run.output, /outputs: reason=ok compat=\{/);
    assert.match(run.output, /Nothing was left running/);
    firstBody = ours()[0]?.body ?? "";
  });

  test("the second run updates it", async () => {
    const run = await world.copy.act(act, world.github.url, { SIM: "decode-speed=90" });
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /Comment updated: https:/);
    assert.equal(ours().length, 1);
    assert.equal(ours()[0]?.revision, 2);
    assert.notEqual(ours()[0]?.body, firstBody);
  });

  test("without permission the step succeeds and says why there is no comment", async () => {
    world.github.rule({
      method: "PATCH",
      status: 403,
      message: "Resource not accessible by integration",
    });
    const run = await world.copy.act(act, world.github.url);
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /No comment on the pull request: the token may not comment/);
    assert.equal(ours()[0]?.revision, 2);
  });
});
