/** The same sources give the same package, whoever builds it and wherever. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { ROOT, scratch } from "./harness.ts";
import { copyTracked } from "./nix/harness.ts";

/** Big, and no part of what is built. */
const NOT_BUILT = ["@biomejs", "@typescript", "playwright-core", ".bin"];
const OLD = new Date("2001-02-03T04:05:06Z");

const places = [
  { dir: "a", umask: 0o022, env: { TZ: "UTC", LC_ALL: "C", LANG: "C", SOURCE_DATE_EPOCH: "0" } },
  {
    dir: join("another", "longer name"),
    umask: 0o077,
    env: { TZ: "Asia/Kolkata", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" },
  },
];

test("packed and built in two places with other settings: the same bytes", () => {
  const root = scratch();
  const [one, two] = places.map(({ dir, umask, env }, index) => {
    const place = join(root, dir);
    const home = join(root, `home-${index}`);
    mkdirSync(home);
    copyTracked(place);
    if (index > 0) disturb(place, umask);
    // What git doesn't have is not packed.
    mkdirSync(join(place, "inferrs-bench-out"));
    cpSync(join(ROOT, "node_modules"), join(place, "node_modules"), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !NOT_BUILT.includes(basename(path)) && !/[/\\]node-(linux|win)-/.test(path),
    });
    const before = process.umask(umask);
    try {
      const run = (...args: string[]) =>
        execFileSync(process.execPath, args, {
          cwd: place,
          env: { ...process.env, HOME: home, ...env },
          encoding: "utf8",
        });
      const [packed = ""] = run("scripts/pack.mjs", join(root, `packed-${index}`)).split(" ");
      run("scripts/build.mjs", "built");
      return { packed, built: digests(join(place, "built")) };
    } finally {
      process.umask(before);
    }
  });
  assert.match(one?.packed ?? "", /^[0-9a-f]{64}$/);
  assert.equal(one?.packed, two?.packed, "npm pack");
  assert.ok((one?.built.length ?? 0) >= 5);
  assert.deepEqual(one?.built, two?.built, "dist");
});

/** Other times and modes of all files, as a checkout under another umask has them. */
function disturb(place: string, umask: number): void {
  for (const entry of readdirSync(place, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) chmodSync(path, (path.endsWith("cli.cjs") ? 0o777 : 0o666) & ~umask);
    utimesSync(path, OLD, OLD);
  }
}

function digests(dir: string): string[] {
  const names = readdirSync(dir).sort();
  const out = execFileSync("git", ["hash-object", ...names], { cwd: dir, encoding: "utf8" });
  return out
    .trim()
    .split("\n")
    .map((hash, index) => `${names[index]} ${hash}`);
}
