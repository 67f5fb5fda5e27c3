import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freePort } from "../../src/host/port.ts";
import { ROOT, resultIn, run, scratch } from "./harness.ts";

const TINY = [
  "--compat",
  "requiresStringContent=true",
  "--starts",
  "1",
  "--rounds",
  "1",
  "--scale",
  "0.3",
  // What is foretold is not sent; here the faults themselves are to be met.
  "--fit-budget",
  "0",
];

/** Knobs, what becomes of the agent's turn, and what its evidence says. */
const FAULTS: [string[], string, RegExp][] = [
  [["reject-tools", "nonce=wombat"], "tool-schema-rejected", /tools.*wombat/],
  [["window=1000"], "context-length-exceeded", /maximum context length \(1000 tokens\)/],
  [["hang"], "engine-hung", /no further byte for 1\.0 s; the engine used 0 ms of CPU/],
  [["hang=headers"], "engine-hung", /no byte/],
  [["prefill-speed=500"], "timeout", /the engine used \d{3,} ms of CPU/],
  [["truncate-after=3"], "stream-truncated", /after 3 chunks/],
  [["error-after=3", "error-form=event", "nonce=wombat"], "stream-error", /wombat/],
  [["error-after=3", "nonce=wombat"], "stream-error", /wombat/],
  [["empty-reply"], "empty-reply", /finish_reason/],
  [["tool-calls=prose"], "tool-call-as-text", /"name": ?"\w+"/],
  [["die-above=2000", "die-by=abort"], "out-of-memory", /memory allocation of \d+ bytes failed/],
  [["die-above=2000"], "out-of-memory", /killed for memory/],
  [["crash-after=0"], "engine-crashed", /exit code 101/],
  [["tool-calls=structured"], "pass", /^$/],
];

for (const [knobs, kind, evidence] of FAULTS) {
  test(`${knobs.join(" ")}: ${kind}`, async () => {
    const cwd = scratch();
    const sim = knobs.flatMap((knob) => ["--sim", knob]);
    const speed = knobs.some((knob) => knob.startsWith("prefill"))
      ? []
      : ["--sim", "prefill-speed=60000"];
    const base = [
      "run",
      "--engine",
      "sim",
      "--scenario",
      "agent-turn",
      "--timeout",
      "1",
      "--quiet",
    ];
    const { code, stderr } = await run([...base, ...speed, ...sim, ...TINY], cwd);
    const result = resultIn(join(cwd, "inferrs-bench-out"));
    const [cell] = result.cells;
    assert.equal(cell?.outcome.kind, kind, stderr);
    assert.match(cell.outcome.evidence ?? "", evidence);
    assert.equal(cell.outcome.remedy === null, kind === "pass");
    assert.equal(code, kind === "pass" ? 0 : 1);
    assert.equal(result.status, "complete");
  });
}

test("a fault of the long prompt leaves the short one measured", async () => {
  const cwd = scratch();
  const args = ["--scenario", "chat", "--scenario", "agent-turn", "--sim", "hang-above=2000"];
  const { code } = await run(["demo", "--quiet", ...args, ...TINY, "--timeout", "1"], cwd);
  assert.equal(code, 0);
  const result = resultIn(join(cwd, "inferrs-bench-out"));
  const [chat, turn] = result.cells;
  assert.equal(chat?.outcome.kind, "pass");
  assert.equal(chat.metrics.ttftMs?.n, 1);
  assert.equal(turn?.outcome.kind, "engine-hung");
  assert.ok(result.starts.length > 2, "a hung engine is ended, and another one started");
});

/** Panics in every generation request after so many of its life. */
async function panicking(after: number) {
  const cwd = scratch();
  const cells = ["--scenario", "smoke", "--scenario", "chat", "--starts", "1", "--rounds", "9"];
  const axis = ["--compat", "requiresStringContent=true", "--compat", "supportsTools=true,false"];
  await run(["demo", "--quiet", ...cells, ...axis, "--sim", `crash-after=${after}`], cwd);
  const result = resultIn(join(cwd, "inferrs-bench-out"));
  return { result, crashes: result.starts.filter((start) => start.end?.kind === "crashed").length };
}

test("an engine that panics now and then is started again; every cell is measured, the crashes are told", async () => {
  const { result, crashes } = await panicking(6);
  assert.equal(result.status, "complete");
  assert.ok(crashes > 1 && result.starts.length > crashes);
  for (const cell of result.cells) assert.equal(cell.outcome.kind, "pass", cell.id);
  for (const cell of result.cells.slice(1)) assert.ok((cell.metrics.ttftMs?.n ?? 0) > 5, cell.id);
  const told = result.cells.map((cell) => cell.outcome.evidence ?? "").join("\n");
  assert.match(
    told,
    /sometimes fails: engine-crashed: exit code 101, .* panicked at simulated:1:1: \| the simulated engine met a bug/,
  );
});

