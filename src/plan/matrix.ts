/** Axes to combinations, with include and exclude as in a workflow's matrix. Pure. */
import type { Compat, CompatValue } from "../result.ts";

export interface Axis {
  flag: string;
  values: CompatValue[];
}

/**
 * The product of the axes, less the excluded, then the included, by the rules of GitHub's
 * `strategy.matrix`: an include whose axis values all match existing combinations adds its other
 * flags to them; else it is a combination of its own.
 */
export function combinations(axes: Axis[], include: Compat[], exclude: Compat[]): Compat[] {
  const flags = new Set(axes.map((axis) => axis.flag));
  const kept = product(axes).filter((each) => !exclude.some((out) => matches(each, out)));
  const original = kept.map((each) => ({ ...each }));
  const added: Compat[] = [];
  for (const extra of include) {
    const onAxes = Object.fromEntries(Object.entries(extra).filter(([flag]) => flags.has(flag)));
    const extended = original.flatMap((each, index) => (matches(each, onAxes) ? [index] : []));
    const addsFlags = Object.keys(extra).length > Object.keys(onAxes).length;
    if (extended.length === 0) added.push(extra);
    else if (addsFlags) for (const index of extended) Object.assign(kept[index] ?? {}, extra);
  }
  const all = [...kept, ...added];
  return all.filter(
    (each, index) => all.findIndex((other) => name(other) === name(each)) === index,
  );
}

/** A combination as text: `requiresStringContent=true,supportsTools=false`. */
export function name(compat: Compat): string {
  return Object.entries(compat)
    .map(([flag, value]) => `${flag}=${Array.isArray(value) ? value.join("+") : value}`)
    .join(",");
}

/** Settings as text: `agents.defaults.skills=[]`. */
export function nameOfSettings(settings: Readonly<Record<string, unknown>> = {}): string {
  return Object.entries(settings)
    .map(([path, value]) => `${path}=${JSON.stringify(value)}`)
    .join(",");
}

/**
 * Flags and settings as one combination, the settings' values as text: for tables and labels. A
 * setting that is null is as it is in the config, and not shown.
 */
export function shownCombination(cell: {
  compat: Compat;
  settings?: Readonly<Record<string, unknown>>;
}): Compat {
  const settings = Object.entries(cell.settings ?? {}).filter(([, value]) => value !== null);
  return {
    ...cell.compat,
    ...Object.fromEntries(settings.map(([path, value]) => [path, JSON.stringify(value)])),
  };
}

function product(axes: Axis[]): Compat[] {
  return axes.reduce<Compat[]>(
    (all, axis) =>
      all.flatMap((each) => axis.values.map((value) => ({ ...each, [axis.flag]: value }))),
    [{}],
  );
}

function matches(combination: Compat, part: Compat): boolean {
  return Object.entries(part).every(
    ([flag, value]) => JSON.stringify(combination[flag]) === JSON.stringify(value),
  );
}
