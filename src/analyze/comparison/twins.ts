/** Twins that are asked with other flags or settings. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { RunState } from "../../journal/state.ts";
import { twinsOf } from "../../plan/pairs/cells.ts";
import type { VariantDifference } from "./follows.ts";

/** Each difference once, however many cells have it. */
export function combinationDifferences(state: RunState): VariantDifference[] {
  const found = twinsOf(state).flatMap(({ base, head }) => [
    ...between("compat", base.spec.compat, head.spec.compat),
    ...between("setting", base.spec.settings ?? {}, head.spec.settings ?? {}),
  ]);
  return found.filter(
    (each, index) => found.findIndex((other) => isDeepStrictEqual(each, other)) === index,
  );
}

function between(
  option: "compat" | "setting",
  base: Readonly<Record<string, unknown>>,
  head: Readonly<Record<string, unknown>>,
): VariantDifference[] {
  const text = (value: unknown) => (value === undefined ? "not set" : JSON.stringify(value));
  return [...new Set([...Object.keys(base), ...Object.keys(head)])].flatMap((name) => {
    const [one, two] = [text(base[name]), text(head[name])];
    const follows = option === "compat" ? ["compat", "include", "exclude"] : [option];
    return one === two ? [] : [{ what: name, base: one, head: two, follows, decides: true }];
  });
}
