/** Builds a commit in a work tree of its own, once: the next run finds it. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { withoutTokens } from "../../engine/command.ts";
import { type Spawned, spawnGroup } from "../../engine/process.ts";
import { SetupError } from "../../inputs/error.ts";
import { duration } from "../../report/format.ts";
import { takeLock } from "../hub/lock.ts";
import { describeCommit } from "./commits.ts";
import { gitEnvironment } from "./git.ts";
import {
  type BuildPlace,
  buildsRoot,
  isBuilt,
  markBuilt,
  markUsed,
  placeOf,
  pruneBuilds,
} from "./place.ts";
import { makeTree } from "./tree.ts";
import type { BuildSpec } from "./types.ts";

export interface BuildWorld {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** One line for the user; `passing`: the next of its kind replaces it. */
  note(line: string, passing: boolean): void;
}

const LAST_LINES = 20;
const SHOW_EVERY_MS = 1_000;

/**
 * The executable that the command makes of a commit.
 *
 * @param path of the executable, from where the command is run
 * @throws SetupError that names the variant, with the last lines of the log, when it can't be built
 */
export async function buildCommit(
  spec: BuildSpec,
  path: string,
  world: BuildWorld,
): Promise<string> {
  const place = placeOf(spec, path, world.env);
  mkdirSync(buildsRoot(world.env), { recursive: true });
  const pause = (ms: number) => delay(ms, undefined, { signal: world.signal });
  const free = await takeLock(place.lock, pause, (pid) =>
    world.note(`${spec.variant}: process ${pid} is building the same commit`, false),
  ).catch((cause: unknown) => {
    if (world.signal.aborted) throw new SetupError(`stopped while ${spec.variant} was built`);
    throw cause;
  });
  try {
    if (isBuilt(place)) markUsed(place);
    else await buildAfresh(spec, place, world);
    pruneBuilds(world.env);
    return place.executable;
  } finally {
    free();
  }
}

async function buildAfresh(spec: BuildSpec, place: BuildPlace, world: BuildWorld): Promise<void> {
  const { commit, command, repository, variant } = spec;
  // What a killed build left, or one whose file is not there any more.
  rmSync(place.dir, { recursive: true, force: true });
  rmSync(place.log, { force: true });
  let built = false;
  try {
    await makeTree(repository, commit.hash, place.tree, world);
    if (!existsSync(place.cwd)) throw new SetupError(`the commit has no folder ${spec.prefix}`);
    world.note(`${variant}: building ${describeCommit(commit)}: ${command}`, false);
    const began = performance.now();
    await runBuild(spec, place, world);
    if (!existsSync(place.executable)) {
      const wanted = place.executable.slice(place.cwd.length).replace(/^[/\\]/, "");
      throw new SetupError(
        `the command ended well, and there is no ${wanted} where it was run. Say by --inferrs which file it makes${tailOf(place)}`,
      );
    }
    markBuilt(place, `${commit.hash} ${command}`);
    built = true;
    world.note(`${variant}: built in ${duration(performance.now() - began)}`, false);
  } catch (error) {
    if (world.signal.aborted) throw new SetupError(`stopped while ${variant} was built`);
    if (!(error instanceof SetupError)) throw error;
    const what = `${variant} (${describeCommit(commit)}) could not be built`;
    throw new SetupError(`${what}: ${error.message}`, { cause: error });
  } finally {
    if (!built) rmSync(place.dir, { recursive: true, force: true });
  }
}

/** By the user's shell, in the tree, with neither the user's tokens nor a hook's git variables. */
async function runBuild(
  { command, variant, commit }: BuildSpec,
  place: BuildPlace,
  { env, signal, note }: BuildWorld,
): Promise<void> {
  const [shell, flags] = process.platform === "win32" ? ["cmd.exe", "/d /s /c"] : ["/bin/sh", "-c"];
  const child = await spawnGroup(shell, [...flags.split(" "), command], {
    cwd: place.cwd,
    env: { ...gitEnvironment(withoutTokens(env)), PWD: place.cwd },
    logPath: place.log,
    title: `${commit.hash}: ${command}`,
  });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const showing = setInterval(() => {
    const line = lastLines(child, 1);
    if (line !== "") note(`${variant}: ${line}`, true);
  }, SHOW_EVERY_MS);
  try {
    const { exitCode, signal: killed } = await child.exited;
    if (exitCode === 0) return;
    const how = exitCode === null ? `by ${killed ?? "a signal"}` : `with exit code ${exitCode}`;
    throw new SetupError(`the command ended ${how}${tailOf(place, child)}`);
  } finally {
    clearInterval(showing);
    signal.removeEventListener("abort", stop);
    // What it left running would disturb what is measured.
    await child.end(0);
  }
}

function tailOf({ log }: BuildPlace, child?: Spawned): string {
  const lines = child === undefined ? "" : lastLines(child, LAST_LINES);
  return `${lines === "" ? "" : `. Its last lines:\n${lines}`}\n(the whole log: ${log})`;
}

function lastLines(child: Spawned, most: number): string {
  const text = child.log().trimEnd();
  return text === ""
    ? ""
    : text
        .split(/\r?\n|\r/)
        .slice(-most)
        .join("\n");
}
