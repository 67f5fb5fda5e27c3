import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { BenchHost } from "../end.ts";
import { prepare } from "./prepare.ts";
import type { RawOptions } from "./table.ts";

const dir = mkdtempSync(join(tmpdir(), "prepare-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const host = (cwd = dir): BenchHost => ({
  env: { PATH: process.env.PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: "1" },
  cwd,
  stdout: { write: () => true, isTTY: false } as never,
  stderr: { write: () => true, isTTY: false } as never,
  signal: new AbortController().signal,
  entry: "cli",
});

const lines = (text: string) => text.replace(/\n {15}/g, " ").split("\n");

test("two variants: base first, equal but for what was given, and what differs is said first", async () => {
  const raw: RawOptions = {
    ...{ engine: "sim", sim: ["prefill-speed=900"], threshold: ["ttft=15"] },
    base: ["sim=prefill-speed=800"],
  };
  const { plan, planText } = await prepare(raw, host());
  assert.deepEqual(
    plan.variants.map(({ name, engine }) => [name, engine]),
    [
      ["base", { kind: "sim", knobs: ["prefill-speed=800"] }],
      ["head", { kind: "sim", knobs: ["prefill-speed=900"] }],
    ],
  );
  assert.deepEqual(plan.comparison?.thresholds, { default: 0.05, ttftMs: 0.15, loadMs: 0.1 });
  assert.equal(plan.starts, 20);
  const compared = plan.cells.filter((cell) => cell.base !== undefined);
  assert.equal(compared.length, plan.cells.length / 2);
  const text = lines(planText(new Map()));
  assert.match(text[0] ?? "", /^Compared +sim: base prefill-speed=800 \| head prefill-speed=900$/);
  assert.ok(text.some((line) => /^Base's engine .*prefill-speed=800/.test(line)));
  assert.ok(text.some((line) => /^Head's engine .*prefill-speed=900/.test(line)));
  assert.equal(text.filter((line) => line.startsWith("Model")).length, 1, "what is equal once");
  assert.ok(text.some((line) => /^Pairs +at most 20 pairs.*after 8, 12 and 20/.test(line)));
  assert.ok(text.some((line) => /^Thresholds +5%; ttft 15%; load 10%/.test(line)));
  assert.ok(
    text.some((line) =>
      /^Time +about .* until the first look, about .* if no look settles it/.test(line),
    ),
  );
  const alone = await prepare({ ...raw, base: [] }, host());
  assert.equal(alone.plan.comparison, null);
});

test("head against itself, and fewer pairs than can give a verdict", async () => {
  const raw: RawOptions = { engine: "sim", base: ["self"], starts: "5" };
  const { plan, planText } = await prepare(raw, host());
  const [base, head] = plan.variants;
  assert.deepEqual({ ...base, name: "head" }, head);
  const text = planText(new Map());
  assert.match(text, /^Compared +head with itself/);
  assert.match(text, /^NO VERDICT: 5 pairs can't give one/m);
  const six = await prepare({ ...raw, starts: "6" }, host());
  assert.doesNotMatch(six.planText(new Map()), /NO VERDICT/);
});

test("a flag of base's own is in its cells, and in the plan", async () => {
  const raw: RawOptions = { engine: "sim", base: ["compat=supportsTools=false"] };
  const { plan, planText } = await prepare(raw, host());
  const base = plan.cells.filter(
    ({ variant, scenario }) => variant === "base" && scenario === "chat",
  );
  assert.deepEqual(
    base.map(({ compat }) => compat.supportsTools),
    [false, false],
  );
  assert.match(planText(new Map()), /^Compared +compat: base supportsTools=false in every cell/);
  const wrong = { ...raw, base: ["compat=suportsTools=false"] };
  await assert.rejects(prepare(wrong, host()), { name: "InputError", message: /supportsTools/ });
});

test("two running servers alternate, and are only described; with a restart command there are pairs", async (t) => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/v1/models" ? 200 : 404;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ object: "list", data: [{ id: "m" }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const raw: RawOptions = { "base-url": `${url}/v1`, base: [`base-url=${url}`] };
  const described = await prepare(raw, host());
  assert.equal(described.plan.starts, 1);
  assert.match(described.planText(new Map()), /^Rounds +20 pairs of rounds.*only\s+described/ms);
  // Nothing listens at base's yet: its command starts it.
  const commands: RawOptions = {
    ...raw,
    "restart-command": "one",
    base: ["base-url=http://127.0.0.1:1", "restart-command=two"],
  };
  const restarted = await prepare(commands, host());
  assert.deepEqual(
    restarted.plan.variants.map(({ restartCommand }) => restartCommand),
    ["two", "one"],
  );
  assert.match(restarted.planText(new Map()), /^Pairs +at most 20 pairs/m);
});

test("a commit to build: both engines are it, and what isn't committed is said", async () => {
  const repository = join(dir, "repository");
  mkdirSync(repository);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd: repository,
    });
  git("init", "-q", "-b", "main");
  for (const text of ["one", "two"]) {
    writeFileSync(join(repository, "source"), text);
    git("add", "-A");
    git("commit", "-q", "-m", text);
    if (text === "one") git("branch", "before");
  }
  writeFileSync(join(repository, "source"), "three");
  const raw: RawOptions = { base: ["ref=before"], build: "make", inferrs: "out/inferrs" };
  const { plan, planText, warnings } = await prepare(raw, host(repository));
  const built = plan.variants.map(({ engine }) =>
    engine.kind === "inferrs" && engine.inferrs.kind === "built"
      ? [engine.inferrs.path, engine.inferrs.build.commit.subject, engine.inferrs.build.command]
      : null,
  );
  assert.deepEqual(built, [
    ["out/inferrs", "one", "make"],
    ["out/inferrs", "two", "make"],
  ]);
  const text = lines(planText(new Map()));
  assert.match(text[0] ?? "", /^Compared +commit: base before, .*"one" \| head HEAD, .*"two"$/);
  assert.match(text[1] ?? "", /^1 file of this checkout differs from HEAD/);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["uncommitted"],
  );
  const wrong: [RawOptions, RegExp][] = [
    [{ ...raw, build: "" }, /--build COMMAND/],
    [{ ...raw, base: ["self"] }, /--build: got "make"; expected --base ref=REF/],
    [{ ...raw, inferrs: "" }, /--inferrs.*target\/release\/inferrs/],
    [{ ...raw, inferrs: "/usr/bin/inferrs" }, /from where it is run/],
    [{ ...raw, inferrs: "../inferrs" }, /from where it is run/],
    [{ ...raw, "inferrs-sha256": "a".repeat(64) }, /--inferrs-sha256/],
    [{ ...raw, engine: "sim", inferrs: "" }, /--engine sim/],
  ];
  for (const [options, message] of wrong) {
    await assert.rejects(prepare(options, host(repository)), { name: "InputError", message });
  }
});
