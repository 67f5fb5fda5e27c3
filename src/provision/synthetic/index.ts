/**
 * A random-weight Gemma 4 that the real inferrs loads and serves, written on the spot: how the
 * server is exercised where no model can be downloaded, as vLLM's dummy load format does.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { configJson } from "./config.ts";
import { safetensors } from "./safetensors.ts";
import { tokenizerConfigJson, tokenizerJson } from "./tokenizer.ts";
import { tensors } from "./weights.ts";

/** Changes with the bytes: a copy of another version is made anew. */
export const SYNTHETIC_GENERATOR_VERSION = 1;

const FILES = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "model.safetensors",
] as const;
/** Says what a folder holds; without it, it is none of ours. */
export const SYNTHETIC_RECORD = "synthetic.json";

export interface SyntheticModel {
  dir: string;
  /** SHA-256 (hex) over all files. */
  digest: string;
  bytes: number;
  seed: number;
}

interface Recorded {
  version: number;
  seed: number;
  digest: string;
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
  const contents: Record<(typeof FILES)[number], string | Buffer> = {
    "config.json": configJson(),
    "tokenizer.json": tokenizerJson(),
    "tokenizer_config.json": tokenizerConfigJson(),
    "model.safetensors": safetensors(tensors(seed)),
  };
  for (const file of FILES) writeFileSync(join(draft, file), contents[file]);
  const { digest } = digestOf(draft);
  const record: Recorded = { version: SYNTHETIC_GENERATOR_VERSION, seed, digest };
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
    const record = JSON.parse(readFileSync(join(dir, SYNTHETIC_RECORD), "utf8")) as Recorded;
    const { digest, bytes } = digestOf(dir);
    const same =
      record.version === SYNTHETIC_GENERATOR_VERSION &&
      record.seed === seed &&
      record.digest === digest;
    return same ? { dir, digest, bytes, seed } : null;
  } catch {
    return null;
  }
}

function digestOf(dir: string): { digest: string; bytes: number } {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const file of FILES) {
    const content = readFileSync(join(dir, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
    bytes += content.length;
  }
  return { digest: hash.digest("hex"), bytes };
}
