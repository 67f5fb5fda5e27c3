/** The cache as others see it: @actions/tool-cache, and other processes at the same time. */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";
import {
  ASSET,
  linuxArchive,
  provisionInferrs,
  scratch,
  testWorld,
  VERSION,
} from "../../testing/github/fetch-world.ts";
import { type ReleaseServer, startReleaseServer } from "../../testing/github/releases.ts";
import { cacheRoot, entryDir } from "./cache.ts";

const run = promisify(execFile);
let github: ReleaseServer;
before(async () => {
  github = await startReleaseServer([{ version: VERSION, assets: { [ASSET]: linuxArchive() } }]);
});

const spec = { kind: "version", version: VERSION } as const;

test("on a runner, @actions/tool-cache finds what was put there", async () => {
  const tools = scratch();
  const world = testWorld(github.url);
  world.env.RUNNER_TOOL_CACHE = tools;
  const { executable } = await provisionInferrs(spec, null, world);
  const script = `
    const { find, findAllVersions } = await import("@actions/tool-cache");
    const arch = "x64";
    console.log(JSON.stringify([find("inferrs", "${VERSION}", arch), findAllVersions("inferrs", arch)]));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, RUNNER_TOOL_CACHE: tools, RUNNER_TEMP: tools },
  });
  assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""), [
    join(executable, ".."),
    [VERSION],
  ]);
});

test("what another put there under that name isn't used", async () => {
  const tools = scratch();
  const world = testWorld(github.url);
  world.env.RUNNER_TOOL_CACHE = tools;
  const dir = entryDir(cacheRoot(world.env), VERSION, "x64");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "inferrs"), "#!/bin/sh\necho evil\n", { mode: 0o755 });
  writeFileSync(`${dir}.complete`, "");
  const { executable } = await provisionInferrs(spec, null, world);
  assert.equal(execFileSync(executable, { encoding: "utf8" }), "inferrs 0.1.0\n");
  assert.match(world.warned[0] ?? "", /\.inferrs-bench\.json is missing or unreadable/);
});

test("four processes at once: all get it, and it is there once and whole", async () => {
  const world = testWorld(github.url);
  const script = `
    const { provisionInferrs, testWorld } = await import(${JSON.stringify(join(import.meta.dirname, "../../testing/github/fetch-world.ts"))});
    const world = testWorld(${JSON.stringify(github.url)});
    world.env.XDG_CACHE_HOME = ${JSON.stringify(world.home)};
    const { executable } = await provisionInferrs(${JSON.stringify(spec)}, null, world);
    const { execFileSync } = await import("node:child_process");
    process.stdout.write(executable + " " + execFileSync(executable, { encoding: "utf8" }));`;
  const one = () => run(process.execPath, ["--input-type=module-typescript", "-e", script]);
  const ran = await Promise.all([one(), one(), one(), one()]);
  const expected = `${join(entryDir(cacheRoot(world.env), VERSION, "x64"), "inferrs")} inferrs 0.1.0\n`;
  assert.deepEqual(
    ran.map(({ stdout }) => stdout),
    [expected, expected, expected, expected],
  );
  assert.deepEqual(readdirSync(cacheRoot(world.env)), [VERSION]);
});

test("what a killed process left is taken away after a day, what is under way isn't", async () => {
  const world = testWorld(github.url);
  const root = cacheRoot(world.env);
  const [old, fresh] = [".inferrs-bench-1-aa", ".inferrs-bench-2-bb"];
  for (const name of [old, fresh]) mkdirSync(join(root, name), { recursive: true });
  const before = new Date(Date.now() - 25 * 3_600_000);
  utimesSync(join(root, old), before, before);
  await provisionInferrs(spec, null, world);
  assert.deepEqual(readdirSync(root).sort(), [fresh, VERSION]);
});
