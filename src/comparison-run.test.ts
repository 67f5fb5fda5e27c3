/** Whole comparisons with real processes: the bundled simulator, twice. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { metricsOfOne } from "./analyze/turn-metrics.ts";
import { run } from "./bench.ts";
import type { BenchHost } from "./end.ts";
import { openOutDir } from "./host/files.ts";
import { freePort } from "./host/port.ts";
import { prepare } from "./inputs/prepare.ts";
import type { RawOptions } from "./inputs/table.ts";
import { fold } from "./journal/fold.ts";
import { readJournal } from "./journal/journal.ts";
import { attemptsOf, type RunState } from "./journal/state.ts";
import { madePairs } from "./plan/pairs/made.ts";
import type { ComparisonPlan, Plan, VariantSpec } from "./plan/types.ts";
import { compared } from "./testing/compared.ts";

const dir = mkdtempSync(join(tmpdir(), "comparison-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const stopped = new AbortController();
const host = (signal = stopped.signal): BenchHost => ({
  env: { ...process.env, INFERRS_BENCH_LOCK_DIR: join(dir, "lock") },
  cwd: dir,
  stdout: { write: () => true, isTTY: false } as never,
  stderr: { write: () => true, isTTY: false } as never,
  signal,
  entry: "cli",
});

let runs = 0;
/** Quick knobs: a chat of a few tokens takes tens of milliseconds. */
async function compare(options: {
  raw?: RawOptions;
  base?: Partial<VariantSpec>;
  over?: Partial<Plan>;
  comparison?: Partial<ComparisonPlan>;
  signal?: AbortSignal;
}): Promise<{ state: RunState; out: string }> {
  const out = join(dir, String(runs++));
  const raw: RawOptions = {
    engine: "sim",
    scenario: ["chat"],
    compat: ["requiresStringContent=true"],
    "max-tokens": "4",
    "fit-budget": "0",
    quiet: true,
    out,
    ...options.raw,
  };
  const prepared = await prepare(raw, host(options.signal));
  const two = compared(prepared, options.base ?? {}, options.over, options.comparison);
  openOutDir(two.outDir);
  return { state: await run(two, host(options.signal)), out };
}

const FAST = ["prefill-speed=20000", "decode-speed=1000", "load-time=1"];
const simulator = (...knobs: string[]): Partial<VariantSpec> => ({
  engine: { kind: "sim", knobs: [...FAST, ...knobs] },
});

test("base against a head that is slower: pairs of real starts, and the journal gives them again", async () => {
  const { state, out } = await compare({
    raw: { sim: [...FAST, "decode-speed=250"] },
    base: simulator(),
    over: { starts: 3 },
  });
  assert.equal(state.failed, null);
  const pairs = madePairs(state);
  assert.equal(pairs.length, 3);
  assert.ok(pairs.every(({ complete }) => complete));
  assert.equal(new Set(state.starts.map(({ variant }) => variant)).size, 2);
  for (const { base, head } of pairs) {
    for (const start of [base, head]) assert.ok((start?.readyMs ?? 0) > 0);
  }
  const decode = (variant: string) =>
    [...state.cells.values()]
      .filter(({ spec }) => spec.variant === variant)
      .flatMap((cell) => attemptsOf(cell, "measure"))
      .map((attempt) => metricsOfOne(attempt).get("e2eMs") ?? Number.NaN);
  const [bases, heads] = [decode("base"), decode("head")];
  assert.equal(bases.length, heads.length);
  // A quarter of the speed, as the simulator keeps it: whatever the machine adds, it adds to both.
  assert.ok(Math.min(...heads) > Math.min(...bases), `${bases} ${heads}`);
  const replayed = fold(readJournal(join(out, "journal.jsonl")).entries);
  assert.deepEqual(replayed?.starts, state.starts);
  assert.deepEqual(replayed?.cells, state.cells);
  assert.deepEqual(replayed && madePairs(replayed), pairs);
});

