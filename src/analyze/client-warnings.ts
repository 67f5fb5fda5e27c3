/** Whether this tool, not the engine, was the bottleneck. Pure. */
import type { ClientLoad } from "../journal/events.ts";
import { type Attempt, attemptsOf, type CellState, type RunState } from "../journal/state.ts";
import type { Warning } from "../result.ts";
import { turnsIn } from "./burst.ts";
import { decodeSpanMs, readLate } from "./late-reader.ts";
import { median } from "./statistics.ts";

/** This tool's event loop was kept away once for a notable part of an attempt ... */
const LAG_SHARE = 0.02;
const LEAST_LAG_MS = 20;
/** ... or again and again: by more than the time between two tokens of a fast stream. */
const OFTEN_LAG_MS = 10;
/** Most of a core was used, or the event loop hardly ever waited for the engine. */
const BUSY = 0.8;
/** Below this, an attempt's CPU time is what sending and the first read take. */
const LEAST_TOOK_MS = 100;
/** A cell's figures are medians: one bad attempt among so many doesn't change them. */
const NOTABLE_SHARE = 1 / 5;
const LATE_SEND_MS = 5;

/** Each names the cells that it concerns: a cell of 64 users may be wrong where one user's is right. */
export function clientWarnings(state: RunState): Warning[] {
  const cells = [...state.cells.values()];
  const warnings: Warning[] = [];
  const lagging = concerned(cells, isLagging);
  if (lagging !== null) {
    const worst = Math.round(Math.max(...lagging.loads.map(({ loopDelayMs }) => loopDelayMs)));
    const often = Math.round(
      Math.max(...lagging.loads.map(({ loopDelayP99Ms }) => loopDelayP99Ms ?? 0)),
    );
    const usual = often > 0 ? ` (one time in a hundred by ${often} ms or more)` : "";
    const text = `This tool itself was late to read, by up to ${worst} ms${usual}, in ${lagging.of}: the machine has too little CPU to spare, and figures there may be too high by that.`;
    warnings.push({ code: "client-late", text });
  }
  const busy = concerned(cells, isBusy);
  if (busy !== null) {
    const cpu = percent(busy.loads.map(({ cpuMs, tookMs }) => cpuMs / tookMs));
    const told = busy.loads.flatMap(({ loopBusy }) => loopBusy ?? []);
    const loop =
      told.length === 0 ? "" : ` and its event loop was at work ${percent(told)} of the time`;
    const text = `This tool used ${cpu} of a core${loop} in ${busy.of}: at this load it, not the engine, may be the bottleneck.`;
    warnings.push({ code: "client-bottleneck", text });
  }
  const unread = lateReads(cells);
  if (unread !== null) warnings.push(unread);
  const late = lateSends(cells);
  if (late !== null) warnings.push(late);
  return warnings;
}

function isLagging({ loopDelayMs, loopDelayP99Ms = 0, tookMs }: ClientLoad): boolean {
  const once = loopDelayMs > Math.max(LEAST_LAG_MS, tookMs * LAG_SHARE);
  return once || loopDelayP99Ms > OFTEN_LAG_MS;
}

/** Where the engine takes the CPU away, the event loop is at its limit long before a core is used. */
function isBusy({ cpuMs, loopBusy = 0, tookMs }: ClientLoad): boolean {
  return tookMs > LEAST_TOOK_MS && Math.max(cpuMs / tookMs, loopBusy) > BUSY;
}

/** The cells of which a notable part of the measured attempts is so, and those attempts. */
function concerned(
  cells: readonly CellState[],
  is: (load: ClientLoad) => boolean,
): { loads: ClientLoad[]; of: string } | null {
  const found = cells.flatMap((cell) => {
    const all = attemptsOf(cell, "measure").flatMap(({ client }) => client ?? []);
    const loads = all.filter(is);
    if (loads.length === 0 || loads.length < all.length * NOTABLE_SHARE) return [];
    return [
      { loads, name: `${loads.length} of ${all.length} measured attempts of ${cell.spec.id}` },
    ];
  });
  if (found.length === 0) return null;
  return {
    loads: found.flatMap(({ loads }) => loads),
    of: found.map(({ name }) => name).join("; "),
  };
}

/** Samples whose decode can't be told, because this tool read it late. */
function lateReads(cells: readonly CellState[]): Warning | null {
  const found = cells.flatMap((cell) => {
    const passed = attemptsOf(cell, "measure").filter(({ finding }) => finding.kind === "pass");
    const late = passed.filter(isReadLate);
    return late.length === 0
      ? []
      : [`${late.length} of ${passed.length} measured attempts of ${cell.spec.id}`];
  });
  if (found.length === 0) return null;
  const text = `In ${found.join("; ")} this tool was kept from reading for half as long as the tokens took to come, or longer: their decode tokens/s and gaps are not known and were left out.`;
  return { code: "decode-read-late", text };
}

/** A stream of several chunks in it whose times are this tool's own doing. */
export function isReadLate({ calls, turns, client }: Attempt): boolean {
  const last = (turns?.length ?? 0) - 1;
  const firsts =
    turns === null
      ? turnsIn(calls).map(([first]) => first)
      : calls.filter(({ exchange }) => exchange.step === last).slice(0, 1);
  return firsts.some((call) => {
    const spanMs = call === undefined ? null : decodeSpanMs(call.trace, call.tokens.output);
    // In one piece, it has no rate whoever reads it.
    return spanMs !== null && spanMs > 0 && readLate(spanMs, client);
  });
}

/** Turns of an open loop that were not begun when they were due; their later requests wait for the first. */
function lateSends(cells: readonly CellState[]): Warning | null {
  const lateMs = cells
    .flatMap((cell) => attemptsOf(cell, "measure"))
    .flatMap(({ calls }) => turnsIn(calls))
    .flatMap(([first]) => {
      const { sentNs, dueNs } = first?.exchange ?? { sentNs: 0 };
      return dueNs === undefined ? [] : [(sentNs - dueNs) / 1e6];
    });
  const late = lateMs.filter((ms) => ms > LATE_SEND_MS);
  if (late.length <= lateMs.length / 20) return null;
  const text = `${late.length} of ${lateMs.length} requests of the open loop were sent more than ${LATE_SEND_MS} ms after they were due, by up to ${Math.round(Math.max(...late))} ms; that time counts in their latencies.`;
  return { code: "sent-late", text };
}

function percent(shares: readonly number[]): string {
  return `${Math.round(100 * median(shares))}%`;
}
