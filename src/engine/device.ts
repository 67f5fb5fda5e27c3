/**
 * On which device an engine serves, by its own log. Pure. What is read stands in inferrs 9535ae3:
 * with `--device auto` it says what it uses, or what it found and why it falls back to the CPU; with
 * a named device it says nothing about it, but on a CPU it warns that the default dtype isn't for it.
 */
import type { Device } from "../plan/types.ts";
import { plainLines } from "./log.ts";

export interface DeviceSeen {
  /** `cpu`, `cuda`, `metal`, `musa`, `rocm`. */
  device: string;
  /** The line that says so. */
  words: string;
}

/** inferrs's own lines, the plainest first: where one of them is there, the next is not looked for. */
const LINES: readonly [RegExp, string | null][] = [
  [/\bUsing (CPU|CUDA|Metal|MUSA|ROCm) device\b/, null],
  [/\bfalling back to CPU\b/, "cpu"],
  [/\bCPU device does not support \w+ matmul\b/, "cpu"],
];

/**
 * @param log all that the engine has written
 * @returns null where the log doesn't say: that is not a sign of any device
 */
export function deviceIn(log: string): DeviceSeen | null {
  const lines = plainLines(log);
  for (const [pattern, fixed] of LINES) {
    const line = lines.findLast((each) => pattern.test(each));
    const device = fixed ?? pattern.exec(line ?? "")?.[1]?.toLowerCase();
    if (line === undefined || device === undefined) continue;
    return { device, words: line.replace(/^\S+Z\s+/, "").trim() };
  }
  return null;
}

/** Why it is the wrong one, as evidence; null where it is the right one, or nothing was seen. */
export function wrongDevice(asked: Device, seen: DeviceSeen | null): string | null {
  if (asked === "auto" || seen === null || seen.device === asked) return null;
  return `asked for ${asked}, serves on ${seen.device}; its log: ${seen.words}`;
}
