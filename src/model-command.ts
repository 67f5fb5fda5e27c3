/** `model synthetic`: the model that `--model synthetic` measures, written where the user wants it. */
import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BenchHost } from "./end.ts";
import { InputError } from "./inputs/error.ts";
import { parseInteger } from "./inputs/parse.ts";
import { writeSyntheticModel } from "./provision/synthetic/index.ts";
import { SYNTHETIC_RECORD } from "./provision/synthetic/record.ts";

export interface SyntheticOptions {
  out: string;
  seed: string;
  json?: boolean;
}

/** @returns the exit code: 0, or 2 for bad input */
export async function writeSynthetic(given: SyntheticOptions, host: BenchHost): Promise<number> {
  try {
    const seed = parseInteger("--seed", given.seed, 0, 2 ** 31 - 1);
    const dir = resolve(host.cwd, given.out);
    checkPlace(given.out, dir);
    const written = await writeSyntheticModel(dir, { seed });
    // It was made as a private draft; what a user asked for is as readable as anything they make.
    chmodSync(dir, 0o777 & ~process.umask());
    const { digest, bytes } = written;
    host.stdout.write(
      given.json === true
        ? `${JSON.stringify({ dir, seed, digest, bytes })}\n`
        : `${dir}: the synthetic model of seed ${seed}, ${bytes} bytes, sha256:${digest}\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    host.stderr.write(`Error: ${error.message}\n`);
    return 2;
  }
}

/** Whatever is in the folder would be replaced: only a model of this kind may be. */
function checkPlace(named: string, dir: string): void {
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found === undefined) return;
  const ours = found.isDirectory() && existsSync(join(dir, SYNTHETIC_RECORD));
  if (ours || (found.isDirectory() && readdirSync(dir).length === 0)) return;
  throw new InputError({
    input: "--out",
    value: named,
    expected: "a folder that doesn't exist, is empty, or holds a synthetic model",
    mend: "What is there would be replaced: give another folder.",
  });
}
