/** The one module that formats figures. Unknown is an en dash. Sizes are decimal: 1 GB = 10^9 bytes. */

export const UNKNOWN = "–";

type Maybe = number | null | undefined;

const known = (value: Maybe): value is number =>
  typeof value === "number" && Number.isFinite(value);

/** Three significant figures: `0.42 ms`, `840 ms`, `12.3 s`, `4 min 10 s`. */
export function ms(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  if (value < 999.5) return `${significant(value)} ms`;
  if (value < 99_950) return `${significant(value / 1000)} s`;
  return duration(value);
}

/** For waits and totals: `12 s`, `4 min 10 s`, `2 h 5 min`. */
export function duration(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  const seconds = Math.round(value / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return join(`${minutes} min`, seconds % 60, "s");
  return join(`${Math.floor(minutes / 60)} h`, minutes % 60, "min");
}

function join(first: string, rest: number, unit: string): string {
  return rest === 0 ? first : `${first} ${rest} ${unit}`;
}

/** `24.1`, without the unit. */
export function rate(value: Maybe): string {
  return known(value) ? significant(value) : UNKNOWN;
}

/** `24.1 tok/s`. */
export function tokensPerSecond(value: Maybe): string {
  return known(value) ? `${rate(value)} tok/s` : UNKNOWN;
}

/** `1.54%`, of a share. */
export function percent(share: Maybe): string {
  return known(share) ? `${significant(100 * share)}%` : UNKNOWN;
}

/** `8.02 GB`. */
export function bytes(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  for (const [unit, size] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["KB", 1e3],
  ] as const) {
    if (value >= size * 0.9995) return `${significant(value / size)} ${unit}`;
  }
  return `${Math.round(value)} B`;
}

/** `11,941`. */
export function count(value: Maybe): string {
  return known(value) ? Math.round(value).toLocaleString("en-US") : UNKNOWN;
}

/** `1 cell`, `4 cells`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `a, b and c`. */
export function list(items: readonly string[], last = "and"): string {
  return items.length < 2
    ? (items[0] ?? "")
    : `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
}

/** `A sentence`, of `a sentence`. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function significant(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = Number(value.toFixed(Math.min(digits, 6)));
  return rounded >= 1000 ? count(rounded) : String(Number(rounded.toPrecision(3)));
}
