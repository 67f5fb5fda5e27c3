/** Runs the Action in a copy of this repository: by act, or its bundle alone. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type GithubServer,
  type GithubServerOptions,
  startGithubServer,
} from "../../src/testing/github/server.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A masked text this long hides nothing else in the log. */
export const TOKEN = "ghs_0123456789abcdef0123456789abcdef";

/** Why the bundle can't be run, or null. */
export function missingBundle(): string | null {
  const missing = ["action.cjs", "post.cjs"].filter(
    (name) => !existsSync(join(ROOT, "dist", name)),
  );
  return missing.length === 0
    ? null
    : `dist/ lacks ${missing.join(", ")}: npm run build makes them`;
}

/** The act executable: ACT_BIN, or `act` on PATH; null where there is none. */
export function findAct(): string | null {
  const named = process.env.ACT_BIN;
  if (named !== undefined && named !== "") return named;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, "act")).find((path) => existsSync(path)) ?? null;
}

export interface Ended {
  code: number | null;
  output: string;
  durationMs: number;
}

/** A copy of the working tree (what git would commit) in a repository of its own. */
export class ActionCopy {
  readonly home = mkdtempSync(join(tmpdir(), "inferrs-bench-act-"));
  readonly dir = join(this.home, "repo");

  constructor() {
    const listed = execFileSync("git", ["ls-files", "-coz", "--exclude-standard"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    for (const name of listed.split("\0")) {
      if (name !== "" && existsSync(join(ROOT, name))) {
        cpSync(join(ROOT, name), join(this.dir, name), { recursive: true });
      }
    }
    const workflows = join(this.dir, ".github", "workflows");
    mkdirSync(workflows, { recursive: true });
    cpSync(join(ROOT, "test/system/fixtures/workflow.yml"), join(workflows, "act.yml"));
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: this.dir, stdio: "ignore" });
    git("init", "-b", "main");
    git("remote", "add", "origin", "https://github.com/o/r.git");
    git("add", "-A");
    git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-m", "copy");
    writeFileSync(join(this.home, "event.json"), JSON.stringify(EVENT));
  }

  /** One run of the fixture workflow on a pull request's event. */
  act(bin: string, apiUrl: string, vars: Record<string, string> = {}): Promise<Ended> {
    const args = ["pull_request", "-W", ".github/workflows/act.yml"];
    args.push("-P", "ubuntu-latest=-self-hosted", "-e", join(this.home, "event.json"));
    args.push("-s", `GITHUB_TOKEN=${TOKEN}`, "--no-cache-server");
    args.push("--env", `GITHUB_API_URL=${apiUrl}`);
    for (const [name, value] of Object.entries(vars)) args.push("--var", `${name}=${value}`);
    const child = spawn(bin, args, {
      cwd: this.dir,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        // act runs a JavaScript action with the first node on PATH.
        PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`,
        XDG_CACHE_HOME: join(this.home, "cache"),
        XDG_CONFIG_HOME: join(this.home, "config"),
      },
    });
    return ended(child);
  }

  /** The bundle alone, with the environment and the files that a runner gives a step. */
  bundle(inputs: Record<string, string>, apiUrl: string, more: StepContext = {}): RunnerStep {
    const event = join(this.home, more.event === undefined ? "event.json" : "other-event.json");
    if (more.event !== undefined) writeFileSync(event, JSON.stringify(more.event));
    return new RunnerStep(this.dir, event, inputs, apiUrl, more.env);
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** A copy of the Action beside a stand-in for GitHub, for as long as the tests around it last. */
export function besideGithub(options: GithubServerOptions = {}) {
  const world = {} as { copy: ActionCopy; github: GithubServer };
  before(async () => {
    world.copy = new ActionCopy();
    world.github = await startGithubServer(options);
  });
  after(async () => {
    await world.github.close();
    world.copy.remove();
  });
  return world;
}

/** What differs from a pull request of a branch of the repository itself. */
export interface StepContext {
  event?: unknown;
  env?: NodeJS.ProcessEnv;
}

/** One step as a runner starts it. */
export class RunnerStep {
  readonly files: Record<"OUTPUT" | "STEP_SUMMARY" | "STATE", string>;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(
    dir: string,
    event: string,
    inputs: Record<string, string>,
    apiUrl: string,
    more: NodeJS.ProcessEnv = {},
  ) {
    const home = mkdtempSync(join(dirname(dir), "step-"));
    this.files = {
      OUTPUT: join(home, "output"),
      STEP_SUMMARY: join(home, "summary"),
      STATE: join(home, "state"),
    };
    for (const path of Object.values(this.files)) writeFileSync(path, "");
    const env: NodeJS.ProcessEnv = {
      PATH: process.env.PATH,
      HOME: home,
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: apiUrl,
      GITHUB_REPOSITORY: "o/r",
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_EVENT_PATH: event,
      GITHUB_WORKSPACE: home,
      ...more,
    };
    for (const [name, path] of Object.entries(this.files)) env[`GITHUB_${name}`] = path;
    for (const [name, text] of Object.entries(inputs)) env[`INPUT_${name.toUpperCase()}`] = text;
    this.child = spawn(process.execPath, [join(dir, "dist/action.cjs")], {
      cwd: home,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = ended(this.child);
  }
}

export function ended(child: ChildProcess): Promise<Ended> {
  const started = performance.now();
  let output = "";
  child.stdout?.on("data", (part: Buffer) => {
    output += part.toString("utf8");
  });
  child.stderr?.on("data", (part: Buffer) => {
    output += part.toString("utf8");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, durationMs: performance.now() - started }));
  });
}

const REPOSITORY = {
  name: "r",
  full_name: "o/r",
  owner: { login: "o", name: "o" },
  default_branch: "main",
  html_url: "https://github.com/o/r",
};

const EVENT = {
  action: "synchronize",
  number: 7,
  pull_request: {
    number: 7,
    head: { ref: "change", sha: "0".repeat(40), repo: REPOSITORY },
    base: { ref: "main", sha: "1".repeat(40), repo: REPOSITORY },
  },
  repository: REPOSITORY,
};
