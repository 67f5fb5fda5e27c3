/**
 * "Reproduce a result from a comment", as its reader does it: the two commands are taken from the
 * rendered report and pasted into an empty folder, with a home that nothing was ever in. npx is the
 * real one; the registry is on loopback, and has this package as npm packs it.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { Result } from "../../src/result.ts";
import { ROOT, resultIn, run, scratch } from "./harness.ts";

const exec = promisify(execFile);
const cwd = scratch();
const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
const registry = await publish();

/** This package as it would be published. @returns the registry's address */
async function publish(): Promise<string> {
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", cwd];
  const { stdout } = await exec("npm", args, { cwd: ROOT });
  const bytes = readFileSync(join(cwd, JSON.parse(stdout)[0].filename));
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const { name, version, bin, engines } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  const server = createServer((request, response) => {
    if (request.url?.endsWith(".tgz")) return response.end(bytes);
    if (request.url !== `/${name}`) return response.writeHead(404).end("{}");
    const tarball = `http://${request.headers.host}/${name}.tgz`;
    const versions = { [version]: { name, version, bin, engines, dist: { tarball, integrity } } };
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify({ name, versions, "dist-tags": { latest: version } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What stands in the code blocks below "Reproduce it", as a browser shows and copies it. */
function commandsIn(report: string): string[] {
  const at = report.indexOf("Reproduce it");
  const part = report.slice(at, report.indexOf("</details>", at));
  return [...part.matchAll(/^```sh\n([\s\S]*?)\n```$/gm)].map((match) => match[1] ?? "");
}

/** A machine on which nothing was ever done. */
async function paste(commands: readonly string[]) {
  const home = scratch();
  const folder = join(home, "empty");
  mkdirSync(folder);
  const clean = { PATH, HOME: home, npm_config_registry: registry, npm_config_yes: "true" };
  for (const command of commands) {
    await exec("/bin/sh", ["-c", command], { cwd: folder, env: clean, maxBuffer: 1e8 });
  }
  return folder;
}

/** What a run is, without what took time. */
function same({ cells, lock, recommendation, plan, variants, verdict, exitReason }: Result) {
  const told = cells.map((cell) => ({
    ...{ id: cell.id, digest: cell.scenarioDigest, request: cell.requestDigest },
    ...{ outcome: cell.outcome.kind, evidence: cell.outcome.evidence, bytes: cell.requestBytes },
  }));
  const { estimateMs: _foretold, memoryLimitBytes: _machine, ...planned } = plan;
  return { told, lock, recommendation, planned, variants, verdict, exitReason };
}

test("the demo's report: its two commands make the same run in an empty folder of a clean home", async () => {
  const began = await run(["demo", "--scenario", "smoke", "--scenario", "chat"], cwd);
  assert.equal(began.code, 0, began.stderr);
  const out = join(cwd, "inferrs-bench-out");
  const commands = commandsIn(readFileSync(join(out, "report.md"), "utf8"));
  assert.equal(commands.length, 2);
  const folder = await paste(commands);
  assert.deepEqual(readdirSync(folder).sort(), ["bench.lock.json", "inferrs-bench-out"]);
  const again = join(folder, "inferrs-bench-out");
  assert.deepEqual(same(resultIn(again)), same(resultIn(out)));
  const lock = (dir: string) => readFileSync(join(dir, "bench.lock.json"), "utf8");
  assert.equal(lock(again), lock(out), "byte for byte");
  assert.deepEqual(
    commandsIn(readFileSync(join(again, "report.md"), "utf8")),
    commands,
    "and its own report says the same two",
  );
});

test("a comparison, too: base and head are as they were", async () => {
  const options = ["--scenario", "chat", "--starts", "6", "--rounds", "1", "--fail-on", "none"];
  const base = ["--base", "sim=load-time=150", "--base", "sim=decode-speed=400"];
  const began = await run(["demo", ...options, ...base, "--out", "compared"], cwd);
  assert.equal(began.code, 0, began.stderr);
  const commands = commandsIn(readFileSync(join(cwd, "compared", "report.md"), "utf8"));
  const second = `${commands[1]} --fail-on none`;
  const folder = await paste([commands[0] ?? "", second]);
  const [one, two] = [join(cwd, "compared"), join(folder, "inferrs-bench-out")].map(resultIn);
  assert.ok(one !== undefined && two !== undefined);
  assert.deepEqual(two.lock, one.lock);
  assert.deepEqual(two.variants, one.variants);
});

test("the lock of a plan is the lock of the run, and can be had of it afterwards", async () => {
  const options = ["--scenario", "smoke", "--starts", "1", "--rounds", "1"];
  const planned = await run(["demo", ...options, "--plan", "--lock"], cwd);
  assert.equal(planned.code, 0, planned.stderr);
  const text = readFileSync(join(cwd, "bench.lock.json"), "utf8");
  const began = await run(["demo", ...options, "--out", "planned"], cwd);
  assert.equal(began.code, 0, began.stderr);
  assert.equal(readFileSync(join(cwd, "planned", "bench.lock.json"), "utf8"), text);
  for (const from of ["planned", "planned/result.json", "planned/bench.lock.json"]) {
    const had = await run(["lock", from], cwd);
    assert.equal(had.stdout, text, from);
    assert.match(had.stderr, /^Lock [0-9a-f]{12} \(SHA-256 [0-9a-f]{64}\)\n$/);
  }
  const printed = await run(["demo", ...options, "--plan", "--lock", "-"], cwd);
  assert.equal(printed.stdout, text);
  const again = await run(["report", "planned", "--out", "rendered"], cwd);
  assert.equal(again.code, 0);
  assert.equal(readFileSync(join(cwd, "rendered", "bench.lock.json"), "utf8"), text);
  assert.equal((await run(["lock", "nowhere"], cwd)).code, 2);
});

test("another bundle of the same version is refused before anything is started", async () => {
  const options = ["--scenario", "smoke", "--starts", "1", "--rounds", "1"];
  await run(["demo", ...options, "--plan", "--lock", "own.json"], cwd);
  const lock = JSON.parse(readFileSync(join(cwd, "own.json"), "utf8"));
  lock.tool.sha256 = "f".repeat(64);
  writeFileSync(join(cwd, "own.json"), JSON.stringify(lock));
  const { code, stderr } = await run(["run", "--locked", "own.json", "--out", "never"], cwd);
  assert.equal(code, 2);
  assert.match(stderr, /- inferrs-bench's own files: locked f{64}, here [0-9a-f]{64}/);
  assert.ok(!readdirSync(cwd).includes("never"));
});
