/** The inferrs executable: found, checked, and told apart from others. */
import { execFile } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { withoutTokens } from "../engine/command.ts";
import { sha256Of } from "../host/hash.ts";
import { InputError } from "../inputs/error.ts";
import { suggest } from "../inputs/parse.ts";
import { cannotRun, type RunError } from "./cannot-run.ts";

const run = promisify(execFile);

/**
 * @param named a path, or a bare name to be looked up on PATH
 * @throws InputError when there is none, or it can't be executed
 */
export async function findExecutable(
  named: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<string> {
  const bare = !named.includes("/") && !named.includes("\\");
  const names = bare && process.platform === "win32" ? [named, `${named}.exe`] : [named];
  const places = bare
    ? (env.PATH ?? "").split(delimiter).flatMap((dir) => names.map((name) => join(dir, name)))
    : [isAbsolute(named) ? named : resolve(cwd, named)];
  for (const path of places) {
    const found = await stat(path).catch(() => null);
    if (found === null) continue;
    if (found.isDirectory()) {
      if (bare) continue;
      throw notExecutable(
        path,
        "an executable file, not a folder",
        `Name the file in it, e.g. ${path}/inferrs.`,
      );
    }
    const allowed = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (allowed) return path;
    if (!bare) throw notExecutable(path, "a file that may be executed", `chmod +x ${path}`);
  }
  throw new InputError({
    input: "--inferrs",
    value: named,
    expected: bare
      ? "latest, a version (0.0. and 14 digits), a path, a URL, or an executable's name on PATH"
      : "an existing file",
    mend: bare
      ? `${suggest(named, ["latest"])} Give a path with a slash in it, e.g. --inferrs ./target/release/inferrs. Without inferrs, try: inferrs-bench demo.`.trim()
      : "Check the path.",
  });
}

function notExecutable(path: string, expected: string, mend: string): InputError {
  return new InputError({ input: "--inferrs", value: path, expected, mend });
}

export interface Identity {
  version: string | null;
  sha256: string;
}

/**
 * What `--version` says, and the file's SHA-256. The version is null when it says nothing.
 * @param env it runs without the tokens in it, as the engine does
 * @throws SetupError for a file that this machine can't run, or that lacks a library: nothing is fetched
 *   for it then
 */
export async function identify(path: string, env: NodeJS.ProcessEnv): Promise<Identity> {
  const sha256 = await sha256Of(path);
  const options = { timeout: 5_000, env: { ...withoutTokens(env), NO_COLOR: "1" } };
  const version = await run(path, ["--version"], options).then(
    ({ stdout }) =>
      stdout
        .trim()
        .split("\n")[0]
        ?.replace(/^inferrs\s+/, "") || null,
    async (error: RunError) => {
      const refused = await cannotRun(path, error);
      if (refused !== null) throw refused;
      return null;
    },
  );
  return { version, sha256 };
}
