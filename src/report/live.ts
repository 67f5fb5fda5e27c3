/** Progress as text: a view that is redrawn, or a line per step. Pure. */
import { styleText } from "node:util";
import { clip, plain, unheard } from "./escape.ts";
import { duration, ms } from "./format.ts";
import type { Progress, ProgressCell } from "./progress.ts";

const PHASES: Record<Progress["phase"], string> = {
  provision: "preparing",
  wait: "waiting",
  start: "starting",
  probe: "probing",
  calibrate: "counting",
  confirm: "confirming",
  replay: "replaying",
  crosscheck: "checking",
  rung: "looking for a remedy",
  look: "looking",
  measure: "measuring",
  settle: "settling",
  stop: "stopping",
  report: "reporting",
};

/** At most `rows` lines of at most `columns` characters. */
export function renderLive(
  progress: Progress,
  size: { columns: number; rows: number; color: boolean },
): string[] {
  const width = Math.max(20, size.columns - 1);
  const paint = (style: "bold" | "dim" | "red" | "green" | "cyan" | "yellow", text: string) =>
    size.color ? styleText(style, text, { validateStream: false }) : text;
  const { requests } = progress;
  const label = [
    progress.simulated ? "SIMULATED" : null,
    progress.synthetic ? "synthetic model" : null,
    PHASES[progress.phase],
    progress.start === null ? null : startText(progress),
    progress.round === null ? null : `round ${progress.round.number} of ${progress.round.of}`,
  ].filter((part) => part !== null);
  const left = leftText(progress);
  const times = `${requests.done} of ${requests.planned} requests, ${duration(progress.elapsedMs)}${left}`;
  const head = [
    paint("bold", clip(label.join(" · "), width)),
    clip(`${bar(requests.done, requests.planned, 20)} ${times}`, width),
    paint("cyan", clip(unheard(plain(progress.doing)), width)),
  ];
  const room = Math.max(0, size.rows - head.length - 1);
  const cells = visible(progress.cells, room);
  return [...head, ...cells.map((cell) => paint(colorOf(cell), cellLine(cell, width)))];
}

function leftText({ remainingMs, remainingAtMostMs = null }: Progress): string {
  if (remainingMs === null) return "";
  const more = remainingAtMostMs !== null && remainingAtMostMs > remainingMs;
  return more
    ? `, about ${duration(remainingMs)} to the next look, ${duration(remainingAtMostMs)} at most`
    : `, about ${duration(remainingMs)} left`;
}

function startText(progress: Progress): string {
  if (progress.pair != null) return pairText(progress.pair, progress.variant);
  const { start } = progress;
  return start?.kind === "probe" ? "probe start" : `start ${start?.number} of ${start?.of}`;
}

function pairText(pair: NonNullable<Progress["pair"]>, variant: string): string {
  if (pair.kind === "confirming") return `${plain(variant)}, to see whether head fails again`;
  const look = pair.nextLook === null ? "" : `, next look at ${pair.nextLook}`;
  return `${plain(variant)} · pair ${pair.number} of ${pair.of}${look}`;
}

function bar(done: number, of: number, width: number): string {
  const filled = of === 0 ? 0 : Math.min(width, Math.round((done / of) * width));
  return `[${"#".repeat(filled)}${".".repeat(width - filled)}]`;
}

/** What is running stays in sight; finished rows go first when there is no room. */
function visible(cells: ProgressCell[], room: number): ProgressCell[] {
  if (cells.length <= room) return cells;
  const at = Math.max(
    0,
    cells.findIndex((cell) => cell.state === "running"),
  );
  const from = Math.min(Math.max(0, at - Math.floor(room / 2)), Math.max(0, cells.length - room));
  return cells.slice(from, from + room);
}

function colorOf(cell: ProgressCell): "dim" | "red" | "green" | "cyan" {
  if (cell.state === "running") return "cyan";
  if (cell.state === "retired") return "red";
  return cell.state === "done" ? "green" : "dim";
}

function cellLine(cell: ProgressCell, width: number): string {
  const mark = { waiting: " ", running: ">", passing: "+", retired: "x", done: "=" }[cell.state];
  const state =
    cell.state === "retired"
      ? (cell.outcome ?? "")
      : cell.measured > 0
        ? `${cell.measured}/${cell.planned}  ${ms(cell.turnMs)}`
        : cell.outcome === "pass"
          ? "works"
          : (cell.outcome ?? "");
  const label = plain(`${cell.scenario} ${cell.combination}`).trim();
  const room = Math.max(10, width - state.length - 4);
  return clip(`${mark} ${clip(label, room).padEnd(room)}  ${state}`, width);
}

/** One line for a log: what a step is, or what an attempt brought; null when nothing is worth one. */
export function renderLogLine(previous: Progress | null, next: Progress): string | null {
  const time = `[${(next.elapsedMs / 1000).toFixed(1).padStart(7)} s]`;
  if (next.finished !== null) {
    const { label, outcome, tookMs } = next.finished;
    const where = [
      next.start?.kind === "measure" ? startText(next) : null,
      next.round === null ? null : `round ${next.round.number} of ${next.round.of}`,
    ].filter((part) => part !== null);
    const figure = outcome === "pass" ? ms(tookMs) : outcome;
    const place = next.phase === "measure" && next.round === null ? "warm-up" : PHASES[next.phase];
    return [time, place.padEnd(9), ...where, `${plain(label)}: ${figure}`].join("  ");
  }
  const announced: Progress["phase"][] = ["provision", "wait", "start", "look", "settle", "stop"];
  const same = previous?.phase === next.phase;
  // A ladder takes as long as its longest prompts: each rung is told.
  const told = next.phase === "look" ? same && previous?.doing === next.doing : same;
  if (!announced.includes(next.phase) || told) return null;
  return `${time}  ${PHASES[next.phase].padEnd(9)}  ${plain(next.doing)}`;
}

/** A line that stands between the steps, of whatever length. */
export function renderNote(line: string): string {
  return unheard(plain(line));
}
