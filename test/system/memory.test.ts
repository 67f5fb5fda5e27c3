/** Four ways to die for want of memory, each told apart; the run survives them all. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { groupMembers } from "../../src/host/proc.ts";
import type { MemoryKiller, Result } from "../../src/result.ts";
import {
  cgroupsLeft,
  eater,
  inside,
  LADDER,
  LIMIT,
  nobody,
  noCgroup,
  noNobody,
  noOuter,
  outerCgroup,
} from "./guard-harness.ts";
import { enginesIn, ROOT, resultIn, scratch } from "./harness.ts";

interface Way {
  name: string;
  skip: string | false;
  killer: MemoryKiller;
  evidence: RegExp;
  /** What comes before the engine's executable. */
  before?: string;
  /** What the tool is started through. */
  through?: () => string[];
  limit: string;
  /** What kept the engine within bounds. */
  cgroup: boolean;
}

const PROMPT = /; the prompt that did it: [\d,]+ prompt tokens$/;

const ways = (outerBytes: number, limit: string, addressSpaceKb: number): Way[] => [
  {
    name: "a cgroup of its own",
    skip: noCgroup,
    killer: "cgroup",
    evidence:
      /^killed for memory by the kernel at the limit of its own cgroup, .*peak memory .*limit/,
    limit,
    cgroup: true,
  },
  {
    name: "the watchdog, where no cgroup may be made",
    skip: noNobody,
    killer: "watchdog",
    evidence: /^ended by the watchdog at the memory limit, signal SIGKILL, peak memory .*limit/,
    through: () => nobody,
    limit,
    cgroup: false,
  },
  {
    name: "ulimit -v, under which the allocator gives up",
    skip: process.platform === "linux" ? false : "macOS doesn't hold a process to ulimit -v",
    killer: "allocator",
    evidence:
      /^memory allocation of \d+ bytes failed, (signal SIGABRT|exit code 134), .*limit of the address space/,
    before: `ulimit -v ${addressSpaceKb}`,
    limit: "100GB",
    cgroup: noCgroup === false,
  },
  {
    name: "the bare kernel, by a limit around tool and engine",
    skip: noOuter || noNobody,
    killer: "kernel",
    evidence: /^killed for memory by the kernel, signal SIGKILL, peak memory/,
    through: () => [...inside(outerCgroup(outerBytes)), ...nobody],
    limit: "100GB",
    cgroup: false,
  },
  {
    name: "the kernel by a limit around tool and engine, which has a wider cgroup of its own",
    skip: noOuter,
    killer: "kernel",
    evidence:
      /^killed for memory by the kernel( at the limit of a cgroup around it.*)?, signal SIGKILL/,
    through: () => inside(outerCgroup(outerBytes)),
    limit: "100GB",
    cgroup: true,
  },
];

async function die(way: Way, engine: (dir: string, before: string) => string, scale: string) {
  const cwd = scratch();
  const executable = engine(cwd, way.before ?? "");
  const cli = [process.execPath, join(ROOT, "dist", "cli.cjs")];
  const size = ["--scale", scale, "--memory-limit", way.limit];
  const args = ["run", "--inferrs", executable, ...LADDER, ...size];
  const [command = "", ...rest] = [...(way.through?.() ?? []), ...cli, ...args];
  const env = { ...process.env, INFERRS_BENCH_LOCK_DIR: join(cwd, "lock"), HOME: cwd };
  const child = spawn(command, rest, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part) => (said += part));
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, said, out: join(cwd, "inferrs-bench-out") };
}

function check(way: Way, result: Result, out: string): void {
  const chat = result.cells.find((cell) => cell.scenario === "chat");
  const turn = result.cells.find((cell) => cell.scenario === "agent-turn");
  assert.equal(turn?.outcome.kind, "out-of-memory", turn?.outcome.evidence ?? "");
  assert.match(turn.outcome.evidence ?? "", way.evidence);
  assert.match(turn.outcome.evidence ?? "", PROMPT);
  assert.ok((turn.peakMemory?.bytes ?? 0) > 1e8);
  const killers = result.starts.flatMap(({ end }) => end?.memoryKiller ?? []);
  assert.deepEqual(killers, [way.killer, way.killer], "both probes met the same end");
  assert.equal(chat?.outcome.kind, "pass", "the other cell is measured all the same");
  assert.equal(chat.metrics.ttftMs?.n, 1);
  assert.equal(result.status, "complete");
  assert.equal(result.guard?.cgroup !== null, way.cgroup, result.guard?.why ?? "");
  assert.equal(result.guard?.oomScoreAdj, process.platform === "linux" ? 500 : null);
  assert.ok((result.memorySampling?.share ?? 1) < 0.02, JSON.stringify(result.memorySampling));
  assert.deepEqual(enginesIn(out).flatMap(groupMembers), []);
  assert.deepEqual(cgroupsLeft(out), []);
}

for (const way of ways(6e8, LIMIT, 2_000_000)) {
  test(`dies by ${way.name}: ${way.killer}`, { skip: way.skip }, async () => {
    const { code, said, out } = await die(way, eater, "0.2");
    assert.equal(code, 0, said);
    check(way, resultIn(out), out);
    const report = readFileSync(join(out, "report.md"), "utf8");
    assert.match(report, /\| memory sampled \| every \d+ ms, at [\d.]+% of a core/);
    assert.match(
      report,
      way.cgroup ? /held by a cgroup of its own/ : /no cgroup of its own \(.+\)/,
    );
  });
}

/** The real one, for as long as it takes: about 6,000 tokens need more than a GB. */
const INFERRS = process.env.INFERRS_BIN;

function real(dir: string, before: string): string {
  const path = join(dir, "inferrs");
  writeFileSync(path, `#!/bin/sh\n${before}\nexec "${INFERRS}" "$@"\n`);
  chmodSync(path, 0o755);
  chmodSync(dir, 0o777);
  return path;
}

for (const way of ways(1e9, "800MB", 1_600_000)) {
  const none = "set INFERRS_BIN to an inferrs executable to let it die";
  const skip = INFERRS === undefined ? none : way.skip;
  test(`the real inferrs dies by ${way.name}: ${way.killer}`, {
    skip,
    timeout: 900_000,
  }, async () => {
    const { code, said, out } = await die(way, real, "0.35");
    assert.equal(code, 0, said);
    check(way, resultIn(out), out);
  });
}
