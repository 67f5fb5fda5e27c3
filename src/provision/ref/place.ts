/**
 * Where a build is kept: a folder for each commit and command, with names of one length, so that
 * base's and head's paths have one too.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "../model.ts";
import { toolchain } from "./toolchain.ts";
import type { BuildSpec } from "./types.ts";

/** Kept beside those in use: each can have gigabytes of intermediate files. */
const KEPT = 8;
const KEY_LENGTH = 24;

export interface BuildPlace {
  /** Holds the tree, and once the build has ended well the marker. */
  dir: string;
  tree: string;
  /** Where in the tree the command is run. */
  cwd: string;
  executable: string;
  marker: string;
  lock: string;
  log: string;
}

export function buildsRoot(env: NodeJS.ProcessEnv): string {
  return join(cacheDir(env), "builds");
}

/** Settings of compilers that make another file of the same source. */
const COMPILING =
  /^(RUSTFLAGS|RUSTC|RUSTC_WRAPPER|RUSTUP_TOOLCHAIN|CARGO_(BUILD|PROFILE|TARGET|ENCODED|FEATURE)\w*|CC|CXX|CFLAGS|CXXFLAGS|LDFLAGS|CUDA_\w+|NVCC\w*|MACOSX_DEPLOYMENT_TARGET)$/;

/** @param path of the executable, as it was given */
export function placeOf(spec: BuildSpec, path: string, env: NodeJS.ProcessEnv): BuildPlace {
  const settings = Object.entries(env).filter(([name]) => COMPILING.test(name));
  const { commit, command, prefix, repository } = spec;
  const compilers = toolchain(join(repository, prefix), env);
  const system = [process.platform, process.arch, settings.sort(), compilers];
  const about = [commit.hash, command, prefix, ...system];
  const key = createHash("sha256").update(JSON.stringify(about)).digest("hex").slice(0, KEY_LENGTH);
  const root = buildsRoot(env);
  const dir = join(root, key);
  const tree = join(dir, "tree");
  const cwd = join(tree, prefix);
  return {
    ...{ dir, tree, cwd, marker: join(dir, "complete"), executable: join(cwd, path) },
    ...{ lock: join(root, `${key}.lock`), log: join(root, `${key}.log`) },
  };
}

export function isBuilt({ marker, executable }: BuildPlace): boolean {
  return existsSync(marker) && existsSync(executable);
}

/** It was built whole, and has just been used. */
export function markBuilt({ marker }: BuildPlace, about: string): void {
  writeFileSync(marker, `${about}\n`);
}

export function markUsed({ marker }: BuildPlace): void {
  const now = new Date();
  utimesSync(marker, now, now);
}

/** Takes away all but the latest used. What has no marker is being built, or is cleared by its builder. */
export function pruneBuilds(env: NodeJS.ProcessEnv): void {
  const root = buildsRoot(env);
  const used = readdirSync(root).flatMap((name) => {
    const marker = statSync(join(root, name, "complete"), { throwIfNoEntry: false });
    return marker === undefined ? [] : [{ name, usedMs: marker.mtimeMs }];
  });
  for (const { name } of used.sort((a, b) => b.usedMs - a.usedMs).slice(KEPT)) {
    rmSync(join(root, name, "complete"), { force: true });
    rmSync(join(root, name), { recursive: true, force: true });
    rmSync(join(root, `${name}.log`), { force: true });
  }
}