test("an engine that panics ever again is not started for ever", async () => {
  const { result, crashes } = await panicking(3);
  const bound = 4 + 2 * result.cells.length;
  assert.equal(result.starts.length, bound + 1, "the first, and as many again as the plan allows");
  assert.equal(crashes, result.starts.length);
  assert.equal(result.status, "partial");
  assert.ok(result.warnings.some((warning) => warning.code === "rounds-missing"));
});

test("a flake is counted and told, and its cell is measured all the same", async () => {
  const cwd = scratch();
  const args = ["--scenario", "chat", "--sim", "flake=0.35", "--sim", "seed=3", "--rounds", "8"];
  await run(["demo", "--quiet", "--compat", "requiresStringContent=true", ...args], cwd);
  const result = resultIn(join(cwd, "inferrs-bench-out"));
  const flaky = result.cells.filter((cell) => cell.outcome.failures.length > 0);
  assert.ok(flaky.length > 0);
  for (const cell of flaky) {
    const { ok, failed } = cell.outcome.attempts;
    assert.equal(cell.outcome.kind, "pass");
    assert.ok(failed > 0 && ok + failed >= 18);
    assert.ok((cell.metrics.totalMs?.n ?? 0) < 16, "a failed request enters no latency");
  }
  assert.ok(result.warnings.some((warning) => warning.code === "flaky"));
});

test("a model that can't be loaded: exit 3, with the server's reason, and a result that says so", async () => {
  const cwd = scratch();
  const { code, stderr } = await run(
    ["demo", "--quiet", "--sim", "load-error=no tensor embed"],
    cwd,
  );
  assert.equal(code, 3);
  assert.match(stderr, /no tensor embed/);
  const result = resultIn(join(cwd, "inferrs-bench-out"));
  assert.deepEqual([result.status, result.exitReason], ["failed", "setup-failed"]);
});

test("a time budget ends the run with what there is", async () => {
  const cwd = scratch();
  // One cell, so that it is measured before the time is up on a busy machine, too.
  const what = ["--scenario", "chat", "--sim", "none", "--compat", "requiresStringContent=true"];
  const args = [...what, "--rounds", "5000", "--time-budget", "6"];
  const { code } = await run(["demo", "--quiet", ...args], cwd);
  assert.equal(code, 0);
  const result = resultIn(join(cwd, "inferrs-bench-out"));
  assert.equal(result.status, "partial");
  assert.ok(result.cells.every((cell) => (cell.metrics.totalMs?.n ?? 0) > 0));
});

test("an attached server is only asked: the same outcomes, its memory where it may be read, and it lives on", async () => {
  const cwd = scratch();
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [
      join(ROOT, "dist", "sim.cjs"),
      "serve",
      "org/attached",
      "--port",
      String(port),
      "--knob",
      "reject-arrays",
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let log = "";
  server.stdout.on("data", (chunk) => {
    log += chunk;
  });
  try {
    while (!log.includes("loaded successfully")) await new Promise((done) => setTimeout(done, 20));
    const url = `http://127.0.0.1:${port}/v1`;
    const args = ["--base-url", url, "--scenario", "smoke", "--scenario", "chat", "--rounds", "2"];
    const env = { OPENAI_API_KEY: "canary-api-key" };
    const { code, stderr } = await run(["run", ...args], cwd, env);
    assert.equal(code, 0, stderr);
    const out = join(cwd, "inferrs-bench-out");
    const result = resultIn(out);
    assert.equal(result.simulated, false, "what is attached isn't known to be a simulator");
    assert.equal(result.variants[0]?.model.servedId, "org/attached");
    assert.equal(result.recommendation?.compat.requiresStringContent, true);
    assert.equal(result.starts.length, 1);
    const kinds = new Set(result.cells.map((cell) => cell.peakMemory?.kind ?? null));
    assert.deepEqual([...kinds], [process.platform === "win32" ? null : "rss"]);
    const chat = result.cells.find(
      (cell) => cell.outcome.kind === "pass" && cell.scenario === "chat",
    );
    assert.equal(chat?.tokens.promptSource, "replay");
    assert.equal(chat.tokens.outputSource, "limit", "every round has another prompt");
    assert.match(readFileSync(join(out, "openclaw.json5"), "utf8"), new RegExp(`:${port}/v1`));
    for (const file of ["journal.jsonl", "result.json", "report.md", "openclaw.json5"]) {
      assert.doesNotMatch(readFileSync(join(out, file), "utf8"), /canary/, file);
    }
    assert.equal(server.exitCode, null);
    const wrong = await run(["run", "--base-url", url, "--model", "other"], scratch());
    assert.equal(wrong.code, 3);
    assert.match(wrong.stderr, /lists org\/attached/);
  } finally {
    server.kill();
  }
});
