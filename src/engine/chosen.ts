/**
 * What inferrs chose by itself, as its log says it (lines seen in runs of 9535ae3, and read in its
 * source where this machine can't produce them: other devices, architectures, GGUF files). Pure.
 */
import type { Chosen } from "../result.ts";
import { NOTHING_CHOSEN } from "../result.ts";
import { plainLines } from "./log.ts";

/**
 * @param log all that it wrote until it was ready
 * @param args with which it was started: of the dtype the log speaks only where it took another one
 */
export function chosenIn(log: string, args: readonly string[]): Chosen {
  const lines = plainLines(log);
  const find = (pattern: RegExp) => lastMatch(lines, pattern);
  // Without this line the log is somebody else's, or RUST_LOG keeps it quiet: silence says nothing.
  if (find(/Model loaded successfully/) === null) return { ...NOTHING_CHOSEN };
  const replaced = find(/does not support \w+ matmul — using (\w+) instead/);
  return {
    quantization: quantizationIn(find),
    dtype: (replaced?.[1] ?? flagValue(args, "--dtype"))?.toLowerCase() ?? null,
    turboQuant: turboQuantIn(find),
    pagedAttention: pagedAttentionIn(find),
  };
}

type Find = (pattern: RegExp) => RegExpMatchArray | null;

function quantizationIn(find: Find): string {
  const made = find(/Quantizing model to (\w+)/) ?? find(/Reusing cached GGUF at .* \((\w+)\)/);
  if (made?.[1] !== undefined) return made[1];
  if (find(/Model is pre-quantized/) !== null) return "pre-quantized";
  const opened = find(/Opened GGUF with \d+ tensors: (.+)$/);
  return opened?.[1]?.split(/[\\/]/).at(-1) ?? "none";
}

function turboQuantIn(find: Find): string {
  return find(/TurboQuant KV cache enabled: (\d+) bits/)?.[1] ?? "off";
}

function pagedAttentionIn(find: Find): string {
  const share = find(/Paged attention: fraction=([\d.]+)/)?.[1];
  if (share === undefined) return "off";
  return find(/--paged-attention is not yet supported for/) === null
    ? share
    : `${share}, but not supported for this model`;
}

function lastMatch(lines: string[], pattern: RegExp): RegExpMatchArray | null {
  for (const line of lines.toReversed()) {
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return null;
}

/** `--dtype f32` and `--dtype=f32`. */
function flagValue(args: readonly string[], flag: string): string | null {
  const at = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  const arg = args[at];
  if (arg === undefined) return null;
  return arg === flag ? (args[at + 1] ?? null) : arg.slice(flag.length + 1);
}
