/** The bundles fetch inferrs from a local GitHub. What they fetch is the simulator in a script. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { tarGz } from "../../src/testing/archives.ts";
import {
  type ReleaseServer,
  sha256,
  startReleaseServer,
} from "../../src/testing/github/releases.ts";
import { ActionCopy, TOKEN } from "./act-harness.ts";
import { begin, ROOT, resultIn, run, scratch, untilIn } from "./harness.ts";

/** One that the table of digests doesn't know. */
const VERSION = "0.0.20260501000000";
const ASSET = "inferrs-x86_64-unknown-linux-gnu.tar.gz";
const skip =
  process.platform === "linux" && process.arch === "x64"
    ? false
    : "the stand-in release has a file for Linux x64 only";

const script = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "dist", "sim.cjs")}" "$@"\n`;
const archive = tarGz([
  { name: "inferrs-linux-x86_64/" },
  { name: "inferrs-linux-x86_64/inferrs", text: script },
]);
let github: ReleaseServer;

before(async () => {
  github = await startReleaseServer([{ version: VERSION, assets: { [ASSET]: archive } }]);
});

const SHORT = ["--scenario", "smoke", "--starts", "1", "--rounds", "1", "--model", "synthetic"];
const environment = (cwd: string): NodeJS.ProcessEnv => ({
  GITHUB_API_URL: github.apiUrl,
  GITHUB_SERVER_URL: github.url,
  XDG_CACHE_HOME: join(cwd, "cache"),
  RUNNER_TOOL_CACHE: "",
  PATH: "/usr/bin:/bin",
  GITHUB_TOKEN: TOKEN,
});

test("run without --inferrs: the newest release is fetched, verified, started; then offline", {
  skip,
}, async () => {
  const cwd = scratch();
  github.requests.length = 0;
  const first = await run(["run", ...SHORT], cwd, environment(cwd));
  assert.equal(first.code, 0, first.stderr);
  // The first line is on the model's being synthetic; then comes what will be fetched.
  const [, engine1, ...rest] = first.stderr.split("\n");
  assert.match(
    `${engine1} ${rest[0]?.trim()} ${rest[1]?.trim()}`,
    new RegExp(`^Engine +inferrs ${VERSION}: ${ASSET}, \\d+ B to fetch from 127\\S+; .* free in`),
  );
  const planned = first.stderr.indexOf("\nTime ");
  assert.ok(planned > 0 && planned < first.stderr.indexOf("downloading"), first.stderr);
  assert.match(first.stderr, new RegExp(`^inferrs ${VERSION}: downloading .* from 127`, "m"));
  const { engine } = resultIn(join(cwd, "inferrs-bench-out")).variants[0] ?? {};
  assert.equal(engine?.source?.kind, "release");
  assert.deepEqual(
    github.requests.map(({ host, headers }) => [host, headers.authorization ?? null]),
    [
      ["github", `Bearer ${TOKEN}`],
      ["github", null],
      ["storage", null],
    ],
  );
  const asked = github.requests.length;
  const offline = ["run", ...SHORT, "--inferrs", "latest", "--offline"];
  const second = await run(offline, cwd, environment(cwd));
  assert.equal(second.code, 0, second.stderr);
  const { warnings } = resultIn(join(cwd, "inferrs-bench-out"));
  assert.ok(warnings.some(({ code }) => code === "offline-latest"));
  assert.equal(github.requests.length, asked);
});

test("a URL's signature is in none of the files, and in nothing that is printed", {
  skip,
}, async () => {
  const cwd = scratch();
  const url = `${github.storageUrl}/${VERSION}/${ASSET}?sig=canary`;
  const args = ["run", ...SHORT, "--keep-bodies", "--inferrs", url];
  const good = await run([...args, "--inferrs-sha256", sha256(archive)], cwd, environment(cwd));
  assert.equal(good.code, 0, good.stderr);
  assert.ok(github.requests.at(-1)?.path.endsWith("?sig=canary"));
  const bad = await run([...args, "--inferrs-sha256", "0".repeat(64)], cwd, environment(cwd));
  assert.equal(bad.code, 3);
  assert.match(bad.stderr, new RegExp(`${sha256(archive)}, but 0{64} by --inferrs-sha256`));
  const out = join(cwd, "inferrs-bench-out");
  const files = readdirSync(out).map((name) => readFileSync(join(out, name), "utf8"));
  const told = [good.stdout, good.stderr, bad.stdout, bad.stderr, ...files].join("\n");
  assert.doesNotMatch(told, /canary/);
});

test("Ctrl-C during the download: interrupted, and nothing half is kept", { skip }, async () => {
  const cwd = scratch();
  github.requests.length = 0;
  github.rule({ host: "storage", act: { kind: "trickle", after: 0 } });
  const { child, ended } = begin(["run", ...SHORT], { cwd, env: environment(cwd) });
  const out = join(cwd, "inferrs-bench-out");
  await untilIn(join(out, "journal.jsonl"), /"run-started"/);
  for (let tries = 0; github.requests.at(-1)?.host !== "storage" && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  github.rule();
  assert.equal(code, 130, stderr);
  assert.equal(resultIn(out).exitReason, "interrupted");
  assert.deepEqual(readdirSync(join(cwd, "cache", "inferrs-bench", "inferrs")), []);
});

test("a release that can't be had: exit 3, with the reason, and a failed result", {
  skip,
}, async () => {
  const cwd = scratch();
  const args = ["run", ...SHORT, "--inferrs", "0.0.20200101000000"];
  const { code, stderr } = await run(args, cwd, environment(cwd));
  assert.equal(code, 3);
  assert.match(stderr, /inferrs 0\.0\.20200101000000: .* says 404: Not Found/);
  assert.equal(resultIn(join(cwd, "inferrs-bench-out")).exitReason, "setup-failed");
});

test("the Action asks the API with its own token, and the storage without", {
  skip,
}, async () => {
  const copy = new ActionCopy();
  github.requests.length = 0;
  const inputs = {
    inferrs: "latest",
    model: "synthetic",
    scenario: "smoke",
    starts: "1",
    rounds: "1",
    comment: "never",
    "github-token": TOKEN,
  };
  const step = copy.bundle(inputs, github.apiUrl, { env: { GITHUB_SERVER_URL: github.url } });
  const { code, output } = await step.ended;
  copy.remove();
  assert.equal(code, 0, output);
  const tokens = github.requests.map(({ host, headers }) => [host, headers.authorization ?? null]);
  assert.deepEqual(tokens, [
    ["github", `Bearer ${TOKEN}`],
    ["github", null],
    ["storage", null],
  ]);
});
