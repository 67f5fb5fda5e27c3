/** The combinations of rungs that a climb can come to, so that their sizes are known beforehand. Pure. */
import type { Rung } from "../analyze/remedies/rungs.ts";

/** As configured; each shorter prompt on top of those before it; and without tools. */
export function combinationsOf(ladder: readonly Rung[]): string[][] {
  const all: string[][] = [[]];
  let standing: string[] = [];
  for (const rung of ladder) {
    if (rung.level === 2) {
      standing = [...standing.filter((id) => !rung.replaces.includes(id)), rung.id];
      all.push(standing);
    } else if (rung.level === 4) all.push([rung.id]);
  }
  return all;
}
