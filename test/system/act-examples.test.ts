/**
 * The workflows of docs/examples, run by nektos/act with the simulator. What act can't do is listed in
 * docs/examples/README.md.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { resultSchema } from "../../src/result.ts";
import { zip } from "../../src/testing/archives.ts";
import { pullOf } from "../../src/testing/github/pulls-api.ts";
import { sampleResult } from "../../src/testing/github/result.ts";
import { type GithubServer, startGithubServer } from "../../src/testing/github/server.ts";
import { ExampleRunner } from "./act-examples-harness.ts";
import { findAct, missingBundle } from "./act-harness.ts";

const bin = findAct();
const skip =
  bin === null
    ? "act was not found: go install github.com/nektos/act@v0.2.89, or set ACT_BIN"
    : (missingBundle() ?? false);
describe("docs/examples by act", { skip, timeout: 900_000 }, () => {
  const act = bin ?? "act";
  let runner: ExampleRunner;
  let github: GithubServer;

  before(async () => {
    runner = new ExampleRunner();
    github = await startGithubServer();
  });
  after(async () => {
    await github.close();
    runner.copy.remove();
  });

  const comments = (id: string) =>
    github.comments().filter(({ body }) => body.startsWith(`<!-- inferrs-bench:${id} -->`));
  const result = (artifact: string) => {
    const path = join(runner.artifacts, artifact, "result.json");
    assert.ok(existsSync(path), `${artifact} was not uploaded`);
    return resultSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  };

  test("hosted.yml: builds, measures, comments", async () => {
    const run = await runner.run(act, "hosted.yml", github.url, null, { comment: "always" });
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /built: build --release -p inferrs/);
    assert.equal(comments("default").length, 1, run.output);
  });

  test("self-hosted.yml: a job for each runner, a comment for each", async () => {
    const run = await runner.run(act, "self-hosted.yml", github.url, null, { comment: "always" });
    assert.equal(run.code, 0, run.output);
    for (const device of ["cuda", "metal"]) {
      assert.match(
        run.output,
        new RegExp(`built: build --release -p inferrs --features ${device}`),
      );
      assert.equal(comments(device).length, 1, run.output);
    }
  });

  test("self-hosted.yml: a fork without the label isn't run, nor with another one", async () => {
    const repo = (full_name: string) => ({ full_name, name: "r", owner: { login: "o" } });
    const head = { sha: "0".repeat(40), ref: "x", repo: repo("evil/r") };
    const pull_request = { number: 7, head, base: { ref: "main", repo: repo("o/r") } };
    const before = github.requests.length;
    for (const more of [
      { action: "synchronize" },
      { action: "labeled", label: { name: "question" } },
    ]) {
      const payload = { ...more, number: 7, pull_request, repository: repo("o/r") };
      const event = { name: "pull_request", payload };
      const run = await runner.run(act, "self-hosted.yml", github.url, event);
      assert.equal(run.code, 0, run.output);
      assert.doesNotMatch(run.output, /built:/);
    }
    assert.equal(github.requests.length, before);
  });

  test("bench-fork.yml: measures, leaves result.json, and writes nowhere", async () => {
    const before = github.comments().length;
    const run = await runner.run(act, "bench-fork.yml", github.url);
    assert.equal(run.code, 0, run.output);
    assert.equal(result("inferrs-bench").simulated, true);
    assert.equal(github.comments().length, before);
  });

  test("merge-queue.yml: on a queue's event nobody is commented to", async () => {
    const before = github.comments().length;
    const merge_group = { head_sha: "0".repeat(40), base_sha: "1".repeat(40), base_ref: "main" };
    const repository = { full_name: "o/r", name: "r", owner: { login: "o" } };
    const event = { name: "merge_group", payload: { merge_group, repository } };
    const run = await runner.run(act, "merge-queue.yml", github.url, event);
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /SIMULATED/);
    assert.equal(github.comments().length, before);
  });

  test("matrix.yml: each job's result, and one comment of all", async () => {
    const run = await runner.run(act, "matrix.yml", github.url);
    assert.equal(run.code, 0, run.output);
    for (const label of ["linux-e2b", "arm-e2b", "linux-synthetic", "mac-synthetic"]) {
      assert.equal(result(`inferrs-bench-${label}`).label, label);
      assert.match(comments("default").at(-1)?.body ?? "", new RegExp(label));
    }
    assert.ok(existsSync(join(runner.artifacts, "inferrs-bench-merged", "report.html")));
  });

  test("reusable.yml: planned, spread over two jobs, merged into one comment", async () => {
    const run = await runner.run(act, "reusable.yml", github.url);
    assert.equal(run.code, 0, run.output);
    for (const label of ["reusable-1-of-2", "reusable-2-of-2"]) {
      assert.equal(result(`inferrs-bench-${label}`).label, label);
    }
    assert.equal(comments("reusable").length, 1, run.output);
    const merged = join(runner.artifacts, "inferrs-bench-merged-reusable", "merged.json");
    assert.ok(existsSync(merged), run.output);
  });

  test("publish.yml: another run's artifact becomes the comment on the fork's pull request", async () => {
    const bytes = zip([{ name: "result.json", text: JSON.stringify(sampleResult()) }]);
    const server = await startGithubServer({
      pulls: [pullOf(8, { repo: "x/r" })],
      artifacts: [{ id: 1, name: "inferrs-bench", run: 77, bytes }],
    });
    const repository = { full_name: "o/r", name: "r", owner: { login: "o" } };
    const workflow_run = {
      ...{ id: 77, event: "pull_request", conclusion: "success", head_branch: "change" },
      ...{ head_sha: "a".repeat(40), head_repository: { id: 9, full_name: "x/r" } },
      pull_requests: [],
    };
    const payload = { action: "completed", repository, workflow_run };
    try {
      const event = { name: "workflow_run", payload };
      const run = await runner.run(act, "publish.yml", server.url, event);
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(
        server.comments().map(({ issue }) => issue),
        [8],
        run.output,
      );
    } finally {
      await server.close();
    }
  });

  test("doctor.yml: its steps are in the summary", async () => {
    const payload = { inputs: { model: "synthetic", inferrs: "latest" } };
    const event = { name: "workflow_dispatch", payload };
    const run = await runner.run(act, "doctor.yml", github.url, event);
    assert.match(run.output, /health/, run.output);
  });
});
