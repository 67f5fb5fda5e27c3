/** One command of the client, run to its end. */
import { execFile } from "node:child_process";
import type { ClientHome, OpenClawInstall } from "../../provision/openclaw/types.ts";

const MOST_OUTPUT = 64 * 1024 * 1024;
/** Of a command that asks nobody: on a slow machine it takes a minute to load. */
const PATIENCE_MS = 180_000;

export interface ClientRun {
  /** Null: it was killed. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** `NODE ENTRY ARGS…` in the home; an exit code is no error. Throws only when it can't be started. */
export function runClient(
  install: Pick<OpenClawInstall, "node" | "entry">,
  home: Pick<ClientHome, "env" | "workspaceDir">,
  args: readonly string[],
  signal?: AbortSignal,
  timeoutMs = PATIENCE_MS,
): Promise<ClientRun> {
  const options = {
    cwd: home.workspaceDir,
    env: home.env,
    maxBuffer: MOST_OUTPUT,
    timeout: timeoutMs,
    killSignal: "SIGKILL" as const,
    ...(signal === undefined ? {} : { signal }),
  };
  return new Promise((resolve, reject) => {
    execFile(install.node, [install.entry, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === "string") reject(error);
      else resolve({ exitCode: code ?? null, stdout, stderr });
    });
  });
}
