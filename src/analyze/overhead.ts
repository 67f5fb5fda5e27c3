/** How much of a run's time was spent on neither engine nor requests. Pure. */
import { attemptsOf, type RunState } from "../journal/state.ts";
import type { Result } from "../result.ts";

/**
 * Wall time in which nothing was fetched, no request in flight and no engine starting; of the whole run, and of
 * the part from the first measured request to the end of the last.
 * @returns null for journals of versions that did not record it
 */
export function overheadOf(state: RunState): Result["overhead"] {
  const attempts = [...state.cells.values()].flatMap((cell) => cell.attempts);
  // Engine starts are known of older journals too: without requests they would look idle.
  const unknown = attempts.length > 0 && attempts.every(({ span }) => span === null);
  if (state.busy.length === 0 || unknown) return null;
  const busy = union(state.busy);
  const whole = share(busy, 0, state.elapsedMs);
  const measured = [...state.cells.values()]
    .flatMap((cell) => attemptsOf(cell, "measure"))
    .flatMap(({ span }) => (span === null ? [] : [span]));
  if (measured.length === 0) return { ...whole, measuring: null };
  const from = measured.reduce(
    (least, [start]) => Math.min(least, start),
    Number.POSITIVE_INFINITY,
  );
  const to = measured.reduce((most, [, end]) => Math.max(most, end), 0);
  return { ...whole, measuring: share(busy, from, to) };
}

function share(busy: readonly [number, number][], from: number, to: number) {
  const wallMs = to - from;
  const busyMs = busy.reduce(
    (sum, [start, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)),
    0,
  );
  const idleMs = Math.max(0, wallMs - busyMs);
  return { wallMs, idleMs, share: wallMs > 0 ? idleMs / wallMs : 0 };
}

/** Intervals in order, without overlap. */
function union(intervals: readonly [number, number][]): [number, number][] {
  const merged: [number, number][] = [];
  for (const [start, end] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
