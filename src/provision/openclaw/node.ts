/** A Node that the client accepts: the one that runs us, one on PATH, else one from npm. */
import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import satisfies from "semver/functions/satisfies.js";
import { SetupError } from "../../inputs/error.ts";
import { installPackage, readPackage } from "./cached.ts";
import { readPins } from "./pins.ts";
import type { OpenClawWorld } from "./world.ts";

const run = promisify(execFile);
const EXECUTABLE = process.platform === "win32" ? "node.exe" : "node";
/** Most that one of the packages takes. */
const NODE_BYTES = 200_000_000;

export interface FoundNode {
  path: string;
  version: string;
}

/**
 * @param range of the client's `engines.node`
 * @param besides paths that are tried first (a Node that is installed beside the client)
 * @throws SetupError when there is none and none can be had
 */
export async function findNode(
  range: string,
  besides: readonly string[],
  world: OpenClawWorld,
): Promise<FoundNode> {
  const accepted = (version: string) => satisfies(version, range);
  if (besides.length === 0 && accepted(process.versions.node)) return own();
  const onPath = (world.env.PATH ?? "").split(delimiter).map((dir) => join(dir, EXECUTABLE));
  const seen = new Map<string, string>();
  for (const path of [...besides, ...onPath]) {
    const found = await versionOf(path);
    if (found === null) continue;
    if (accepted(found.version)) return found;
    seen.set(found.path, found.version);
  }
  if (accepted(process.versions.node)) return own();
  return await fromNpm(range, [...seen.values()], world);
}

/**
 * The Node that would be taken, without fetching one.
 * @returns null where there is none and none could be had
 */
export async function plannedNode(range: string, world: OpenClawWorld): Promise<string | null> {
  const found = await findNode(range, [], { ...world, offline: true, say: () => {} }).catch(
    () => null,
  );
  const pin = readPins().node[`${process.platform}-${process.arch}`];
  return found?.version ?? (pin && satisfies(pin.version, range) ? pin.version : null);
}

function own(): FoundNode {
  return { path: process.execPath, version: process.versions.node };
}

/** @returns null for what isn't there or is no Node */
async function versionOf(named: string): Promise<FoundNode | null> {
  const path = await realpath(named).catch(() => null);
  if (path === null) return null;
  // What a user sets for their own programs must not change what this one says.
  const env = { PATH: dirname(path) };
  const said = await run(path, ["--version"], { env, timeout: 10_000 }).catch(() => null);
  const version = /^v(\d+\.\d+\.\d+\S*)\s*$/.exec(said?.stdout ?? "")?.[1];
  return version === undefined ? null : { path, version };
}

async function fromNpm(
  range: string,
  seen: readonly string[],
  world: OpenClawWorld,
): Promise<FoundNode> {
  const here = `${process.platform}-${process.arch}`;
  const pin = readPins().node[here];
  const others = [process.versions.node, ...seen].join(", ");
  const wants = `OpenClaw needs Node ${range}, and here is ${others}.`;
  if (pin === undefined || !satisfies(pin.version, range)) {
    throw new SetupError(`${wants} Install such a Node and put it on PATH (https://nodejs.org).`);
  }
  const { package: name, version, integrity } = pin;
  const cached = await readPackage(name, version, world.env);
  if (cached.kind !== "good" && world.offline) {
    throw new SetupError(
      `${wants} Offline, and Node ${version} is not in the cache. Run once without --offline, or put such a Node on PATH.`,
    );
  }
  if (cached.kind !== "good") world.say(`Node ${version} for OpenClaw: from npm (${name})`);
  const wanted = { name, version, integrity, verifiedBy: "pin", lockFile: null } as const;
  const entry =
    cached.kind === "good"
      ? cached
      : await installPackage({ ...wanted, bytes: NODE_BYTES }, null, world);
  const path = join(entry.dir, "node_modules", name, "bin", EXECUTABLE);
  const found = await versionOf(path);
  if (found !== null && satisfies(found.version, range)) return found;
  throw new SetupError(`${wants} ${name} ${version} from npm can't be run here (${path}).`);
}