test("base's and head's lives of one number differ by luck, and a seed gives all of it again", async () => {
  const outcomes = async (seed: string) => {
    const { state } = await compare({
      raw: { sim: [...FAST, "flake=0.5"], seed },
      base: simulator("flake=0.5"),
      over: { starts: 2 },
      comparison: { kind: "self", rounds: 5 },
    });
    return ["base", "head"].map((variant) =>
      [...state.cells.values()]
        .filter(({ spec }) => spec.variant === variant)
        .flatMap(({ attempts }) =>
          attempts.map(({ phase, finding }) => `${phase} ${finding.kind}`),
        ),
    );
  };
  const [base, head] = await outcomes("3");
  assert.notDeepEqual(base, head);
  assert.deepEqual(await outcomes("3"), [base, head]);
  assert.notDeepEqual(await outcomes("4"), [base, head]);
});

test("a head that dies in the middle spends its starts, and the run ends by itself", async () => {
  const { state } = await compare({
    raw: { sim: [...FAST, "crash-after=4"] },
    base: simulator(),
    over: { starts: 6 },
    comparison: { rounds: 5 },
  });
  assert.equal(state.failed, null);
  const pairs = madePairs(state).filter(({ confirming }) => !confirming);
  assert.ok(pairs.length >= 1 && pairs.length <= 6);
  assert.ok(pairs.every(({ complete }) => complete));
  const died = state.starts.filter((start) => start.pair !== null && start.exit?.by === "itself");
  assert.ok(died.length >= 1);
  assert.ok(died.every(({ variant }) => variant === "head"));
});

test("a head that can't be loaded is tried three times", async () => {
  const { state } = await compare({
    raw: { sim: [...FAST, "load-error=no such tensor"] },
    base: simulator(),
    over: { starts: 6 },
  });
  assert.deepEqual(
    state.starts.map(({ variant, failure }) => [variant, failure?.kind ?? null]),
    [["base", null], ...Array(3).fill(["head", "load-failed"])],
  );
  assert.match(state.variants.get("head")?.failure ?? "", /no such tensor/);
});

test("a signal ends it in the middle of a pair, which isn't complete", async () => {
  const signal = new AbortController();
  const running = compare({
    raw: { sim: FAST },
    base: simulator(),
    over: { starts: 20 },
    signal: signal.signal,
  });
  const journal = join(dir, String(runs - 1), "journal.jsonl");
  for (let tries = 0; tries < 1000; tries++) {
    if (/"type":"start-begun".*"pair":1/.test(read(journal))) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  signal.abort("SIGINT");
  const { state } = await running;
  assert.equal(state.interrupted, "SIGINT");
  assert.equal(state.live, null);
  const pairs = madePairs(state);
  assert.ok(pairs.length >= 2 && pairs.length < 20);
});

test("a server that its user's command restarts is measured in pairs of starts", {
  skip: process.platform === "win32" ? "there is no /bin/sh" : false,
}, async () => {
  const port = await freePort();
  const sim = join(import.meta.dirname, "sim", "entry.ts");
  const pidFile = join(dir, "restarted.pid");
  const kill = `if [ -f ${pidFile} ]; then kill -9 $(cat ${pidFile}); sleep 0.1; fi`;
  const knobs = FAST.map((knob) => `--knob ${knob}`).join(" ");
  const serve = `"${process.execPath}" ${sim} serve m --port ${port} ${knobs} >/dev/null 2>&1`;
  const restartCommand = `${kill}; ${serve} & echo $! > ${pidFile}; echo "$INFERRS_BENCH_VARIANT $INFERRS_BENCH_START"`;
  const first = spawn("/bin/sh", ["-c", restartCommand], { stdio: "ignore" });
  await new Promise((resolve) => first.once("exit", resolve));
  try {
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    await answers(baseUrl);
    const { state, out } = await compare({
      raw: { engine: "external", "base-url": baseUrl },
      base: { restartCommand },
      over: { starts: 2 },
    });
    assert.equal(state.failed, null);
    // Only base has the command here; head is attached to what that started.
    const pairs = madePairs(state);
    assert.equal(pairs.length, 2);
    assert.ok(pairs.every(({ complete }) => complete));
    assert.match(readFileSync(join(out, "restart.log"), "utf8"), /\nbase 0\n[\s\S]*\nbase 2\n/);
    assert.deepEqual(state.warnings, []);
  } finally {
    // Waited for: the file with its number is gone with the folder.
    spawnSync("/bin/sh", ["-c", kill], { stdio: "ignore" });
  }
});

async function answers(baseUrl: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const ok = await fetch(`${baseUrl}/models`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
