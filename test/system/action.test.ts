/** The Action's bundle as a runner starts it: its files, its exit code, and a cancelled job. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startCacheServer } from "../../src/testing/github/cache-server.ts";
import { model } from "../../src/testing/hub/fixture.ts";
import { startHub } from "../../src/testing/hub/server.ts";
import { besideGithub, missingBundle, type RunnerStep, TOKEN } from "./act-harness.ts";

describe("dist/action.cjs", { skip: missingBundle() ?? false, timeout: 300_000 }, () => {
  const world = besideGithub();

  test("bad input fails the step with the reason, in outputs and summary too; nothing is sent", async () => {
    const step = world.copy.bundle({ command: "demmo", "github-token": TOKEN }, world.github.url);
    const { code, output } = await step.ended;
    assert.equal(code, 1);
    assert.match(
      output,
      /^::error::command: got "demmo"; expected one of run, demo, merge, publish, doctor\./m,
    );
    assert.match(readFileSync(step.files.OUTPUT, "utf8"), /invalid-input/);
    assert.match(readFileSync(step.files.STEP_SUMMARY, "utf8"), /Did you mean "demo"\?/);
    assert.equal(world.github.requests.length, 0);
  });

  test("the token is masked before anything else is said", async () => {
    const step = world.copy.bundle({ command: "x", "github-token": TOKEN }, world.github.url);
    const { output } = await step.ended;
    assert.ok(output.startsWith(`::add-mask::${TOKEN}`), output);
    assert.equal(output.split(TOKEN).length, 2);
  });

  const fork = (repo: unknown) => ({
    pull_request: { number: 7, head: { repo }, base: { repo: { full_name: "o/r" } } },
  });
  const on = (runner: string, repo: unknown = { full_name: "evil/r" }) => ({
    event: fork(repo),
    env: { RUNNER_ENVIRONMENT: runner },
  });

  test("a stranger's code on a self-hosted runner: refused before anything is started", async () => {
    for (const [more, says] of [
      [on("self-hosted"), /head is evil\/r's, not o\/r's/],
      [on("self-hosted", null), /belongs to a repository that is gone/],
      [{ event: fork({ full_name: "evil/r" }) }, /a runner that doesn't say what it is/],
    ] as const) {
      const step = world.copy.bundle(
        { command: "demo", "github-token": TOKEN },
        world.github.url,
        more,
      );
      const { code, output } = await step.ended;
      assert.equal(code, 1);
      assert.match(output, /^::error::allow-fork-code: got "false"; .*docs\/security\.md/m);
      assert.match(output, says);
      assert.doesNotMatch(output, /SIMULATED|stop-commands/, "the run has begun");
      assert.match(readFileSync(step.files.OUTPUT, "utf8"), /invalid-input/);
      assert.equal(readFileSync(step.files.STATE, "utf8"), "");
      assert.equal(world.github.requests.length, 0);
    }
  });

  test("the same code is run on GitHub's runner, and where it is allowed", async () => {
    const inputs = { command: "demo", comment: "never", scenario: "smoke" };
    const hosted = world.copy.bundle(inputs, world.github.url, on("github-hosted"));
    assert.equal((await hosted.ended).code, 0);
    const allowed = { ...inputs, "allow-fork-code": "true" };
    const trusted = world.copy.bundle(allowed, world.github.url, on("self-hosted"));
    assert.equal((await trusted.ended).code, 0);
  });

  test("a hosted runner without inputs: the first lines say the defaults and why", async () => {
    // What stands in for inferrs ends at once: only the choice is looked at.
    const inferrs = join(world.copy.dir, "dist", "cli.cjs");
    const env = { RUNNER_ENVIRONMENT: "github-hosted" };
    const step = world.copy.bundle({ inferrs, comment: "never" }, world.github.url, { env });
    const { output } = await step.ended;
    assert.match(output, /^SCALED: agent turns at [\d.]+%.*not an agent verdict at full size/m);
    assert.match(output, /^Defaults +for a GitHub-hosted runner; an input of the same name wins/m);
    assert.match(output, /^ +model google\/gemma-4-E2B-it: the smallest Gemma/m);
    assert.match(output, /^Time .*at most 20 min/ms);
  });

  test("a cancelled job: ended within 3 s, result and outputs kept, GitHub not asked", async () => {
    const step = world.copy.bundle({ command: "demo", "github-token": TOKEN }, world.github.url);
    await underWay(step.child);
    const interruptedAt = performance.now();
    assert.ok(step.child.kill("SIGINT"), "the run had ended before it could be interrupted");
    const { code, output } = await step.ended;
    assert.ok(performance.now() - interruptedAt < 3000, output);
    assert.equal(code, 1);
    assert.match(readFileSync(step.files.OUTPUT, "utf8"), /exit-reason<<\S+\ninterrupted\n/);
    assert.match(readFileSync(step.files.STATE, "utf8"), /out-dir<</);
    assert.notEqual(readFileSync(step.files.STEP_SUMMARY, "utf8"), "");
    assert.match(output, /No comment on the pull request: the run was interrupted/);
    assert.equal(world.github.requests.length, 0);
  });

  test("cache-model: what one job has fetched comes to the next from the Action's cache", async () => {
    const hub = await startHub([model()]);
    const cache = await startCacheServer();
    const inferrs = join(world.copy.home, "inferrs");
    const sim = join(world.copy.dir, "dist", "sim.cjs");
    writeFileSync(inferrs, `#!/bin/sh\nexec "${process.execPath}" "${sim}" "$@"\n`, {
      mode: 0o755,
    });
    const inputs = { inferrs, model: "org/model", scenario: "smoke", starts: "1", rounds: "1" };
    const env = {
      HF_ENDPOINT: hub.url,
      // The key is of absolute paths: both jobs have the same home.
      HF_HOME: join(world.copy.home, "hf"),
      ACTIONS_CACHE_URL: cache.url,
      ACTIONS_RUNTIME_TOKEN: TOKEN,
      RUNNER_TEMP: world.copy.home,
    };
    const job = () =>
      world.copy.bundle({ ...inputs, "cache-model": "true", comment: "never" }, world.github.url, {
        env,
      }).ended;
    const first = await job();
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /cache-model: saved as inferrs-bench-model-v1-org--model-/);
    rmSync(env.HF_HOME, { recursive: true });
    hub.requests.length = 0;
    const second = await job();
    assert.equal(second.code, 0, second.output);
    assert.match(second.output, /cache-model: found under/);
    assert.ok(!hub.requests.some(({ host }) => host === "cdn"), "it is fetched again");
    await cache.close();
    await hub.close();
  });

  test("a job that is cancelled while its model is looked up in the cache doesn't wait for it", async () => {
    const hub = await startHub([model()]);
    const cache = createServer(() => {});
    const asked = once(cache, "request");
    cache.listen(0, "127.0.0.1");
    await once(cache, "listening");
    const { port } = cache.address() as AddressInfo;
    const env = {
      HF_ENDPOINT: hub.url,
      ACTIONS_CACHE_URL: `http://127.0.0.1:${port}/`,
      ACTIONS_RUNTIME_TOKEN: TOKEN,
      RUNNER_TEMP: world.copy.home,
    };
    const inputs = {
      inferrs: join(world.copy.dir, "dist", "cli.cjs"),
      model: "org/model",
      "cache-model": "true",
      comment: "never",
    };
    const step = world.copy.bundle(inputs, world.github.url, { env });
    await Promise.race([asked, step.ended]);
    const running = step.child.kill("SIGINT");
    const { code, output } = await step.ended;
    cache.closeAllConnections();
    cache.close();
    await hub.close();
    assert.ok(running, output);
    assert.equal(code, 1, output);
    assert.match(readFileSync(step.files.OUTPUT, "utf8"), /exit-reason<<\S+\ninterrupted\n/);
    assert.match(output, /::error::/, "the runner listens again");
    assert.ok(!hub.requests.some(({ host }) => host === "cdn"));
  });
});

/** Resolves when the run has said something of its own, and had a moment to start an engine. */
async function underWay(child: RunnerStep["child"]): Promise<void> {
  await new Promise<void>((resolve) => {
    let seen = "";
    child.stderr?.once("data", () => resolve());
    child.stdout?.on("data", (part: Buffer) => {
      seen += part.toString("utf8");
      if (/::stop-commands::\S+\r?\n[^:\s]/.test(seen)) resolve();
    });
    child.once("close", () => resolve());
  });
  await delay(500);
}
