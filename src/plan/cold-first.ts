/** In which order an engine that was just started is warmed up. Pure. */
import { attemptsOf, type CellState } from "../journal/state.ts";
import { shuffled } from "./random.ts";

/** The first request of a life is always the same cell's, so that cold starts can be compared. */
export function coldFirst(ids: string[], cells: CellState[], random: () => number): string[] {
  const streams = cells.filter((cell) =>
    attemptsOf(cell, "probe").some((probe) => probe.calls[0]?.exchange.stream === true),
  );
  const first = (streams[0] ?? cells[0])?.spec.id;
  const rest = shuffled(
    ids.filter((id) => id !== first),
    random,
  );
  return first !== undefined && ids.includes(first) ? [first, ...rest] : rest;
}
