/** What tells that a folder holds a synthetic model, as it was written. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Changes with the bytes: a copy of another version is made anew. */
export const SYNTHETIC_GENERATOR_VERSION = 1;

export const SYNTHETIC_FILES = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "model.safetensors",
] as const;
/** Says what a folder holds; without it, it is none of ours. */
export const SYNTHETIC_RECORD = "synthetic.json";

export interface SyntheticRecord {
  version: number;
  seed: number;
  digest: string;
}

const RECORD_BYTES = 10_000;
/** A synthetic model has some 15 MB: what is much larger is none, and isn't read for it. */
const MODEL_BYTES = 200e6;

/** What the folder says of itself; null where it says nothing that can be read. */
export function readSyntheticRecord(dir: string): SyntheticRecord | null {
  try {
    const path = join(dir, SYNTHETIC_RECORD);
    if (statSync(path).size > RECORD_BYTES) return null;
    return JSON.parse(readFileSync(path, "utf8")) as SyntheticRecord;
  } catch {
    return null;
  }
}

/** Whether it holds a synthetic model of any version, with the very bytes that were written. */
export function isSyntheticModel(dir: string): boolean {
  const record = readSyntheticRecord(dir);
  if (record === null) return false;
  try {
    const large = SYNTHETIC_FILES.some((file) => statSync(join(dir, file)).size > MODEL_BYTES);
    return !large && syntheticDigest(dir).digest === record.digest;
  } catch {
    return false;
  }
}

/** SHA-256 (hex) over all its files, and how many bytes they have. */
export function syntheticDigest(dir: string): { digest: string; bytes: number } {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const file of SYNTHETIC_FILES) {
    const content = readFileSync(join(dir, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
    bytes += content.length;
  }
  return { digest: hash.digest("hex"), bytes };
}
