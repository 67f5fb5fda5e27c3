/** Base against head by the bundled command line: the clearest cases, the simulator on both sides. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { groupMembers } from "../../src/host/proc.ts";
import type { Result } from "../../src/result.ts";
import { modelFolder, simulatorScript } from "../../src/testing/verdicts/engines.ts";
import { besideGithub, TOKEN } from "./act-harness.ts";
import { begin, enginesIn, ROOT, resultIn, run, scratch, untilIn } from "./harness.ts";

/** A chat: first token after 30 ms, 64 tokens in 130 ms; a little luck and noise, always the same. */
const QUICK = ["load-time=20", "prefill-speed=1200", "luck=0.01", "noise=0.01"];
const BASE = [...QUICK, "decode-speed=500"];
const SLOWER = [...QUICK, `decode-speed=${500 / 1.2}`];
const ONE = ["--compat", "requiresStringContent=true", "--compat", "supportsTools=true"];
const COMMON = [...ONE, "--fit-budget", "0", "--rounds", "3", "--quiet"];
const CHAT = ["--scenario", "chat"];
const sims = (flag: string, knobs: readonly string[], prefix = "") =>
  knobs.flatMap((knob) => [flag, `${prefix}${knob}`]);
const skip = process.platform === "win32" ? "the engine is a script of a POSIX shell" : false;

/** One folder of results with a lock of its own: what else runs here isn't waited for. */
function place() {
  const cwd = scratch();
  return {
    cwd,
    env: { INFERRS_BENCH_LOCK_DIR: join(cwd, "lock"), XDG_CACHE_HOME: join(cwd, "cache") },
    out: join(cwd, "inferrs-bench-out"),
    report: () => readFileSync(join(cwd, "inferrs-bench-out", "report.md"), "utf8"),
  };
}

/** `compare DIR` says what the run itself said. */
async function comparedAgain(cwd: string, result: Result): Promise<void> {
  const { code, stdout, stderr } = await run(["compare", "inferrs-bench-out", "--json"], cwd);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).verdict, result.verdict);
}

const primary = (result: Result) =>
  (result.comparison?.metrics ?? []).filter((metric) => metric.primary);
const regressed = (result: Result) =>
  primary(result).flatMap(({ verdict, metric }) => (verdict === "regression" ? [metric] : []));

test("A/A: nothing is called changed, and it says what change would be seen", async () => {
  const { cwd, env, out, report } = place();
  const args = ["run", "--engine", "sim", ...CHAT, ...sims("--sim", BASE), "--base", "self"];
  const { code, stderr } = await run([...args, ...COMMON, "--starts", "8"], cwd, env);
  assert.equal(code, 0, stderr);
  const result = resultIn(out);
  assert.ok(["no-regression", "inconclusive"].includes(String(result.verdict)), report());
  assert.equal(result.comparison?.kind, "self");
  assert.equal(result.comparison?.withheld, null);
  assert.deepEqual(result.comparison?.differs, []);
  assert.ok((result.comparison?.sensitivity?.length ?? 0) > 0);
  assert.match(report(), /A\/A/);
  await comparedAgain(cwd, result);
});

test("a head that is twice as fast and dies in an agent's turn is broken, and no improvement", async () => {
  const { cwd, env, out, report } = place();
  const speed = (factor: number) => [
    "load-time=20",
    `prefill-speed=${60_000 * factor}`,
    `decode-speed=${500 * factor}`,
  ];
  const agent = [...CHAT, "--scenario", "agent-turn", "--scale", "0.2"];
  const args = [
    ...["run", "--engine", "sim", ...agent, ...sims("--sim", [...speed(2), "die-above=1000"])],
    ...sims("--base", speed(1), "sim="),
  ];
  const { code, stderr } = await run([...args, ...COMMON, "--starts", "8"], cwd, env);
  assert.equal(code, 1, stderr);
  const result = resultIn(out);
  assert.equal(result.verdict, "broken");
  assert.equal(result.exitReason, "broken");
  const states = result.comparison?.success.map(({ cell, state }) => [cell.split("/")[1], state]);
  assert.deepEqual(Object.fromEntries(states ?? []), { "agent-turn": "broken", chat: "works" });
  assert.match(report(), /Broken/);
  assert.match(report(), /agent-turn/);
  assert.doesNotMatch(report(), /Improvement/);
  await comparedAgain(cwd, result);
});

