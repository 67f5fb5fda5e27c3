/** A run of the real OpenClaw that is killed in the middle of a turn: what it leaves, and who takes it away. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupMembers, isSameProcess } from "../../src/host/proc.ts";
import { readJournal } from "../../src/journal/journal.ts";
import { begin, ROOT, resultIn, run, scratch } from "./harness.ts";
import { clientTest, part } from "./openclaw-harness.ts";

const CLIENT = process.env.OPENCLAW_PATH;
const WHICH = CLIENT === undefined ? [] : ["--openclaw-version", CLIENT];

interface Left {
  clients: { pid: number; startTime: string | null }[];
  engines: number[];
  workDirs: string[];
}

/** Processes and folders that a journal names. */
function namedIn(out: string): Left {
  const { entries } = readJournal(join(out, "journal.jsonl"));
  return {
    clients: entries.flatMap((entry) => (entry.type === "client-spawned" ? [entry] : [])),
    engines: entries.flatMap((entry) => (entry.type === "engine-spawned" ? [entry.pid] : [])),
    workDirs: entries.flatMap((entry) => (entry.type === "engine-spawned" ? [entry.workDir] : [])),
  };
}

/** Everything that is still alive of the groups, and of what was started out of them. */
const alive = ({ clients, engines, workDirs }: Left) => [
  ...clients.filter(({ pid, startTime }) => isSameProcess(pid, startTime)).map(({ pid }) => pid),
  ...[...clients.map(({ pid }) => pid), ...engines].flatMap(groupMembers),
  ...workDirs.flatMap(livingIn),
];

/** Processes that have a folder in their environment, as all that OpenClaw starts has its home. */
function livingIn(name: string): number[] {
  if (process.platform !== "linux") return [];
  const pids = readdirSync("/proc").filter((each) => /^\d+$/.test(each));
  return pids.filter((pid) => textOf(`/proc/${pid}/environ`).includes(`/${name}/`)).map(Number);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** OpenClaw takes its time on a busy machine. */
async function until(is: () => boolean, what: () => string): Promise<void> {
  for (let tries = 0; tries < 9000; tries++) {
    if (is()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not so after three minutes: ${what()}`);
}

clientTest(
  "SIGKILL of this tool in the middle of a turn: a partial result, and the next run ends OpenClaw and the engine",
  part("first", 100),
  async () => {
    const cwd = scratch();
    const record = join(cwd, "record.jsonl");
    const env = {
      ...{ INFERRS_BENCH_LOCK_DIR: join(cwd, "lock"), INFERRS_BENCH_SIM_RECORD: record },
    };
    const out = join(cwd, "inferrs-bench-out");
    const what = ["--engine", "sim", "--scenario", "oc-answer", "--suite", "smoke", "--quiet"];
    const flags = [
      "--compat",
      "supportsTools=true",
      "--remedies",
      "0",
      "--sim",
      "prefill-speed=3000",
    ];
    const args = ["run", "--turn", "real", ...what, ...flags, "--rounds", "50", ...WHICH];
    const { child, ended } = begin(args, { cwd, env });
    // A prefill of seconds follows each turn that is over.
    const count = (name: string, text: string) => textOf(join(out, name)).split(text).length - 1;
    const turns = () => count("journal.jsonl", '"phase":"measure","cell"');
    await until(
      () => turns() >= 2,
      () => "two turns were measured",
    );
    const before = turns();
    const asked = count("engine.log", "prompt tokens");
    await until(
      () => count("engine.log", "prompt tokens") > asked,
      () => "the next turn's request has come",
    );
    child.kill("SIGKILL");
    await ended;
    assert.equal(turns(), before, "killed in the middle of a turn");

    const left = namedIn(out);
    const groups = left.clients.map(({ pid }) => pid);
    assert.ok(groups.flatMap(groupMembers).length > 0, "the orphaned client");
    assert.ok(left.workDirs.flatMap(livingIn).length > 0);
    assert.ok(left.engines.flatMap(groupMembers).length > 0, "the orphaned engine");
    const rendered = await run(["report", "inferrs-bench-out", "--out", "rendered"], cwd, env);
    assert.equal(rendered.code, 0, rendered.stderr);
    const result = resultIn(join(cwd, "rendered"));
    assert.equal(result.status, "interrupted");
    assert.equal(result.cells[0]?.metrics.turnMs?.n, before, "what was measured is kept");
    assert.ok(alive(left).length > 0, "a report ends nothing");

    const next = ["demo", "--sim", "none", "--scenario", "smoke", "--rounds", "1", "--quiet"];
    assert.equal((await run(next, cwd, env)).code, 0);
    // What is not of its group ends by itself when it is told nothing any more.
    await until(
      () => alive(left).length === 0,
      () => `nothing is left of ${JSON.stringify(left)}`,
    );
    for (const name of left.workDirs) assert.equal(existsSync(join(tmpdir(), name)), false, name);
  },
);

clientTest(
  "SIGKILL after OpenClaw had to be started anew: a run in another folder ends it, too",
  part("rest", 120),
  async () => {
    const cwd = scratch();
    const env = { INFERRS_BENCH_LOCK_DIR: join(cwd, "lock") };
    const inferrs = standIn(cwd);
    const engine = ["--inferrs", inferrs, "--model", "synthetic", "--device", "cpu", "--quiet"];
    const what = ["--scenario", "oc-answer", "--suite", "smoke", "--compat", "supportsTools=true"];
    const turns = ["--turn", "real", "--remedies", "0", "--rounds", "50", ...WHICH];
    const { child, ended } = begin(["run", ...engine, ...what, ...turns], { cwd, env });
    const out = join(cwd, "inferrs-bench-out");
    const entries = () => textOf(join(out, "journal.jsonl")).split("\n");
    const index = (type: string, from = 0) =>
      entries().findIndex((line, at) => at >= from && line.includes(`"type":"${type}"`));
    await until(
      () => index("attempt") > 0,
      () => "a turn was taken",
    );
    const before = entries().length;
    for (const { pid } of namedIn(out).clients) process.kill(-pid, "SIGKILL");
    await until(
      () => index("client-spawned", before - 1) > 0,
      () => "OpenClaw was started anew",
    );
    child.kill("SIGKILL");
    await ended;
    const left = namedIn(out);
    const again = left.clients.at(-1)?.pid ?? 0;
    assert.ok(groupMembers(again).length > 0, "the orphaned client");
    const next = ["run", ...engine, "--scenario", "smoke", "--rounds", "1", "--out", "other"];
    const { code, stderr } = await run(next, cwd, env);
    assert.equal(code, 0, stderr);
    await until(
      () => alive(left).length === 0,
      () => `nothing is left of ${JSON.stringify(left)}`,
    );
  },
);

/** The simulator in the place of inferrs: a run of it waits for the machine, and is alone there. */
function standIn(dir: string): string {
  const path = join(dir, "inferrs");
  const sim = join(ROOT, "dist", "sim.cjs");
  const version = '[ "$1" = --version ] && { echo "inferrs 9.9.9"; exit 0; }';
  const text = `#!/bin/sh\n${version}\nexec "${process.execPath}" "${sim}" "$@"\n`;
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}
