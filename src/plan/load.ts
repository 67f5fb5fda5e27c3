/** How many requests are in flight at once, and when they begin. Pure. */
import { seededRandom } from "./random.ts";

/**
 * `closed`: so many users, each of whom sends the next turn when the last is answered. `open`: turns
 * come at random (Poisson) at a mean rate, whether or not the engine keeps up.
 */
export type Load =
  | { kind: "closed"; concurrency: number }
  | { kind: "open"; requestsPerSecond: number };

export type Arrivals =
  | { kind: "closed"; concurrency: number }
  /** When each turn is due, ms since the attempt began. */
  | { kind: "open"; dueMs: number[] };

export const ALONE: Load = { kind: "closed", concurrency: 1 };

/** In a closed loop each user sends so many turns in a round: the second is sent under full load. */
const TURNS_EACH = 2;
/** Turns of a round in an open loop. */
const OPEN_TURNS = 16;

/** Turns of one attempt. */
export function turnsOf(load: Load): number {
  if (load.kind === "open") return OPEN_TURNS;
  return load.concurrency === 1 ? 1 : load.concurrency * TURNS_EACH;
}

/** When the turns of one attempt begin; the same for the same seed. */
export function arrivalsOf(load: Load, seed: number): Arrivals {
  if (load.kind === "closed") return load;
  const random = seededRandom(seed);
  let at = 0;
  const dueMs = Array.from({ length: turnsOf(load) }, () => {
    const due = at;
    at += (-Math.log(1 - random()) * 1000) / load.requestsPerSecond;
    return due;
  });
  return { kind: "open", dueMs };
}

/** `concurrency=4`, `rate=2`; empty for one request at a time. */
export function nameOfLoad(load: Load): string {
  if (load.kind === "open") return `rate=${load.requestsPerSecond}`;
  return load.concurrency === 1 ? "" : `concurrency=${load.concurrency}`;
}

/** One turn at a time first, then more users, then open loops. */
export function weightOf(load: Load): number {
  return load.kind === "closed" ? load.concurrency : 1e6 + load.requestsPerSecond;
}

interface Asked {
  variant: string;
  scenario: string;
  compat: unknown;
  settings?: unknown;
}

/** Equal for cells that differ in nothing but their load. */
export function keyWithoutLoad({ variant, scenario, compat, settings = {} }: Asked): string {
  return JSON.stringify([variant, scenario, compat, settings]);
}

/** Of cells that differ only in their load, the lightest: what one user alone would see. */
export function lightest<Cell extends Asked & { load: Load }>(cells: readonly Cell[]): Cell[] {
  const least = new Map<string, Cell>();
  // The key is the costly part: once for each cell.
  const keys = cells.map(keyWithoutLoad);
  for (const [index, cell] of cells.entries()) {
    const key = keys[index] ?? "";
    const other = least.get(key);
    if (other === undefined || weightOf(cell.load) < weightOf(other.load)) least.set(key, cell);
  }
  return cells.filter((cell, index) => least.get(keys[index] ?? "") === cell);
}
