/** The file that inferrs itself writes beside safetensors: it needs room too. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { snapshotDir } from "./layout.ts";
import type { Wanted } from "./types.ts";

/** Bits a weight, of candle's blocks; what came has 16 (bf16) nearly always. */
const BITS: Record<string, number> = {
  ...{ Q4_0: 4.5, Q4_1: 5, Q5_0: 5.5, Q5_1: 6, Q8_0: 8.5 },
  ...{ Q2K: 2.625, Q3K: 3.4375, Q4K: 4.5, Q5K: 5.5, Q6K: 6.5625 },
};
const DEFAULT = "Q4K";

/** @returns how an inferrs with these arguments quantizes; null: not at all */
export function quantizationIn(args: readonly string[]): string | null {
  // It needs the weights as they are, and inferrs ignores --quantize with it.
  if (args.some((arg) => /^--paged-attention(=|$)/.test(arg))) return null;
  const given = args.findLast((arg) => /^--quantize(=|$)/.test(arg))?.split("=")[1] ?? DEFAULT;
  if (/^(none|false)$/i.test(given)) return null;
  const plain = given.toUpperCase().replaceAll("-", "_");
  return plain.replace(/^(Q[2-6])_K(_[SML])?$/, "$1K");
}

export interface QuantizedFile {
  name: string;
  /** About: how many bits the weights have is not known before they are there. */
  bytes: number;
}

/** @returns null where nothing is written: a GGUF file is served as it is, and one made is kept */
export function quantizedFile(
  quantization: string | null,
  wanted: readonly Wanted[],
): QuantizedFile | null {
  const weights = wanted.filter(({ file }) => file.path.endsWith(".safetensors"));
  const [first] = weights;
  if (quantization === null || first === undefined) return null;
  const name = `model-${quantization}.gguf`;
  const path = join(snapshotDir(first.repo, first.resolved.commit), name);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return null;
  const bytes = weights.reduce((sum, { file }) => sum + file.bytes, 0);
  return { name, bytes: Math.ceil((bytes * (BITS[quantization] ?? 16)) / 16) };
}
