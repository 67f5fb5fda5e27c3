import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "../host/port.ts";
import { RESTART_LOG, type RestartOptions, restartEngine } from "./restarted.ts";

const dir = mkdtempSync(join(tmpdir(), "restarted-"));
const port = await freePort();
const pidFile = join(dir, "pid");
const server = join(dir, "server.cjs");
/** Loads for a while; lists its model, and who asked for it; has `/health` only if told so. */
writeFileSync(
  server,
  `require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
const health = process.argv[2] === "health";
const from = Date.now() + 150;
require("node:http").createServer((request, response) => {
  const loading = Date.now() < from;
  if (request.url === "/health" && health) return response.writeHead(loading ? 503 : 200).end();
  if (request.url !== "/v1/models") return response.writeHead(404).end();
  const id = process.env.INFERRS_BENCH_VARIANT + process.env.INFERRS_BENCH_START;
  const data = loading && !health ? [] : [{ id }];
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ object: "list", data }));
}).listen(${port}, "127.0.0.1");
`,
);

const kill = `if [ -f ${pidFile} ]; then kill -9 "$(cat ${pidFile})"; rm ${pidFile}; sleep 0.1; fi`;
const restart = (health: "health" | "bare") =>
  `${kill}; "${process.execPath}" ${server} ${health} > /dev/null 2>&1 &`;

after(() => {
  try {
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
  } catch {
    // It was not left running.
  }
  rmSync(dir, { recursive: true, force: true });
});

function run(command: string, over: Partial<RestartOptions> = {}) {
  return restartEngine({
    ...{ command, variant: "base", start: 3, baseUrl: `http://127.0.0.1:${port}/v1` },
    ...{ apiKey: null, modelId: null, cwd: dir, outDir: dir, env: process.env },
    ...{ readyTimeoutMs: 20_000, signal: new AbortController().signal },
    ...over,
  });
}

const skip = process.platform === "win32" ? "there is no /bin/sh" : false;

test("the command is told which start it is for, and the time counts until the server serves", {
  skip,
}, async () => {
  for (const kind of ["health", "bare"] as const) {
    const restarted = await run(restart(kind), { variant: "head", start: 4 });
    assert.equal(restarted.kind, "up");
    if (restarted.kind !== "up") continue;
    assert.equal(restarted.engine.servedId, "head4");
    // The server itself says that it loads for 150 ms.
    assert.ok(restarted.engine.readyMs >= 150, `${restarted.engine.readyMs}`);
    assert.equal(restarted.sameProcess, null);
  }
});

test("a server that goes on as it was is told apart from one that was restarted", {
  skip: process.platform === "linux" || process.platform === "darwin" ? false : "nothing tells",
}, async () => {
  assert.equal((await run(restart("health"))).kind, "up");
  const restarted = await run("true");
  assert.equal(restarted.kind, "up");
  if (restarted.kind !== "up") return;
  assert.equal(restarted.sameProcess, Number(readFileSync(pidFile, "utf8")));
});

test("a command that fails is a start that failed, in its own words, which are kept", {
  skip,
}, async () => {
  const restarted = await run("echo no such unit >&2; exit 5");
  assert.equal(restarted.kind, "failed");
  if (restarted.kind !== "failed") return;
  assert.equal(restarted.failure.kind, "not-ready");
  assert.match(restarted.failure.evidence, /ended with exit code 5: no such unit$/);
  assert.match(readFileSync(join(dir, RESTART_LOG), "utf8"), /base, start 3.*\n.*no such unit/);
});

test("a command that doesn't end is ended with all its children", { skip }, async () => {
  const restarted = await run("sleep 1234 & echo $!; wait", { readyTimeoutMs: 300 });
  assert.equal(restarted.kind, "failed");
  if (restarted.kind !== "failed") return;
  assert.match(restarted.failure.evidence, /had not ended after 0 s.*in the background/);
  const child = Number(readFileSync(join(dir, RESTART_LOG), "utf8").trim().split("\n").at(-1));
  for (let tries = 0; tries < 100 && isAlive(child); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(isAlive(child), false);
});

test("a server that never comes is a start that failed", { skip }, async () => {
  const restarted = await run(`${kill}`, { readyTimeoutMs: 500 });
  assert.equal(restarted.kind, "failed");
  if (restarted.kind === "failed") assert.equal(restarted.failure.kind, "not-ready");
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
