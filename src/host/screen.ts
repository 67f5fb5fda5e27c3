/** Progress on a terminal (redrawn in place) or in a log (a line per step). */
import { renderLive, renderLogLine, renderNote } from "../report/live.ts";
import type { Progress } from "../report/progress.ts";

export interface Output {
  isTTY: boolean;
  columns?: number;
  rows?: number;
  write(text: string): void;
}

/** Columns to fill, at most 100. A pseudo-terminal without a size says 0. */
export function widthOf(output: Output, fallback: number): number {
  return Math.min(output.columns || fallback, 100);
}

export interface Screen {
  /** @param progress worked out only when it is drawn: it takes time between requests */
  show(progress: () => Progress): void;
  /** A line of its own between the steps; `passing`: the next of its kind replaces it. */
  note(line: string, passing: boolean): void;
  /** Takes the live view away; what is printed next stands in its place. */
  clear(): void;
}

/** Seldom enough that drawing costs the measurement nothing that could be seen. */
const REDRAW_EVERY_MS = 250;

/** @param kind `live`: redrawn, where there is a terminal; `log`: a line per step; `none`: nothing */
export function openScreen(output: Output, kind: "live" | "log" | "none", color: boolean): Screen {
  if (kind === "none") return { show: () => {}, note: () => {}, clear: () => {} };
  const terminal = output.isTTY && (output.columns ?? 0) > 0;
  return kind === "live" && terminal ? liveScreen(output, color) : logScreen(output);
}

/** In a log nothing is replaced: a download of an hour is a few hundred lines. */
const NOTE_EVERY_MS = 10_000;

function logScreen(output: Output): Screen {
  let previous: Progress | null = null;
  let notedAt = performance.now();
  return {
    show(progress) {
      const now = progress();
      const line = renderLogLine(previous, now);
      if (line !== null) output.write(`${line}\n`);
      previous = now;
    },
    note(line, passing) {
      if (passing && performance.now() - notedAt < NOTE_EVERY_MS) return;
      notedAt = performance.now();
      output.write(`${renderNote(line)}\n`);
    },
    clear() {},
  };
}

function liveScreen(output: Output, color: boolean): Screen {
  let drawn = 0;
  let latest: Progress | null = null;
  /** What was shown since and isn't drawn yet. */
  let next: (() => Progress) | null = null;
  let shownAt = 0;
  const erase = () => {
    if (drawn > 0) output.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = () => {
    if (latest === null) return;
    const size = { columns: output.columns ?? 80, rows: output.rows ?? 24, color };
    const lines = renderLive(latest, size);
    erase();
    output.write(`${lines.join("\n")}\n`);
    drawn = lines.length;
    shownAt = performance.now();
  };
  const started = performance.now();
  let elapsedAtShow = 0;
  const timer = setInterval(() => {
    if (next !== null) return look();
    if (latest === null) return;
    // The clock goes on between steps.
    latest.elapsedMs = Math.max(latest.elapsedMs, elapsedAtShow + performance.now() - shownBase);
    draw();
  }, 1000);
  let shownBase = started;
  const look = () => {
    if (next === null) return;
    latest = next();
    next = null;
    elapsedAtShow = latest.elapsedMs;
    shownBase = performance.now();
    draw();
  };
  timer.unref();
  return {
    show(progress) {
      next = progress;
      if (performance.now() - shownAt >= REDRAW_EVERY_MS || drawn === 0) look();
    },
    note(line, passing) {
      if (passing && latest !== null) {
        latest.doing = line;
        draw();
        return;
      }
      erase();
      output.write(`${renderNote(line)}\n`);
      if (latest !== null) draw();
    },
    clear() {
      clearInterval(timer);
      erase();
      latest = null;
      next = null;
    },
  };
}
