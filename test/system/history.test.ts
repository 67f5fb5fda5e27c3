/** The Action's bundle with a history in a branch: a push adds, a pull request reads. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { decodeLines } from "../../src/analyze/history/line.ts";
import { besideGithub, missingBundle, TOKEN } from "./act-harness.ts";

const BRANCH = "inferrs-bench-history";

describe("dist/action.cjs, history: branch", {
  skip: missingBundle() ?? false,
  timeout: 300_000,
}, () => {
  const world = besideGithub();

  const inputs = {
    command: "demo",
    scenario: "chat",
    starts: "1",
    rounds: "1",
    history: "branch",
    "github-token": TOKEN,
  };
  const sha = "c".repeat(40);
  const push = {
    event: { ref: "refs/heads/main", repository: { name: "r", default_branch: "main" } },
    env: {
      GITHUB_EVENT_NAME: "push",
      GITHUB_REF: "refs/heads/main",
      GITHUB_SHA: sha,
      RUNNER_ENVIRONMENT: "github-hosted",
    },
  };
  const kept = () =>
    [...world.github.git.read(BRANCH).values()].flatMap((text) => decodeLines(text).lines);

  test("two pushes at once make the branch and both lie in it; a pull request then only reads", async () => {
    const steps = [
      world.copy.bundle(inputs, world.github.url, push),
      world.copy.bundle(inputs, world.github.url, push),
    ];
    for (const { ended, files } of steps) {
      const { code, output } = await ended;
      assert.equal(code, 0, output);
      assert.match(
        readFileSync(files.STEP_SUMMARY, "utf8"),
        /#### History\n[\s\S]*Added to the branch/,
      );
    }
    assert.equal(kept().length, 2);
    assert.ok(kept().every(({ commit }) => commit === sha));
    assert.equal(world.github.git.log(BRANCH).length, 2);
    const pull = world.copy.bundle(inputs, world.github.url, {
      env: { RUNNER_ENVIRONMENT: "github-hosted" },
    });
    const { code, output } = await pull.ended;
    assert.equal(code, 0, output);
    assert.equal(kept().length, 2);
    assert.match(
      world.github.comments()[0]?.body ?? "",
      /<summary>History<\/summary>[\s\S]*only reads the history/,
    );
  });

  test("without permission the run is fine, and a warning says which one is missing", async () => {
    world.github.rule({
      method: "POST",
      path: "/git/",
      status: 403,
      message: "Resource not accessible by integration",
    });
    const { code, output } = await world.copy.bundle(inputs, world.github.url, push).ended;
    assert.equal(code, 0, output);
    assert.match(output, /^::warning [^\n]*history[^\n]*permissions: contents: write/m);
  });
});
