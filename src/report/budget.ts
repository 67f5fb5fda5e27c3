/**
 * A text of many parts under a limit: the least important parts go first, a long list is shortened
 * before it goes whole, and the reader is told what is missing. Pure.
 */
import { list } from "./format.ts";

/** How a place counts. */
export type Unit =
  /**
   * UTF-16 units. GitHub's 65,536 of a comment are characters, of up to four bytes each in its
   * database; no way to count characters gives more than this one.
   */
  | "characters"
  /** Of UTF-8, as a job summary's. */
  | "bytes";

export interface Limit {
  size: number;
  unit: Unit;
}

/** Text that can be made again with fewer rows of its longest list. */
export interface Shortenable {
  rows: number;
  text: (rows: number) => string;
}

export interface Part {
  /** What the reader is told where it is left out: `the matrix`. */
  name: string;
  text: string;
  /** The least important goes first; between equals the later one. */
  importance: number;
  shorten?: Shortenable;
}

/** Fewer rows than these say nothing that the verdict doesn't. */
const LEAST_ROWS = 3;

export function sizeOf(text: string, unit: Unit): number {
  return unit === "characters" ? text.length : Buffer.byteLength(text);
}

/**
 * @param head never left out, so it must be short
 * @param where what was left out is: `report.html`
 * @returns what fits, with a newline at its end; never above the limit
 */
export function fitted(
  head: string,
  parts: readonly Part[],
  foot: string,
  { limit, where }: { limit: Limit; where: string },
): string {
  const texts = new Map(parts.map((part) => [part, part.text]));
  const shortened = new Set<Part>();
  const missing = () => parts.filter((part) => !texts.has(part)).map(({ name }) => name);
  const whole = () => {
    const kept = parts.flatMap((part) => texts.get(part) ?? []).filter((text) => text !== "");
    const note = leftOut(
      missing(),
      [...shortened].map(({ name }) => name),
      where,
    );
    return `${[head, ...kept, ...note, foot].join("\n\n")}\n`;
  };
  const fits = () => sizeOf(whole(), limit.unit) <= limit.size;
  const byImportance = parts
    .map((part, place) => ({ part, place }))
    .sort((a, b) => a.part.importance - b.part.importance || b.place - a.place);
  for (const { part } of byImportance) {
    if (fits()) break;
    const { shorten } = part;
    if (shorten !== undefined && shorten.rows > LEAST_ROWS) {
      shortened.add(part);
      texts.set(part, shorten.text(LEAST_ROWS));
      if (fits()) {
        texts.set(part, shorten.text(mostRows(shorten, part, texts, fits)));
        break;
      }
      shortened.delete(part);
    }
    texts.delete(part);
  }
  return cut(whole(), limit);
}

/** The most rows with which it still fits; {@link LEAST_ROWS} do. */
function mostRows(
  { rows, text }: Shortenable,
  part: Part,
  texts: Map<Part, string>,
  fits: () => boolean,
): number {
  let [low, high] = [LEAST_ROWS, rows];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    texts.set(part, text(middle));
    if (fits()) low = middle;
    else high = middle;
  }
  return low;
}

function leftOut(missing: string[], shortened: string[], where: string): string[] {
  const said = [
    missing.length === 0 ? null : `left out for want of room: ${list(missing)}`,
    shortened.length === 0 ? null : `shortened: ${list(shortened)}`,
  ].filter((part) => part !== null);
  if (said.length === 0) return [];
  const text = said.join("; ");
  return [`_${text.charAt(0).toUpperCase()}${text.slice(1)}. All of it is in ${where}._`];
}

/** A head that is too long by itself ends at a line's end. */
function cut(text: string, { size, unit }: Limit): string {
  if (sizeOf(text, unit) <= size) return text;
  let kept = text;
  while (kept !== "" && sizeOf(kept, unit) > size) {
    kept = kept.slice(0, Math.max(0, kept.trimEnd().lastIndexOf("\n") + 1));
  }
  return kept;
}
