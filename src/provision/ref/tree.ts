/**
 * A work tree of one commit in a repository of its own, whose objects are those of the user's:
 * nothing is copied, and nothing of the user's is written, not even `.git/worktrees`.
 */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { SetupError } from "../../inputs/error.ts";
import { type Git, gitIn } from "./git.ts";

interface World {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/**
 * No hook and no template of the user's for new repositories runs in ours. Filters do, as in any
 * checkout; the one of Git LFS would ask a remote that ours hasn't, so its pointers stay pointers.
 */
const OURS = [
  ...["-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false"],
  ...["-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false"],
];

/**
 * @param source a folder of the repository that has the commit
 * @param dir where the tree comes; must not exist
 * @throws SetupError with git's words, or for a submodule that isn't there
 */
export async function makeTree(
  source: string,
  commit: string,
  dir: string,
  world: World,
): Promise<void> {
  const from = gitIn(source, world.env, world.signal);
  const store = resolve(source, await from.must(["rev-parse", "--git-common-dir"]));
  const format = await from.must(["rev-parse", "--show-object-format"]);
  mkdirSync(dir, { recursive: true });
  const own = gitIn(dir, world.env, world.signal);
  await own.must(["init", "--quiet", "--template=", `--object-format=${format}`, "."]);
  mkdirSync(join(dir, ".git", "objects", "info"), { recursive: true });
  const objects = resolve(source, await from.must(["rev-parse", "--git-path", "objects"]));
  writeFileSync(join(dir, ".git", "objects", "info", "alternates"), `${objects}\n`);
  // Else git would look for parents that a shallow checkout doesn't have.
  if (existsSync(join(store, "shallow"))) {
    copyFileSync(join(store, "shallow"), join(dir, ".git", "shallow"));
  }
  await copyTags(from, own);
  await own.must([...OURS, "checkout", "--quiet", "--detach", commit]);
  await makeSubmodules(source, store, commit, dir, world);
}

/** Builds that call `git describe` say the same version as they do in the checkout. */
async function copyTags(from: Git, own: Git): Promise<void> {
  const tags = await from.ask(["for-each-ref", "--format=%(objectname) %(refname)", "refs/tags"]);
  for (const line of (tags ?? "").split("\n").filter((each) => each !== "")) {
    const [hash = "", name = ""] = line.split(" ");
    await own.ask(["update-ref", name, hash]);
  }
}

async function makeSubmodules(
  source: string,
  store: string,
  commit: string,
  dir: string,
  world: World,
): Promise<void> {
  const git = gitIn(dir, world.env, world.signal);
  const entries = (await git.must(["ls-tree", "-r", "-z", commit])).split("\0");
  const links = entries.flatMap((entry) => {
    const match = /^160000 commit ([0-9a-f]+)\t(.+)$/s.exec(entry);
    return match === null ? [] : [{ hash: match[1] ?? "", path: match[2] ?? "" }];
  });
  for (const { hash, path } of links) {
    const name = await nameOf(git, commit, path);
    const places = [join(source, path), ...(name === null ? [] : [join(store, "modules", name)])];
    const found = await firstWith(places, hash, world);
    if (found === null) {
      throw new SetupError(
        `submodule ${path}: its commit ${hash.slice(0, 12)} is not in your checkout. Fetch it first: git submodule update --init ${path}, and git -C ${path} fetch origin ${hash}`,
      );
    }
    await makeTree(found, hash, join(dir, path), world);
  }
}

/** A submodule's folder below `.git/modules` is called by its name, not by its path. */
async function nameOf(git: Git, commit: string, path: string): Promise<string | null> {
  const pattern = "^submodule\\..*\\.path$";
  const blob = ["--blob", `${commit}:.gitmodules`];
  const said = await git.ask(["config", ...blob, "--get-regexp", pattern]);
  const line = (said ?? "").split("\n").find((each) => each.endsWith(` ${path}`));
  return line?.replace(/^submodule\.(.*)\.path .*$/, "$1") ?? null;
}

async function firstWith(places: string[], hash: string, world: World): Promise<string | null> {
  for (const place of places.filter((each) => existsSync(each))) {
    const git = gitIn(place, world.env, world.signal);
    // In an empty folder git would answer for the repository around it.
    if ((await git.ask(["cat-file", "-e", `${hash}^{commit}`])) !== null) return place;
  }
  return null;
}
