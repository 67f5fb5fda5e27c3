/** Full and forbidden disks. The full one is a tmpfs of 1 MB, where this user may mount one. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  ASSET,
  linuxArchive,
  provisionInferrs,
  scratch,
  testWorld,
  VERSION,
} from "../../testing/github/fetch-world.ts";
import { type ReleaseServer, sha256, startReleaseServer } from "../../testing/github/releases.ts";
import { cacheRoot } from "./cache.ts";

/** Larger than the disk. */
const large = linuxArchive("inferrs 0.1.0", 2_000_000);
/** Fits as an archive, but not beside what is in it. */
const fits = linuxArchive("inferrs 0.1.0", 700_000);
const SMALL = "0.0.20260423121346";
let github: ReleaseServer;
let small: { dir: string } | { skip: string };

before(async () => {
  github = await startReleaseServer([
    { version: VERSION, assets: { [ASSET]: large } },
    { version: SMALL, assets: { [ASSET]: fits } },
  ]);
});
small = mountSmall();
after(() => {
  if ("dir" in small) execFileSync("umount", [small.dir]);
});

function mountSmall(): { dir: string } | { skip: string } {
  const dir = scratch();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", dir], { stdio: "pipe" });
    return { dir };
  } catch (error) {
    return { skip: `no tmpfs can be mounted here: ${(error as Error).message.split("\n")[0]}` };
  }
}

const skip = "skip" in small ? small.skip : false;
const onSmall = () => {
  const world = testWorld(github.url);
  world.env.XDG_CACHE_HOME = "dir" in small ? small.dir : "";
  return world;
};
const left = (root: string) => readdirSync(root, { recursive: true });

test("too little room is found before the download", { skip }, async () => {
  const world = onSmall();
  await assert.rejects(provisionInferrs({ kind: "version", version: VERSION }, null, world), {
    name: "SetupError",
    message:
      /No room for inferrs 0\S+: 2\.\d\d MB \([\d,]+ bytes\) are needed in .*, 1\.0\d MB \([\d,]+ bytes\) are free\. Free some, or .*XDG_CACHE_HOME/,
  });
  assert.deepEqual(left(cacheRoot(world.env)), []);
});

test("too little room for what is in it is found before it is unpacked", { skip }, async () => {
  const world = onSmall();
  await assert.rejects(provisionInferrs({ kind: "version", version: SMALL }, null, world), {
    name: "SetupError",
    message:
      /unpacked: 0\.70 MB \([\d,]+ bytes\) are needed in .*, 0\.3\d MB \([\d,]+ bytes\) are free/,
  });
  assert.deepEqual(left(cacheRoot(world.env)), []);
});

test("a disk that fills up on the way: said so, and nothing stays", { skip }, async () => {
  const world = onSmall();
  // Without a length nobody knows beforehand.
  github.rule({ host: "storage", act: { kind: "replace", body: large, length: false } });
  const url = `${github.storageUrl}/${VERSION}/${ASSET}`;
  await assert.rejects(provisionInferrs({ kind: "url", url }, sha256(large), world), {
    name: "SetupError",
    message: /the disk is full at .*, [\d.]+ MB \([\d,]+ bytes\) are free\. Free some/,
  });
  assert.deepEqual(left(cacheRoot(world.env)), []);
  github.rule();
});

test("a cache that can't be a folder", async () => {
  const world = testWorld(github.url);
  const file = join(scratch(), "file");
  writeFileSync(file, "");
  world.env.XDG_CACHE_HOME = file;
  await assert.rejects(provisionInferrs({ kind: "version", version: VERSION }, null, world), {
    name: "SetupError",
    message: /can't be written.*XDG_CACHE_HOME/,
  });
});

const root = process.getuid?.() === 0 && "root may write everywhere";

test("a cache that may not be written", { skip: root }, async () => {
  const world = testWorld(github.url);
  const dir = join(scratch(), "closed");
  mkdirSync(dir);
  chmodSync(dir, 0o500);
  world.env.XDG_CACHE_HOME = dir;
  await assert.rejects(provisionInferrs({ kind: "version", version: VERSION }, null, world), {
    name: "SetupError",
    message: /can't be written.*EACCES/,
  });
});
