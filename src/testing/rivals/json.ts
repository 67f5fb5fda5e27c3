/** Reading the output files of other people's tools: every figure may be missing. */
import { readFileSync } from "node:fs";

/** The number at a path of keys, else null: `null`, "N/A", NaN and a missing key are all unknown. */
export function numberAt(value: unknown, ...path: (string | number)[]): number | null {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return null;
    at = (at as Record<string | number, unknown>)[key];
  }
  return typeof at === "number" && Number.isFinite(at) ? at : null;
}

/** Reads a JSON file; Python writes NaN and Infinity, which JSON doesn't know. */
export function readJson(path: string): unknown {
  const text = readFileSync(path, "utf8");
  return JSON.parse(text.replace(/(?<=[:[,]\s*)-?(?:NaN|Infinity)(?=\s*[,\]}])/g, "null"));
}

/** Tokens per second of a time per token, which is what most tools report. */
export function perSecond(ms: number | null): number | null {
  return ms === null || ms <= 0 ? null : 1000 / ms;
}

/** Some tools write 0 for a figure that no request gave. */
export function unlessZero(value: number | null): number | null {
  return value === 0 ? null : value;
}
