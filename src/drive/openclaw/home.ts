/**
 * The folder in which the client lives for a run: config, state, workspace, log, home and temporary
 * files are its own, and its environment holds nothing of the user's but what the config names.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { removeTree } from "../../host/files.ts";
import type { ClientHome, OpenClawInstall } from "../../provision/openclaw/types.ts";

export interface ClientHomeOptions {
  /** The user's environment: PATH, locale and the named variables are taken from it. */
  env: NodeJS.ProcessEnv;
  /** Its Node comes first on PATH. */
  install?: Pick<OpenClawInstall, "node">;
  /** Variables that the config refers to: {@link referencedVariables}. */
  variables?: Readonly<Record<string, string>>;
  /** A folder for Node's compile cache that several homes share; absent: each has its own. */
  compileCache?: string;
}

/** Of the user's environment; the rest (tokens, proxies, settings of the user's own client) stays out. */
const KEPT =
  /^(LANG|LC_[A-Z]+|TZ|SystemRoot|SystemDrive|windir|ComSpec|PATHEXT|NUMBER_OF_PROCESSORS)$/;

/**
 * The client's own switches (its docs/help/environment.md and docs/gateway/telemetry.md, and its
 * source for the SKIP ones): no update check or update, no statistics, no advertising in the local
 * network, no channels, no jobs, no import from a login shell, no downloads of helper programs.
 */
const SWITCHES: Record<string, string> = {
  OPENCLAW_NO_AUTO_UPDATE: "1",
  OPENCLAW_DISABLE_BONJOUR: "1",
  OPENCLAW_SKIP_CHANNELS: "1",
  OPENCLAW_SKIP_CRON: "1",
  OPENCLAW_SKIP_GMAIL_WATCHER: "1",
  OPENCLAW_SKIP_BROWSER_CONTROL_SERVER: "1",
  OPENCLAW_SKIP_CANVAS_HOST: "1",
  OPENCLAW_SKIP_STARTUP_MODEL_PREWARM: "1",
  OPENCLAW_OFFLINE: "1",
  OPENCLAW_LOAD_SHELL_ENV: "0",
  OPENCLAW_EXEC_SHELL_SNAPSHOT: "0",
  OPENCLAW_HIDE_BANNER: "1",
  DO_NOT_TRACK: "1",
  NO_COLOR: "1",
};

/** Makes the folders; nothing is read from the user's home, and nothing written outside `dir`. */
export function makeClientHome(dir: string, options: ClientHomeOptions): ClientHome {
  const at = (...parts: string[]) => join(dir, ...parts);
  const folder = (...parts: string[]) => {
    const path = at(...parts);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const home = folder("home");
  const stateDir = folder("state");
  const workspaceDir = folder("workspace");
  const tmp = folder("tmp");
  folder("logs");
  const configPath = at("openclaw.json");
  const kept = Object.entries(options.env).filter(
    (entry): entry is [string, string] => KEPT.test(entry[0]) && entry[1] !== undefined,
  );
  const node = options.install === undefined ? [] : [dirname(options.install.node)];
  const env = {
    ...Object.fromEntries(kept),
    ...options.variables,
    ...SWITCHES,
    PATH: [...node, options.env.PATH ?? ""].filter((each) => each !== "").join(delimiter),
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: folder("home", ".config"),
    XDG_CACHE_HOME: folder("home", ".cache"),
    XDG_DATA_HOME: folder("home", ".local", "share"),
    XDG_STATE_HOME: folder("home", ".local", "state"),
    XDG_RUNTIME_DIR: folder("home", "run"),
    TMPDIR: tmp,
    TEMP: tmp,
    TMP: tmp,
    OPENCLAW_HOME: home,
    OPENCLAW_STATE_DIR: stateDir,
    OPENCLAW_CONFIG_PATH: configPath,
    NODE_COMPILE_CACHE: options.compileCache ?? at("tmp", "compile-cache"),
  };
  return { dir, configPath, stateDir, workspaceDir, logPath: at("logs", "openclaw.log"), env };
}

/** Writes the config for the client's eyes only: it may hold the user's keys. */
export function writeClientConfig(home: ClientHome, config: unknown): void {
  writeFileSync(home.configPath, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

/**
 * Takes the folder away, and what the client left outside of it: empty lock files in a folder that
 * it makes in /tmp whatever TMPDIR says, named after the database that they lock.
 */
export function removeClientHome(home: Pick<ClientHome, "dir" | "stateDir">): void {
  const hashes = databasesIn(home.stateDir).map((path) =>
    createHash("sha256").update(path).digest("hex").slice(0, 8),
  );
  const locks = `/tmp/openclaw-state-locks-${process.getuid?.() ?? ""}`;
  for (const name of process.platform === "win32" ? [] : namesIn(locks)) {
    if (hashes.some((hash) => name.includes(`.${hash}.lock.`))) {
      rmSync(join(locks, name), { force: true });
    }
  }
  removeTree(home.dir);
}

/** By their real paths, as the client hashes them. */
function databasesIn(dir: string): string[] {
  return namesIn(dir, true)
    .filter((name) => name.endsWith(".sqlite"))
    .map((name) => realpathSync(join(dir, name)));
}

function namesIn(dir: string, recursive = false): string[] {
  try {
    return readdirSync(dir, { recursive }) as string[];
  } catch {
    return [];
  }
}
