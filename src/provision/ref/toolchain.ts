/** Which compilers a build would be made with: another one makes other code of the same commit. */
import { spawnSync } from "node:child_process";

const COMPILERS = [
  ["rustc", "-vV"],
  ["cc", "--version"],
  ["nvcc", "--version"],
] as const;
const LONGEST_MS = 10_000;

const known = new Map<string, string[]>();

/**
 * @param cwd where the command will be run: rustup chooses by it
 * @returns what each says of itself; one that is not there is left out
 */
export function toolchain(cwd: string, env: NodeJS.ProcessEnv): string[] {
  const key = JSON.stringify([cwd, env.PATH, env.RUSTUP_TOOLCHAIN]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = COMPILERS.flatMap(([name, flag]) => {
    const { status, stdout } = spawnSync(name, [flag], {
      ...{ cwd, env, encoding: "utf8", timeout: LONGEST_MS, stdio: ["ignore", "pipe", "ignore"] },
    });
    return status === 0 ? [`${name}: ${stdout.trim()}`] : [];
  });
  known.set(key, found);
  return found;
}
