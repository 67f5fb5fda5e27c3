/** The file that inferrs itself writes beside safetensors: it needs room too. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { blobPath, snapshotDir } from "./layout.ts";
import type { Wanted } from "./types.ts";

/** Bits a weight, of candle's blocks. */
const BITS: Record<string, number> = {
  ...{ Q4_0: 4.5, Q4_1: 5, Q5_0: 5.5, Q5_1: 6, Q8_0: 8.5 },
  ...{ Q2K: 2.625, Q3K: 3.4375, Q4K: 4.5, Q5K: 5.5, Q6K: 6.5625 },
};
const DEFAULT = "Q4K";
/** Of nearly all models (bf16); taken where the config doesn't say. */
const USUAL_BITS = 16;

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
  /** About: not every tensor is quantized. */
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
  const config = wanted.find(({ file }) => file.path === "config.json");
  const bits = config === undefined ? USUAL_BITS : weightBits(textOf(config));
  return { name, bytes: Math.ceil((bytes * (BITS[quantization] ?? bits)) / bits) };
}

/** Bits of a weight, as a model's config says (`dtype`, in older ones `torch_dtype`). */
export function weightBits(config: string): number {
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(config);
  } catch {
    return USUAL_BITS;
  }
  // A model that sees and hears has the config of its language model in it.
  const inner = value?.text_config as Record<string, unknown> | null | undefined;
  const said = [value?.dtype, value?.torch_dtype, inner?.dtype, inner?.torch_dtype];
  const name = said.find((each) => typeof each === "string") ?? "";
  const bits = /^(?:torch\.)?b?(?:float|int)(64|32|16|8)/.exec(String(name))?.[1];
  return bits === undefined ? USUAL_BITS : Number(bits);
}

function textOf({ repo, file }: Wanted): string {
  try {
    return readFileSync(blobPath(repo, file.digest), "utf8");
  } catch {
    return "";
  }
}
