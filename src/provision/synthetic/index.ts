/**
 * A random-weight Gemma 4 that the real inferrs loads and serves, written on the spot: how the
 * server is exercised where no model can be downloaded, as vLLM's dummy load format does.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { configJson } from "./config.ts";
import {
  readSyntheticRecord,
  SYNTHETIC_FILES,
  SYNTHETIC_GENERATOR_VERSION,
  SYNTHETIC_RECORD,
  type SyntheticRecord,
  syntheticDigest,
} from "./record.ts";
import { safetensors } from "./safetensors.ts";
import { tokenizerConfigJson, tokenizerJson } from "./tokenizer.ts";
import { tensors } from "./weights.ts";

export interface SyntheticModel {
  dir: string;
  /** SHA-256 (hex) over all files. */
  digest: string;
  bytes: number;
  seed: number;
}

/**
 * Writes the model, or finds it whole from an earlier time. The same seed gives the same bytes on
 * every platform.
 * @param dir made as a whole: another process never sees half of it
 */
export async function writeSyntheticModel(
  dir: string,
  options: { seed?: number } = {},
): Promise<SyntheticModel> {
  const seed = options.seed ?? 1;
  const found = existing(dir, seed);
  if (found !== null) return found;
  mkdirSync(dirname(dir), { recursive: true });
  const draft = mkdtempSync(join(dirname(dir), `.${basename(dir)}-`));
  const contents: Record<(typeof SYNTHETIC_FILES)[number], string | Buffer> = {
    "config.json": configJson(),
    "tokenizer.json": tokenizerJson(),
    "tokenizer_config.json": tokenizerConfigJson(),
    "model.safetensors": safetensors(tensors(seed)),
  };
  for (const file of SYNTHETIC_FILES) writeFileSync(join(draft, file), contents[file]);
  const { digest } = syntheticDigest(draft);
  const record: SyntheticRecord = { version: SYNTHETIC_GENERATOR_VERSION, seed, digest };
  writeFileSync(join(draft, SYNTHETIC_RECORD), `${JSON.stringify(record)}\n`);
  put(draft, dir, () => existing(dir, seed) !== null);
  const written = existing(dir, seed);
  if (written === null) throw new Error(`the synthetic model in ${dir} is not as it was written`);
  return written;
}

/** Puts the draft in place; where another process was first, its copy is as good. */
function put(draft: string, dir: string, isWhole: () => boolean): void {
  for (let tries = 0; tries < 3; tries++) {
    try {
      renameSync(draft, dir);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "EPERM") throw error;
      if (isWhole()) break;
      rmSync(dir, { recursive: true, force: true });
    }
  }
  rmSync(draft, { recursive: true, force: true });
}

function existing(dir: string, seed: number): SyntheticModel | null {
  try {
    const record = readSyntheticRecord(dir);
    if (record === null) return null;
    const { digest, bytes } = syntheticDigest(dir);
    const same =
      record.version === SYNTHETIC_GENERATOR_VERSION &&
      record.seed === seed &&
      record.digest === digest;
    return same ? { dir, digest, bytes, seed } : null;
  } catch {
    return null;
  }
}