test("SIGINT in the third pair: inconclusive, everything measured kept, no process left", async () => {
  const { cwd, env, out } = place();
  const args = ["run", "--engine", "sim", ...CHAT, ...sims("--sim", SLOWER)];
  const { child, ended } = begin([...args, ...sims("--base", BASE, "sim="), ...COMMON], {
    cwd,
    env,
  });
  const third = /"type":"start-begun"[^\n]*"pair":2[^\n]*\n(?:[^\n]*\n)*[^\n]*"phase":"measure"/;
  await untilIn(join(out, "journal.jsonl"), third);
  child.kill("SIGINT");
  assert.equal((await ended).code, 130);
  const result = resultIn(out);
  assert.deepEqual(
    [result.status, result.exitReason, result.verdict],
    ["interrupted", "interrupted", "inconclusive"],
  );
  assert.equal(result.comparison?.pairs.ended, "interrupted");
  const made = result.comparison?.pairs.made ?? 0;
  assert.ok(made >= 2 && made < 8, `${made} pairs`);
  const measured = readFileSync(join(out, "journal.jsonl"), "utf8").match(
    /"phase":"measure","cell"/g,
  );
  const kept = result.cells.reduce((sum, cell) => sum + (cell.metrics.turnMs?.n ?? 0), 0);
  assert.equal(kept, measured?.length ?? 0);
  assert.deepEqual(enginesIn(out).flatMap(groupMembers), []);
  await comparedAgain(cwd, result);
});

test("two commits: both are built, and the one that decodes slower is named", {
  skip,
}, async () => {
  const { cwd, env, out, report } = place();
  const repository = join(cwd, "repository");
  mkdirSync(repository);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd: repository,
      stdio: "ignore",
    });
  const commit = (knobs: readonly string[]) => {
    const script = simulatorScript(join(ROOT, "dist", "sim.cjs"), knobs);
    writeFileSync(join(repository, "engine.sh"), script);
    git("add", "-A");
    git("commit", "-q", "-m", "an engine");
  };
  const quiet = ["load-time=20", "prefill-speed=1200"];
  git("init", "-q", "-b", "main");
  commit([...quiet, "decode-speed=500"]);
  git("switch", "-q", "-c", "work");
  commit([...quiet, `decode-speed=${500 / 1.2}`]);

  const args = [
    ...["run", "--inferrs", "out/inferrs", "--model", modelFolder(cwd), ...CHAT, "--base"],
    ...["ref=main", "--build", "mkdir out && cp engine.sh out/inferrs && chmod +x out/inferrs"],
    ...[...COMMON, "--starts", "12", "--out", out],
  ];
  const { code, stderr } = await run(args, repository, env);
  assert.equal(code, 1, stderr);
  const result = resultIn(out);
  assert.deepEqual([result.verdict, result.exitReason], ["regression", "regression"]);
  assert.ok(regressed(result).includes("decodeTokensPerSecond"), report());
  assert.ok(!regressed(result).includes("ttftMs"), report());
  const commits = result.variants.map(({ engine }) => engine.source);
  assert.equal(new Set(commits.map((source) => JSON.stringify(source))).size, 2);
  assert.match(report(), /main/);
  await comparedAgain(cwd, result);
});

const world = besideGithub();

test("in a workflow: decode slower by 20% fails the step, and outputs and report name it", async () => {
  const inputs = {
    engine: "sim",
    scenario: "chat",
    compat: "requiresStringContent=true\nsupportsTools=true",
    sim: SLOWER.join("\n"),
    base: BASE.map((knob) => `sim=${knob}`).join("\n"),
    "fit-budget": "0",
    rounds: "3",
    starts: "12",
    comment: "never",
    "github-token": TOKEN,
  };
  const env = { INFERRS_BENCH_LOCK_DIR: join(world.copy.home, "lock") };
  const step = world.copy.bundle(inputs, world.github.url, { env });
  const { code, output } = await step.ended;
  assert.equal(code, 1, output);
  const told = readFileSync(step.files.OUTPUT, "utf8");
  const of = (name: string) =>
    new RegExp(`^${name}<<(\\S+)\\n([\\s\\S]*?)\\n\\1$`, "m").exec(told)?.[2] ?? "";
  assert.equal(of("verdict"), "regression");
  assert.equal(of("exit-reason"), "regression");
  assert.match(of("regressed-metrics"), /^decode of chat$/m);
  assert.doesNotMatch(of("regressed-metrics"), /TTFT/);
  assert.match(of("change"), /^(decode|turn) of chat [\d.]+% slower \(/);
  assert.match(readFileSync(of("report"), "utf8"), /Regression: (decode|turn) of chat/);
  assert.match(readFileSync(step.files.STEP_SUMMARY, "utf8"), /decode of chat/);
  assert.match(output, /^::error .*(decode|turn) of chat/m);
});
