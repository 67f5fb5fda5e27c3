/** What every workflow of this repository and of docs/examples keeps to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  actionYml,
  eventsOf,
  type Job,
  type Step,
  workflowFiles,
} from "../testing/workflows/read.ts";
import { readActionInputs, splitActionInputs } from "./action.ts";

const files = workflowFiles();
const jobs = files.flatMap((file) =>
  Object.entries(file.workflow.jobs).map(([id, job]) => ({
    file,
    job,
    told: `${file.name}, ${id}`,
  })),
);
const steps = jobs.flatMap(({ file, job, told }) =>
  (job.steps ?? []).map((step) => ({ file, step, job, told })),
);
const isOurs = (uses = "") => uses === "./" || /^org\/inferrs-bench[@/]/.test(uses);

test("every action is pinned by its commit, with the version beside it, but our own", () => {
  for (const { file } of jobs) {
    for (const [, uses = "", beside = ""] of file.text.matchAll(/uses: (\S+)(.*)$/gm)) {
      if (isOurs(uses)) continue;
      assert.match(uses, /^[\w-]+\/[\w.-]+@[0-9a-f]{40}$/, `${file.name}: ${uses}`);
      assert.match(beside, /^ # v\d+\.\d+\.\d+$/, `${file.name}: ${uses}`);
    }
  }
  const pins = new Map<string, Set<string>>();
  for (const { step } of steps) {
    const [name = "", commit = ""] = (step.uses ?? "").split("@");
    pins.set(name, (pins.get(name) ?? new Set()).add(commit));
  }
  for (const [name, commits] of pins)
    assert.equal(commits.size, 1, `${name}: one commit everywhere`);
});

test("no rights but those that a job asks for, and an end to every job", () => {
  for (const { file } of jobs) assert.deepEqual(file.workflow.permissions, {}, file.name);
  for (const { job, told } of jobs) {
    assert.ok(job.permissions !== undefined, `${told}: permissions`);
    if (job.uses === undefined) assert.ok((job["timeout-minutes"] ?? 0) > 0, `${told}: a timeout`);
  }
});

test("the right to write is with the jobs that need it", () => {
  const writing = jobs.flatMap(({ job, told }) =>
    Object.entries(job.permissions ?? {})
      .filter(([, right]) => right === "write")
      .map(([what]) => `${told}: ${what}`),
  );
  assert.deepEqual(writing.sort(), [
    "bench.yml, merge: pull-requests",
    "hosted.yml, bench: pull-requests",
    "matrix.yml, merge: pull-requests",
    "merge-queue.yml, bench: checks",
    "merge-queue.yml, bench: pull-requests",
    "nightly.yml, bench: contents",
    "publish.yml, publish: pull-requests",
    "reusable.yml, bench: pull-requests",
    "self-hosted.yml, bench: pull-requests",
    "update-digests.yml, propose: contents",
    "update-digests.yml, propose: pull-requests",
  ]);
});

test("a checkout leaves no token behind", () => {
  for (const { step, told } of steps) {
    if (!step.uses?.startsWith("actions/checkout@")) continue;
    assert.equal(step.with?.["persist-credentials"], false, told);
  }
});

test("no workflow runs with the base's rights on a pull request's event, or takes all secrets", () => {
  for (const { workflow, text, name } of files) {
    assert.ok(!eventsOf(workflow).includes("pull_request_target"), name);
    assert.doesNotMatch(text, /secrets: inherit/, name);
  }
});

test("after another workflow's run nothing is checked out, and nothing of it is run", () => {
  const following = files.filter(({ workflow }) => eventsOf(workflow).includes("workflow_run"));
  assert.deepEqual(
    following.map(({ name }) => name),
    ["publish.yml"],
  );
  for (const { workflow } of following) {
    for (const job of Object.values(workflow.jobs)) {
      assert.match(job.if ?? "", /workflow_run\.event == 'pull_request'/);
      assert.match(job.if ?? "", /workflow_run\.conclusion == 'success'/);
      assert.deepEqual(job.permissions, { actions: "read", "pull-requests": "write" });
      assert.ok((job.steps ?? []).every((step) => step.run === undefined && isOurs(step.uses)));
    }
  }
});

test("examples end older runs or wait for them: each says which", () => {
  for (const { example, workflow, name } of files) {
    if (!example) continue;
    const { group, "cancel-in-progress": cancel } = workflow.concurrency as Record<string, unknown>;
    assert.equal(typeof group, "string", name);
    assert.notEqual(cancel, undefined, name);
  }
});

test("a runner of one's own is behind a label gate", () => {
  for (const { file, job, told } of jobs) {
    if (!file.example || !JSON.stringify(job).includes("self-hosted")) continue;
    assert.match(job.if ?? "", /head\.repo\.full_name == github\.repository/, told);
    assert.match(job.if ?? "", /label\.name == 'bench'/, told);
  }
});

/** https://securitylab.github.com/resources/github-actions-untrusted-input/ */
const FROM_OUTSIDE =
  /github\.(event\.|head_ref|ref_name|ref\b|actor)|inputs\.|steps\.|needs\.|matrix\.|env\.|vars\./;

