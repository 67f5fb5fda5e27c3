/** How far combinations of flags and settings are from the config. Pure. */
import type { Compat } from "../../result.ts";
import type { CellSpec } from "../types.ts";

/** Flags that differ from the config's, and settings that it hasn't. */
export function distance({ compat, settings = {} }: CellSpec, configured: Compat): number {
  const flags = new Set([...Object.keys(compat), ...Object.keys(configured)]);
  const differ = [...flags].filter((flag) => !same(flagOf(compat, flag), flagOf(configured, flag)));
  return differ.length + Object.keys(settings).length;
}

/** A flag that isn't set is what OpenClaw takes it for. */
function flagOf(compat: Compat, flag: string): unknown {
  return compat[flag] ?? (flag === "supportsTools" ? true : undefined);
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
