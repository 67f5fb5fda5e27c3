/** The git command, without what a hook or a user's shell may have set for another repository. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SetupError } from "../../inputs/error.ts";

const run = promisify(execFile);
const MOST_BYTES = 64 * 1024 * 1024;

/** They lead git to another repository, index or configuration (`git rev-parse --local-env-vars`). */
const LOCAL =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|GRAFT_FILE|SHALLOW_FILE|REPLACE_REF_BASE|NO_REPLACE_OBJECTS|IMPLICIT_WORK_TREE|INTERNAL_SUPER_PREFIX|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+)$/;

/** An environment in which git finds the repository by the folder that it is run in. */
export function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !LOCAL.test(name));
  // Without locks `status` doesn't write the index anew, and nothing asks for a password.
  return { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" };
}

export interface Git {
  /** @returns what it prints, without the last newline; null: it failed */
  ask(args: readonly string[]): Promise<string | null>;
  /** @throws SetupError with git's own words */
  must(args: readonly string[]): Promise<string>;
}

/** Git in one folder. */
export function gitIn(cwd: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Git {
  const call = async (args: readonly string[]) => {
    const options = { cwd, env: gitEnvironment(env), signal, maxBuffer: MOST_BYTES };
    const { stdout } = await run("git", [...args], options);
    return stdout.replace(/\n$/, "");
  };
  return {
    ask: async (args) => {
      try {
        return await call(args);
      } catch (error) {
        if (signal.aborted || isMissing(error)) throw told(args, error);
        return null;
      }
    },
    must: async (args) => {
      try {
        return await call(args);
      } catch (error) {
        throw told(args, error);
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

function told(args: readonly string[], error: unknown): SetupError {
  if (isMissing(error)) {
    return new SetupError("--base ref=REF needs git, and there is none on PATH.", { cause: error });
  }
  const { stderr = "", message } = error as Error & { stderr?: string };
  const words = stderr.trim() || message;
  const command = args.find((arg) => /^[a-z]/.test(arg)) ?? "";
  return new SetupError(`git ${command}: ${words}`, { cause: error });
}