test("nothing from outside is pasted into a script", () => {
  for (const { step, told } of steps) {
    for (const [expression] of (step.run ?? "").matchAll(/\$\{\{.*?\}\}/gs)) {
      assert.doesNotMatch(expression, FROM_OUTSIDE, told);
    }
  }
});

/** As a runner would fill it in where everything is at hand; an expression becomes a valid text. */
function filledIn(input: string, value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const whole = /^\$\{\{.*\}\}$/s.test(text.trim());
  if (!whole) return text.replace(/\$\{\{.*?\}\}/gs, "x");
  if (input === "allow-fork-code") return "false";
  return { device: "cpu", suite: "smoke", "fail-on": "broken", shards: "2" }[input] ?? "1";
}

test("what our action is given exists, and is what it takes", () => {
  const { inputs, outputs } = actionYml();
  for (const { file, step, told } of steps) {
    if (!isOurs(step.uses) || step.uses === undefined) continue;
    for (const name of Object.keys(step.with ?? {})) {
      assert.ok(name in inputs, `${told}: there is no input ${name}`);
    }
    const given = (name: string) => filledIn(name, step.with?.[name] ?? "");
    splitActionInputs(readActionInputs(given));
    if (step.id === undefined) continue;
    const used = [
      ...file.text.matchAll(new RegExp(`steps\\.${step.id}\\.outputs\\.([\\w-]+)`, "g")),
    ];
    for (const [, output = ""] of used) {
      // `matrix` comes with the command that makes it.
      if (output !== "matrix") assert.ok(output in outputs, `${told}: no output ${output}`);
    }
  }
});

test("a call of our workflow gives inputs that it has, and the rights that its jobs need", () => {
  const called = files.find(({ name, example }) => name === "bench.yml" && !example);
  assert.ok(called);
  const on = called.workflow.on as { workflow_call: { inputs: object; secrets: object } };
  const needed = new Map<string, string>();
  for (const job of Object.values(called.workflow.jobs)) {
    for (const [what, right] of Object.entries(job.permissions ?? {})) {
      if (needed.get(what) !== "write") needed.set(what, right);
    }
  }
  const calls = jobs.filter(({ job }: { job: Job }) => isOurs(job.uses));
  assert.ok(calls.length > 0);
  for (const { job, told } of calls) {
    for (const name of Object.keys(job.with ?? {})) {
      assert.ok(name in on.workflow_call.inputs, `${told}: ${name}`);
    }
    assert.deepEqual(job.permissions, Object.fromEntries(needed), told);
  }
});

test("what is uploaded is what the merge and the publisher look for", () => {
  const uploads = (name: string): Step[] =>
    steps
      .filter(({ file, step }) => file.name === name && step.uses?.includes("upload-artifact"))
      .map(({ step }) => step);
  const [fork] = uploads("bench-fork.yml");
  const publish = steps.find(({ file }) => file.name === "publish.yml");
  assert.equal(publish?.step.with?.artifact, fork?.with?.name);
  const bench = files.find(({ name }) => name === "bench-fork.yml");
  const publisher = files.find(({ name }) => name === "publish.yml");
  assert.ok(bench && publisher);
  const on = publisher.workflow.on as { workflow_run: { workflows: string[] } };
  assert.deepEqual(on.workflow_run.workflows, [bench.workflow.name]);
});
