/**
 * The simulator's log, line for line as inferrs writes it to its standard output: coloured, even
 * into a file, unless NO_COLOR is set.
 */

export type Level = "INFO" | "WARN" | "ERROR";

const COLOURS: Record<Level, number> = { INFO: 32, WARN: 33, ERROR: 31 };

/** One line of the log, without its end. */
export function logLine(
  level: Level,
  module: string,
  text: string,
  about: { time: string; colour: boolean },
): string {
  const padded = level.padStart(5);
  if (!about.colour) return `${about.time} ${padded} ${module}: ${text}`;
  const dim = (inner: string) => `\u001b[2m${inner}\u001b[0m`;
  return `${dim(about.time)} \u001b[${COLOURS[level]}m${padded}\u001b[0m ${dim(module)}${dim(":")} ${text}`;
}

/** Writes one line now. */
export function log(level: Level, module: string, text: string): void {
  const colour = (process.env.NO_COLOR ?? "") === "";
  process.stdout.write(`${logLine(level, module, text, { time: timestamp(), colour })}\n`);
}

/** Microseconds, as the Rust logger prints them; this clock has them from the process's start. */
function timestamp(): string {
  const now = performance.timeOrigin + performance.now();
  const whole = new Date(now).toISOString().slice(0, -1);
  const micros = Math.floor((now % 1) * 1000);
  return `${whole}${String(micros).padStart(3, "0")}Z`;
}
