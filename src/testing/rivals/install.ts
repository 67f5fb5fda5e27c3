/** Environments of the rivals: one each, made once, kept for the next time. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exec, lastError } from "./exec.ts";
import type { Rival } from "./types.ts";

const INSTALL_LIMIT_MS = 20 * 60_000;
/** Newest first that all the pinned versions support. */
const PYTHONS = ["python3.12", "python3.11", "python3.13", "python3"];

/**
 * Makes the rival's environment, or finds it from an earlier time.
 * @returns the folder of its programs
 * @throws Error that says what pip said
 */
export async function install(rival: Rival, folder: string): Promise<string> {
  const venv = join(folder, rival.venv);
  const bin = join(venv, "bin");
  const record = join(venv, "installed.json");
  const wanted = JSON.stringify(rival.install);
  if (existsSync(record) && readFileSync(record, "utf8") === wanted) return bin;
  const run = async (program: string, args: string[]) => {
    const options = { cwd: folder, env: process.env, limitMs: INSTALL_LIMIT_MS };
    const { code, tail } = await exec(program, args, options);
    if (code !== 0) throw new Error(`not installed: ${lastError(tail)}`);
  };
  if (!existsSync(bin)) await run(await findPython(folder), ["-m", "venv", venv]);
  for (const packages of rival.install) {
    await run(join(bin, "python"), [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"],
      ...packages,
    ]);
  }
  writeFileSync(record, wanted);
  return bin;
}

async function findPython(cwd: string): Promise<string> {
  const named = process.env.RIVALS_PYTHON;
  for (const python of named === undefined ? PYTHONS : [named]) {
    const test = ["-c", "import sys, venv; sys.exit(sys.version_info < (3, 10))"];
    const { code } = await exec(python, test, { cwd, env: process.env, limitMs: 30_000 });
    if (code === 0) return python;
  }
  throw new Error("not installed: no Python 3.10 or later; name one in RIVALS_PYTHON");
}
