import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { VariantSpec } from "../plan/types.ts";
import { inferrsCommand, simCommand } from "./command.ts";
import { evened, stackBytes } from "./even.ts";
import { startEngine } from "./started.ts";

const dir = mkdtempSync(join(tmpdir(), "even-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const variant = (name: string, serverArgs: string[] = []): VariantSpec => ({
  name,
  engine: { kind: "inferrs", inferrs: { kind: "default" }, sha256: null },
  model: { kind: "hub", id: "m" },
  device: "auto",
  serverArgs,
});

test("whatever differs in paths, models and flags, the two get equally much", () => {
  const env = { PATH: "/usr/bin", HOME: "/home/somebody" };
  const base = inferrsCommand(
    "/cache/0.0.1/inferrs",
    variant("base"),
    { name: "m", cwd: "/m" },
    40001,
    env,
  );
  const model = { name: "other/model", cwd: "/models/of/other", env: { HF_HOME: "/elsewhere" } };
  const flags = variant("head", ["--quantize=none"]);
  const head = inferrsCommand("/home/me/inferrs/target/release/inferrs", flags, model, 40002, env);
  assert.notEqual(stackBytes(base), stackBytes(head));
  assert.equal(stackBytes(evened(base, "/m")), stackBytes(evened(head, model.cwd)));
  const { args, command } = evened(head, model.cwd);
  assert.deepEqual({ args, command }, { args: head.args, command: head.command });
});

test("what is larger than a page is longer by whole pages", () => {
  const env = { LONG: "x".repeat(100_000) };
  const long = evened({ command: "a", args: [], env }, "/");
  const short = evened({ command: "a", args: ["b"], env: {} }, "/");
  const difference = stackBytes(long) - stackBytes(short);
  assert.ok(difference > 0);
  assert.equal(difference % 65_536, 0);
});

test("starts of different numbers have command lines of one length", () => {
  const of = (name: string, start: number) =>
    simCommand([], { name: "m", cwd: "/" }, 40_000, start, `/s/${name}.json`, {}, null, [
      `variant=${name}`,
    ]).args.join(" ").length;
  assert.equal(of("base", 9), of("head", 12));
});

/** Prints its own arguments' and environment's bytes, as the kernel has them. */
const PROBE = 'cat /proc/self/cmdline /proc/self/environ | wc -c; env | grep -c "^PWD="';

test("the engines that are spawned have as much of both", {
  skip: existsSync("/proc/self/environ") ? false : "there is no /proc here",
}, async () => {
  const sizes: number[] = [];
  for (const [name, start] of [
    ["base", 9],
    ["head", 12],
  ] as const) {
    const spec = { ...variant(name), engine: { kind: "sim", knobs: [] } } as VariantSpec;
    const started = await startEngine({
      ...{ variant: spec, executable: "", model: { name: "m", cwd: dir }, start },
      ...{ outDir: dir, workDir: dir, readyTimeoutMs: 20_000, memoryLimitBytes: null },
      ...{ env: process.env, version: null, signal: new AbortController().signal },
      ...{ simKnobs: ["seed=1", `variant=${name}`], evenly: true },
      onSpawned: ({ pid }) => {
        const read = (file: string) => readFileSync(`/proc/${pid}/${file}`).length;
        sizes.push(read("cmdline") + read("environ"));
      },
    });
    assert.equal(started.kind, "up");
    if (started.kind === "up") await started.engine.stop();
  }
  assert.equal(sizes.length, 2);
  assert.equal(sizes[0], sizes[1]);
});

test("a shell between us and the program leaves it so", {
  skip: existsSync("/proc/self/environ") ? false : "there is no /proc here",
}, () => {
  const sizes = [dir, tmpdir()].map((cwd) => {
    const { env } = evened({ command: "/bin/sh", args: [], env: { PATH: process.env.PATH } }, cwd);
    const script = `exec /bin/sh -c '${PROBE}'`;
    return spawnSync("/bin/sh", ["-c", script], { cwd, env, encoding: "utf8" }).stdout;
  });
  assert.ok(sizes[0] !== "" && sizes[0] !== undefined);
  assert.equal(sizes[0], sizes[1]);
});
