/** The Dockerfile, built without a Docker engine on a stand-in for Node's image, and run. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Result } from "../../src/result.ts";
import { tarGz } from "../../src/testing/archives.ts";
import { ImageStore, missingForImages, ROOT } from "./image-harness.ts";

const IMAGE = "localhost/inferrs-bench";

describe("the image", { skip: missingForImages() ?? false, timeout: 600_000 }, () => {
  const store = new ImageStore();
  const out = join(store.home, "out");

  before(async () => {
    await store.makeBase();
    const built = await store.build("bench", IMAGE, ROOT);
    assert.equal(built.code, 0, built.output.slice(-3000));
    mkdirSync(out);
    chownSync(out, 10001, 10001);
  });
  after(() => store.remove());

  test("not root, an init, a health check, and nothing of the repository but what it needs", async () => {
    const { config } = await store.inspect(IMAGE);
    assert.equal(config.User, "10001:10001");
    assert.deepEqual(config.Entrypoint, ["/usr/bin/tini", "--", "/usr/local/bin/inferrs-bench"]);
    assert.match(JSON.stringify(config.Healthcheck), /health\.mjs/);
    const listed = await store.run(
      IMAGE,
      ["/opt/inferrs-bench"],
      ["--entrypoint", "/usr/bin/find"],
    );
    const folders = listed.output.split("\n").map((path) => path.split("/")[3] ?? "");
    const wanted = ["", "LICENSE", "bench", "dist", "docker", "package.json"];
    assert.deepEqual([...new Set(folders)].sort(), wanted);
    assert.doesNotMatch(listed.output, /\.git|node_modules|\.test\.|\/src\//);
  });

  test("the demo, read-only and without a network: the same result as outside, but for times", async () => {
    const inside = await store.run(IMAGE, ["demo", "--quiet"], ["-v", `${out}:/out`]);
    assert.equal(inside.code, 0, inside.output.slice(-3000));
    const outside = join(store.home, "outside");
    const args = ["dist/cli.cjs", "demo", "--quiet", "--out", outside];
    execFileSync(process.execPath, args, { cwd: ROOT, stdio: "ignore" });
    const own = join(out, "inferrs-bench-out");
    assert.deepEqual(withoutTimes(read(own)), withoutTimes(read(outside)));
    assert.deepEqual(readdirSync(own).sort(), readdirSync(outside).sort());
  });

  test("a memory limit of the container is the machine's memory", async (t) => {
    const limited = ["--memory", "600m", "-v", `${out}:/out`];
    const ran = await store.run(IMAGE, ["demo", "--quiet", "--scenario", "smoke"], limited);
    if (ran.code !== 0 && /cgroup|permission/i.test(ran.output)) {
      t.skip(`no limit can be set here: ${ran.output.trim().split("\n").at(-1)}`);
      return;
    }
    assert.equal(ran.code, 0, ran.output.slice(-3000));
    const { environment, plan } = read(join(out, "inferrs-bench-out"));
    assert.equal(environment.memoryLimitBytes, 600 * 2 ** 20);
    assert.equal(plan.memoryLimitBytes, Math.floor(0.9 * 600 * 2 ** 20));
  });

  test("SIGTERM ends it in order, with what was measured", async () => {
    const script = "inferrs-bench demo --quiet & sleep 3; kill -TERM $!; wait $!; echo code $?";
    const more = ["--entrypoint", "/bin/sh", "-v", `${out}:/out`];
    const ran = await store.run(IMAGE, ["-c", script], more);
    assert.match(ran.output, /code 143/);
    assert.equal(read(join(out, "inferrs-bench-out")).status, "interrupted");
  });

  test("the health check: a run that is there, one that is stopped, and a server", async () => {
    const health = "node /opt/inferrs-bench/docker/health.mjs";
    const script = [
      `${health}; echo nothing $?`,
      "inferrs-bench sim --port 8091 >/dev/null & sim=$!",
      `sleep 2; ${health}; echo running $?`,
      `HEALTH_URL=http://127.0.0.1:8091/health ${health}; echo server $?`,
      `kill -STOP $sim; ${health}; echo stopped $?`,
      `HEALTH_URL=http://127.0.0.1:8091/health ${health}; echo silent $?; kill -KILL $sim`,
    ].join("\n");
    const ran = await store.run(IMAGE, ["-c", script], ["--entrypoint", "/bin/sh"]);
    const codes = Object.fromEntries(
      [...ran.output.matchAll(/^(\w+) (\d)$/gm)].map(([, what, code]) => [what, code]),
    );
    const wanted = { nothing: "1", running: "0", server: "0", stopped: "1", silent: "1" };
    assert.deepEqual(codes, wanted, ran.output);
  });

  test("built again, from a clone with other modes and times: the same layers", async () => {
    const clone = cloneOf(store.home, "again");
    for (const path of walk(clone)) {
      const mode = statSync(path).mode;
      chmodSync(path, mode & 0o700);
      utimesSync(path, 1e9, 1e9);
    }
    const built = await store.build("bench", `${IMAGE}-again`, clone, ["--no-cache"]);
    assert.equal(built.code, 0, built.output.slice(-3000));
    const [first, second] = [await store.inspect(IMAGE), await store.inspect(`${IMAGE}-again`)];
    assert.deepEqual(second.layers, first.layers);
    assert.deepEqual(second.config, first.config);
  });

  test("with inferrs: fetched by its digest, refused with another", async () => {
    const said = "#!/bin/sh\necho inferrs 0.1.0\n";
    const folder = "inferrs-linux-x86_64";
    const archive = tarGz([
      { name: `${folder}/` },
      { name: `${folder}/inferrs`, text: said },
      { name: `${folder}/libinferrs_backend_cuda.so`, text: "cuda" },
      { name: `${folder}/libinferrs_backend_vulkan.so`, text: "vulkan" },
    ]);
    const server = createServer((request, response) => {
      const asked = /\/0\.0\.20260424164259\/inferrs-x86_64-unknown-linux-gnu\.tar\.gz$/;
      response.writeHead(asked.test(request.url ?? "") ? 200 : 404).end(archive);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const from = ["--build-arg", `INFERRS_RELEASES=http://127.0.0.1:${port}`];
    try {
      const refused = await store.build("cpu", `${IMAGE}-bad`, ROOT, from);
      assert.notEqual(refused.code, 0);
      assert.match(refused.output, /has SHA-256 [0-9a-f]{64}; the table says bd115cd8/);
      const clone = cloneOf(store.home, "fake");
      const table = join(clone, "bench/inferrs-releases.json");
      const sha256 = createHash("sha256").update(archive).digest("hex");
      const text = readFileSync(table, "utf8");
      writeFileSync(table, text.replace(/bd115cd8[0-9a-f]{56}/, sha256));
      const built = await store.build("cpu", `${IMAGE}-cpu`, clone, from);
      assert.equal(built.code, 0, built.output.slice(-3000));
    } finally {
      server.close();
    }
    const ran = await store.run(`${IMAGE}-cpu`, [], ["--entrypoint", "/usr/local/bin/inferrs"]);
    assert.equal(ran.output, "inferrs 0.1.0\n");
    const listed = await store.run(`${IMAGE}-cpu`, ["/usr/local/bin"], ["--entrypoint", "/bin/ls"]);
    assert.doesNotMatch(listed.output, /libinferrs_backend/);
  });

  test("its size is what docs/docker.md says", async (t) => {
    const [base, whole] = [
      await store.bytesOf("localhost/node-stand-in"),
      await store.bytesOf(IMAGE),
    ];
    const added = (whole - base) / 1e6;
    t.diagnostic(
      `on the stand-in: ${(whole / 1e6).toFixed(0)} MB, ${added.toFixed(1)} of them added`,
    );
    assert.ok(added < 20, `${added} MB are added to the base`);
  });
});

function read(dir: string): Result {
  return JSON.parse(readFileSync(join(dir, "result.json"), "utf8")) as Result;
}

/** What two runs of the same have in common. */
function withoutTimes({ cells, variants, recommendation, plan, verdict, requests }: Result) {
  return {
    cells: cells.map(({ id, outcome, tokens, requestDigest, scenarioDigest, requestBytes }) => ({
      // How often this tool was too late to read is of its time.
      ...{ id, outcome: outcome.kind, remedy: outcome.remedy },
      ...{ tokens, requestDigest, scenarioDigest, requestBytes },
    })),
    engines: variants.map(({ name, engine, model }) => ({ name, kind: engine.kind, model })),
    recommendation,
    plan: { ...plan, estimateMs: null, memoryLimitBytes: null },
    verdict,
    requests: { ...requests, look: null },
  };
}

function cloneOf(home: string, name: string): string {
  const dir = join(home, name);
  execFileSync("git", ["clone", "-q", "--depth=1", `file://${ROOT}`, dir]);
  // What is not committed yet belongs to it, too.
  const paths = ["Dockerfile", ".dockerignore", "docker", "bench", "dist", "package.json"];
  for (const path of paths) execFileSync("cp", ["-rT", join(ROOT, path), join(dir, path)]);
  return dir;
}

function walk(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.name === ".git") return [];
    return entry.isDirectory() ? [path, ...walk(path)] : [path];
  });
}
