/** The client, wherever it comes from, with its provenance and a Node that it accepts. */
import { dirname, join } from "node:path";
import { runClient } from "../../drive/openclaw/client.ts";
import { makeClientHome } from "../../drive/openclaw/home.ts";
import { SetupError } from "../../inputs/error.ts";
import {
  cachedPackages,
  installPackage,
  mismatch,
  type PackageEntry,
  packageRoot,
  readPackage,
  type WantedPackage,
} from "./cached.ts";
import { type FoundNode, findNode, plannedNode } from "./node.ts";
import { askRegistry } from "./npm.ts";
import { type ClientPackage, findClientPackage, readClientPackage } from "./package.ts";
import { lockFileOf, readPins } from "./pins.ts";
import type { OpenClawInstall, OpenClawSpec } from "./types.ts";
import type { OpenClawWorld } from "./world.ts";

const NAME = "openclaw";
/** What version 2026.9.6 takes installed (650 MB), and as much again for npm's own cache of it. */
const CLIENT_BYTES = 1_000_000_000;

/**
 * @throws InputError for a path that is no OpenClaw
 * @throws SetupError when it can't be had, or isn't what it must be
 */
export async function provisionOpenClaw(
  spec: OpenClawSpec,
  world: OpenClawWorld,
): Promise<OpenClawInstall> {
  switch (spec.kind) {
    case "path": {
      const found = await findClientPackage(spec.path, world.cwd);
      const beside = join(found.dir, "..", "node", "bin", "node");
      return installed(found, "path", null, await findNode(found.engines, [beside], world));
    }
    case "version":
      return await fromNpm(spec.version, world);
    case "latest":
      return await fromNpm(await newest(world), world);
  }
}

/** What is known of a client that isn't here yet. */
export interface PlannedOpenClaw {
  version: string;
  integrity: string;
  /** Null where no Node that it accepts is here, and none is pinned. */
  nodeVersion: string | null;
}

/**
 * Asks the registry alone: nothing is installed.
 * @throws SetupError when there is no such version, or it isn't what this tool knows it as
 */
export async function lookUpOpenClaw(
  spec: Exclude<OpenClawSpec, { kind: "path" }>,
  world: OpenClawWorld,
): Promise<PlannedOpenClaw> {
  const version = spec.kind === "version" ? spec.version : await newest(world);
  if (world.offline) throw missing(`OpenClaw ${version}`, world);
  const { wanted, engines } = await want(version, readPins().openclaw[version] ?? null, world);
  const nodeVersion = await plannedNode(engines ?? "*", world);
  return { version, integrity: wanted.integrity, nodeVersion };
}

/** The newest version; offline the newest in the cache, which the report then says. */
async function newest(world: OpenClawWorld): Promise<string> {
  if (!world.offline) return (await askRegistry(NAME, "latest", world)).version;
  const [cached] = await cachedPackages(NAME, world.env);
  if (cached === undefined) throw missing("no version of OpenClaw", world);
  const text = `Offline: the newest version of OpenClaw is not known; ${cached} is the newest in the cache.`;
  world.warn({ code: "offline-latest", text });
  return cached;
}

async function fromNpm(version: string, world: OpenClawWorld): Promise<OpenClawInstall> {
  const what = `OpenClaw ${version}`;
  const pin = readPins().openclaw[version] ?? null;
  const cached = await readPackage(NAME, version, world.env);
  const why = unfit(cached, pin);
  if (cached.kind === "good" && why === null) {
    world.say(`${what}: from the cache, verified again`);
    return await described(cached, world);
  }
  if (world.offline) throw missing(why === null ? what : `${what} as it was (${why})`, world);
  if (why !== null) {
    const text = `The cached ${what} can't be used (${why}): it is installed anew.`;
    world.warn({ code: "openclaw-cache-broken", text });
  }
  const { wanted, engines } = await want(version, pin, world);
  const node = await findNode(engines ?? "*", [], world);
  world.say(`${what}: from npm, about 650 MB; under a minute on a fast line`);
  const complete = (dir: string) => firstRun(dir, node, world);
  const entry = await installPackage({ ...wanted, complete }, dirname(node.path), world);
  return await described(entry, world);
}

function unfit(cached: PackageEntry, pin: string | null): string | null {
  if (cached.kind === "broken") return cached.why;
  if (cached.kind === "absent" || pin === null || cached.record.integrity === pin) return null;
  return `it is ${cached.record.integrity}, expected ${pin}`;
}

async function want(
  version: string,
  pin: string | null,
  world: OpenClawWorld,
): Promise<{ wanted: WantedPackage; engines: string | null }> {
  const { integrity, engines } = await askRegistry(NAME, version, world);
  if (pin !== null && integrity !== pin) {
    throw mismatch(`OpenClaw ${version}`, pin, integrity, "pin");
  }
  const verifiedBy = pin === null ? "registry" : "pin";
  const lockFile = lockFileOf(version);
  const wanted = {
    name: NAME,
    version,
    integrity,
    verifiedBy,
    lockFile,
    bytes: CLIENT_BYTES,
  } as const;
  return { wanted, engines };
}

/**
 * At its first run the client makes up for the install scripts that npm was not let to run, in its
 * own folder. That is done before anything is hashed, and shows that it can be run at all.
 */
async function firstRun(dir: string, node: FoundNode, world: OpenClawWorld): Promise<void> {
  const found = await readClientPackage(join(dir, "node_modules", NAME));
  if (found === null) throw new SetupError(`npm installed ${NAME} without its command.`);
  const home = makeClientHome(join(dir, "..", "home"), {
    env: world.env,
    install: { node: node.path },
  });
  const ran = await runClient(
    { node: node.path, entry: found.entry },
    home,
    ["--version"],
    world.signal,
  );
  if (ran.exitCode === 0 && ran.stdout.includes(found.version)) return;
  const words = `${ran.stderr}\n${ran.stdout}`.trim().slice(0, 500);
  throw new SetupError(
    `OpenClaw ${found.version} was installed and can't be run with Node ${node.version}: ${words}`,
  );
}

async function described(
  { dir, record }: PackageEntry & { kind: "good" },
  world: OpenClawWorld,
): Promise<OpenClawInstall> {
  const found = await readClientPackage(join(dir, "node_modules", NAME));
  if (found === null) {
    throw new SetupError(`OpenClaw ${record.version} was installed without its command (${dir}).`);
  }
  return installed(found, "npm", record.integrity, await findNode(found.engines, [], world));
}

function installed(
  { version, entry }: ClientPackage,
  source: OpenClawInstall["source"],
  integrity: string | null,
  node: FoundNode,
): OpenClawInstall {
  return { version, source, integrity, node: node.path, nodeVersion: node.version, entry };
}

function missing(what: string, { env }: OpenClawWorld): SetupError {
  return new SetupError(
    `Offline, and ${what} is not in the cache (${packageRoot(NAME, env)}). Run once without --offline, or give the path of an installed client: --openclaw-version PATH.`,
  );
}
