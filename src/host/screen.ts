/** Progress on a terminal (redrawn in place) or in a log (a line per step). */
import { renderLive, renderLogLine } from "../report/live.ts";
import type { Progress } from "../report/progress.ts";

export interface Output {
  isTTY: boolean;
  columns?: number;
  rows?: number;
  write(text: string): void;
}

export interface Screen {
  show(progress: Progress): void;
  /** Takes the live view away; what is printed next stands in its place. */
  clear(): void;
}

/** Seldom enough that drawing costs the measurement nothing that could be seen. */
const REDRAW_EVERY_MS = 250;

/** @param quiet shows nothing at all */
export function openScreen(output: Output, quiet: boolean, color: boolean): Screen {
  if (quiet) return { show: () => {}, clear: () => {} };
  return output.isTTY ? liveScreen(output, color) : logScreen(output);
}

function logScreen(output: Output): Screen {
  let previous: Progress | null = null;
  return {
    show(progress) {
      const line = renderLogLine(previous, progress);
      if (line !== null) output.write(`${line}\n`);
      previous = structuredClone(progress);
    },
    clear() {},
  };
}

function liveScreen(output: Output, color: boolean): Screen {
  let drawn = 0;
  let latest: Progress | null = null;
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
    if (latest === null) return;
    // The clock goes on between steps.
    latest.elapsedMs = Math.max(latest.elapsedMs, elapsedAtShow + performance.now() - shownBase);
    draw();
  }, 1000);
  let shownBase = started;
  timer.unref();
  return {
    show(progress) {
      latest = structuredClone(progress);
      elapsedAtShow = progress.elapsedMs;
      shownBase = performance.now();
      if (performance.now() - shownAt >= REDRAW_EVERY_MS || drawn === 0) draw();
    },
    clear() {
      clearInterval(timer);
      erase();
      latest = null;
    },
  };
}
