/**
 * The npm on this machine, so that the user's registry, proxy and certificates are used. Nothing of
 * what it installs is run by it: install scripts are off.
 */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { SetupError } from "../../inputs/error.ts";
import type { OpenClawWorld } from "./world.ts";

const MOST_OUTPUT = 32 * 1024 * 1024;

/** What the registry says of one version. */
export interface RegistryEntry {
  name: string;
  version: string;
  integrity: string;
  /** The range of Node that it wants; null: it doesn't say. */
  engines: string | null;
}

/**
 * Asks the registry for a version, by number or by the name of a tag.
 * @throws SetupError when there is none, or the registry can't be reached
 */
export async function askRegistry(
  name: string,
  version: string,
  world: OpenClawWorld,
): Promise<RegistryEntry> {
  const what = `${name}@${version}`;
  const fields = ["name", "version", "dist.integrity", "engines.node"];
  const text = await npm(["view", what, ...fields, "--json"], what, world);
  const said = JSON.parse(text || "null") as Record<string, unknown> | null;
  const found = said?.version;
  const integrity = said?.["dist.integrity"];
  if (typeof found !== "string" || typeof integrity !== "string") {
    throw new SetupError(
      `npm's registry has no ${what} (or no integrity of it). See which there are: npm view ${name} versions.`,
    );
  }
  const engines = said?.["engines.node"];
  return { name, version: found, integrity, engines: typeof engines === "string" ? engines : null };
}

/**
 * Runs npm and gives back what it printed.
 * @param what for the error
 * @throws SetupError with npm's own words
 */
export async function npm(
  args: readonly string[],
  what: string,
  world: OpenClawWorld,
  where: { cwd?: string; pathFirst?: string } = {},
): Promise<string> {
  const { command, before } = await findNpm(world.env);
  const path = [where.pathFirst, world.env.PATH].filter((each) => each).join(delimiter);
  const env = { ...world.env, PATH: path, NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1" };
  const all = [...before, ...args, "--ignore-scripts", "--loglevel=error", "--no-fund"];
  const cwd = where.cwd ?? world.cwd;
  return await new Promise((resolve, reject) => {
    const options = { env, cwd, signal: world.signal, maxBuffer: MOST_OUTPUT };
    execFile(command, all, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (world.signal.aborted) reject(new SetupError(`stopped while npm fetched ${what}`));
      else reject(npmFailure(what, `${stderr}\n${stdout}`, error));
    });
  });
}

/** On Windows npm is a batch file, which can't be run without a shell: its script is run instead. */
async function findNpm(env: NodeJS.ProcessEnv): Promise<{ command: string; before: string[] }> {
  const windows = process.platform === "win32";
  const inDir = windows ? join("node_modules", "npm", "bin", "npm-cli.js") : "npm";
  for (const dir of (env.PATH ?? "").split(delimiter)) {
    const path = join(dir, inDir);
    if ((await stat(path).catch(() => null))?.isFile() !== true) continue;
    return windows ? { command: process.execPath, before: [path] } : { command: path, before: [] };
  }
  throw new SetupError(
    "OpenClaw is installed with npm, and there is no npm on PATH. Install Node.js with npm (https://nodejs.org), or give the path of an installed client: --openclaw-version PATH.",
  );
}

/** npm's error codes, and what mends them. */
const MENDS: Record<string, string> = {
  E404: "The registry has no such package or version; see which there are: npm view openclaw versions.",
  ETARGET: "The registry has no such version; see which there are: npm view openclaw versions.",
  E401: "The registry wants a login: npm login.",
  E403: "The registry forbids it: see npm config get registry.",
  EINTEGRITY:
    "What came is not what was published. If it happens again, a cache or proxy between changes it: npm cache verify.",
  ENOSPC: "Make room, or keep the cache on another disk (XDG_CACHE_HOME).",
};

const NETWORK =
  /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT|FETCH_ERROR|.*CERT.*)$/;

function npmFailure(what: string, output: string, cause: Error): SetupError {
  const code = /npm (?:error|ERR!) code (\S+)/.exec(output)?.[1] ?? "";
  const lines = output
    .split("\n")
    .flatMap(
      (line) =>
        /^npm (?:error|ERR!) (?!code |A complete log|errno |syscall )(.+)$/.exec(line)?.[1] ?? [],
    )
    .slice(0, 3);
  const mend = NETWORK.test(code)
    ? "The registry can't be reached: see npm config get registry and npm's proxy settings; or use --offline with what is cached."
    : (MENDS[code] ?? "");
  const said = lines.length > 0 ? lines.join(" ") : cause.message.split("\n")[0];
  return new SetupError(
    `npm could not get ${what}${code === "" ? "" : ` (${code})`}: ${said} ${mend}`.trim(),
    {
      cause,
    },
  );
}
