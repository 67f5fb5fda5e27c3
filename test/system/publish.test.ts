/** `publish` and `doctor` by the Action's bundle, as a runner starts it. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { zip } from "../../src/testing/archives.ts";
import { pullOf } from "../../src/testing/github/pulls-api.ts";
import { sampleResult } from "../../src/testing/github/result.ts";
import { type GithubServer, startGithubServer } from "../../src/testing/github/server.ts";
import { ActionCopy, missingBundle, TOKEN } from "./act-harness.ts";

const SHA = "a".repeat(40);
const event = {
  action: "completed",
  repository: { full_name: "o/r", name: "r", owner: { login: "o" } },
  workflow_run: {
    id: 77,
    event: "pull_request",
    conclusion: "success",
    head_sha: SHA,
    head_branch: "change",
    head_repository: { full_name: "x/r" },
    pull_requests: [],
  },
};
const on = { event, env: { GITHUB_EVENT_NAME: "workflow_run" } };

describe("dist/action.cjs", { skip: missingBundle() ?? false, timeout: 300_000 }, () => {
  let copy: ActionCopy;
  const servers: GithubServer[] = [];
  const children: ChildProcess[] = [];

  before(() => {
    copy = new ActionCopy();
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    copy.remove();
    await Promise.all(servers.map((server) => server.close()));
  });

  async function github(result: unknown = sampleResult()): Promise<GithubServer> {
    const bytes = zip([{ name: "result.json", text: JSON.stringify(result), deflate: true }]);
    const server = await startGithubServer({
      pulls: [pullOf(8, { repo: "x/r" })],
      artifacts: [{ id: 1, name: "inferrs-bench", run: 77, bytes }],
    });
    servers.push(server);
    return server;
  }

  const inputs = { command: "publish", "github-token": TOKEN };

  test("publish: a fork's result becomes the comment on its pull request, and no output", async () => {
    const server = await github();
    const step = copy.bundle(inputs, server.url, on);
    const { code, output } = await step.ended;
    assert.equal(code, 0, output);
    assert.match(output, /^Comment created: https:/m);
    const [comment] = server.comments();
    assert.equal(comment?.issue, 8);
    assert.match(comment?.body ?? "", /^<!-- inferrs-bench:default -->\n### ✅ /);
    assert.match(comment?.body ?? "", /Reported by \[the pull request's own run\]/);
    assert.match(readFileSync(step.files.STEP_SUMMARY, "utf8"), /Comment created/);
    const outputs = readFileSync(step.files.OUTPUT, "utf8");
    assert.match(outputs, /exit-reason<<\S+\nok\n/);
    assert.doesNotMatch(outputs, /requiresStringContent|engine/);
  });

  test("publish: what is no result is a reason in the log and the summary, and the step ends well", async () => {
    const evil = { schema: "::error::x\n::set-output name=a::b", "@everyone": "<img src=x>" };
    const server = await github(evil);
    const step = copy.bundle(inputs, server.url, on);
    const { code, output } = await step.ended;
    assert.equal(code, 0, output);
    assert.match(output, /^::notice title=inferrs-bench%3A nothing posted::Nothing was posted/m);
    assert.match(output, /^::notice.*inferrs-bench: result\.json: it is no inferrs-bench/m);
    assert.doesNotMatch(output, /^::(error|set-output)|everyone/m);
    assert.match(readFileSync(step.files.STEP_SUMMARY, "utf8"), /Nothing was posted/);
    assert.deepEqual(server.comments(), []);
  });

  test("publish: on another event, and without permission, the step fails with what to do", async () => {
    const server = await github();
    const wrong = await copy.bundle(inputs, server.url).ended;
    assert.equal(wrong.code, 1);
    assert.match(
      wrong.output,
      /^::error::command: got "publish"; expected a workflow on workflow_run/m,
    );
    assert.equal(server.requests.length, 0);
    server.rule({ status: 403, message: "Resource not accessible by integration" });
    const denied = await copy.bundle(inputs, server.url, on).ended;
    assert.equal(denied.code, 1);
    assert.match(denied.output, /^::error::github-token: .*pull-requests: write/m);
  });

  test("measuring in a fork's pull request: ends well, and one notice says who will post it", async () => {
    const server = await github();
    const message = "Resource not accessible by integration";
    server.rule({ method: "POST", status: 403, message });
    const repo = (full_name: string) => ({ full_name });
    const pull = {
      pull_request: {
        number: 8,
        head: { sha: SHA, repo: repo("x/r") },
        base: { repo: repo("o/r") },
      },
    };
    const run = { command: "demo", scenario: "smoke", "github-token": TOKEN };
    const context = { event: pull, env: { RUNNER_ENVIRONMENT: "github-hosted" } };
    const { code, output } = await copy.bundle(run, server.url, context).ended;
    assert.equal(code, 0, output);
    const told = output.split("\n").filter((line) => /^::\w+.*No comment/.test(line));
    assert.equal(told.length, 1, output);
    assert.match(told[0] ?? "", /^::notice .*from a fork.*command: publish.*docs\/forks\.md/);
  });

  test("measuring on schedule and in a merge queue: nothing is asked, and nobody is told", async () => {
    const server = await github();
    const run = { command: "demo", scenario: "smoke", "github-token": TOKEN };
    for (const name of ["schedule", "merge_group"]) {
      const env = { RUNNER_ENVIRONMENT: "github-hosted", GITHUB_EVENT_NAME: name };
      const given = { event: { repository: event.repository }, env };
      const { code, output } = await copy.bundle(run, server.url, given).ended;
      assert.equal(code, 0, output);
      assert.doesNotMatch(output, /^::(notice|warning|error)[^\n]*[Nn]o comment/m);
      assert.equal(server.requests.length, 0);
    }
  });

  test("measuring on pull_request_target: a warning says what to use instead", async () => {
    const server = await github();
    const env = { RUNNER_ENVIRONMENT: "github-hosted", GITHUB_EVENT_NAME: "pull_request_target" };
    const run = { command: "demo", scenario: "smoke", comment: "never" };
    const { code, output } = await copy.bundle(run, server.url, { env }).ended;
    assert.equal(code, 0, output);
    assert.match(output, /^::warning::pull_request_target: .*docs\/forks\.md/m);
  });

  test("doctor: its steps in the summary, its settings as outputs; a server that isn't there fails it", async () => {
    const server = await github();
    const port = await freePort();
    const args = ["serve", "google/gemma-4-E2B-it", "--port", String(port)];
    for (const knob of ["load-time=0", "prefill-speed=100000", "decode-speed=2000"])
      args.push("--knob", knob);
    children.push(spawn(process.execPath, [join(copy.dir, "dist", "sim.cjs"), ...args]));
    await answers(`http://127.0.0.1:${port}/health`);
    const doctor = {
      command: "doctor",
      "base-url": `http://127.0.0.1:${port}/v1`,
      "fit-budget": "0",
    };
    const env = { RUNNER_ENVIRONMENT: "github-hosted" };
    const step = copy.bundle(doctor, server.url, { env });
    const { code, output } = await step.ended;
    const summary = readFileSync(step.files.STEP_SUMMARY, "utf8");
    assert.equal(code, 0, output);
    assert.match(summary, /^## ✅ inferrs-bench doctor: Works/);
    assert.match(summary, /\| a plain chat \| ✅ \|/);
    const outputs = readFileSync(step.files.OUTPUT, "utf8");
    assert.match(outputs, /exit-reason<<\S+\nok\n/);
    const config = /openclaw-config<<\S+\n(.*)\n/.exec(outputs)?.[1] ?? "";
    if (config !== "") assert.ok(existsSync(config));
    const none = { ...doctor, "base-url": `http://127.0.0.1:${await freePort()}/v1` };
    const failed = copy.bundle(none, server.url, { env });
    const end = await failed.ended;
    assert.equal(end.code, 1);
    assert.match(end.output, /^::error::It doesn't work: /m);
    assert.match(readFileSync(failed.files.STEP_SUMMARY, "utf8"), /^## ❌ inferrs-bench doctor: /);
    assert.match(readFileSync(failed.files.OUTPUT, "utf8"), /exit-reason<<\S+\nall-failed\n/);
  });

  test("doctor: inputs that it doesn't take are named", async () => {
    const server = await github();
    const given = { command: "doctor", scenario: "smoke", base: "self" };
    const { code, output } = await copy.bundle(given, server.url).ended;
    assert.equal(code, 1);
    assert.match(output, /^::error::base, scenario: .*only what doctor takes: base-url, /m);
  });
});

async function freePort(): Promise<number> {
  const socket = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => socket.once("listening", resolve));
  const { port } = socket.address() as AddressInfo;
  socket.close();
  return port;
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} never answered`);
}
