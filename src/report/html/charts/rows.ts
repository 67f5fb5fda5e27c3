/** Cells as the rows of a chart: which stand together, and how they are called where room is scarce. Pure. */
import { nameOfLoad } from "../../../plan/load.ts";
import { name, shownCombination } from "../../../plan/matrix.ts";
import type { Result, ResultCell } from "../../../result.ts";
import { clip, plain } from "../../escape.ts";
import { html } from "../h.ts";
import { px } from "./px.ts";
import { LINE_PX, wrapped } from "./text.ts";

export interface Row {
  cell: ResultCell;
  /** What tells it from the others of the chart, in lines that fit. */
  lines: string[];
  /** The same in one line, uncut. */
  short: string;
  /** All of its name. */
  full: string;
}

/** Room of the column of names. */
export const NAMES_PX = 196;
const MOST_LINES = 4;

/** Of one scenario in the order of the cells; base and head of a combination one under the other. */
export function rowsOf({ comparison, variants }: Result, cells: readonly ResultCell[]): Row[] {
  const parts = cells.map(partsOf);
  const shared = cells.length < 2 ? [] : (parts[0] ?? []).filter((part) => inAll(part, parts));
  const several = variants.length > 1;
  const rows = cells.map((cell, index) => {
    const own = (parts[index] ?? []).filter((part) => !shared.includes(part));
    const variant = several ? [plain(cell.variant)] : [];
    const told = [...variant, ...own];
    const shown = told.length === 0 ? [plain(cell.scenario)] : told;
    return {
      cell,
      // A variant has a line of its own: it is what is compared.
      lines: [...variant, ...wrapped(told.length === 0 ? shown : own, NAMES_PX - 10, MOST_LINES)],
      short: clip(shown.join(", "), 80),
      full: [...variant, plain(cell.scenario), ...(parts[index] ?? [])].join(", "),
    };
  });
  return comparison === null ? rows : besideEachOther(rows, comparison.base);
}

/** What all cells have in common, so that it is said once; empty where there is one. */
export function sharedBy(cells: readonly ResultCell[]): string[] {
  if (cells.length < 2) return [];
  const parts = cells.map(partsOf);
  return (parts[0] ?? []).filter((part) => inAll(part, parts));
}

function inAll(part: string, all: readonly string[][]): boolean {
  return all.every((each) => each.includes(part));
}

function partsOf(cell: ResultCell): string[] {
  const flags = Object.entries(shownCombination(cell)).map(([flag, value]) =>
    plain(name({ [flag]: value })),
  );
  const load = nameOfLoad(cell.load);
  return load === "" ? flags : [...flags, load];
}

function besideEachOther(rows: readonly Row[], base: string): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(partsOf(row.cell));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const order = ({ cell }: Row) => (cell.variant === base ? 0 : 1);
  return [...groups.values()].flatMap((group) => group.sort((a, b) => order(a) - order(b)));
}

/** A scenario's name for the head of a figure. */
export function titleOf(scenario: string): string {
  return clip(plain(scenario), 80);
}

/** Scenarios in the order of the cells. */
export function scenariosIn({ cells }: Result): string[] {
  return [...new Set(cells.map(({ scenario }) => scenario))];
}

/** The name in its lines, in the middle of the row; all of it on hovering. */
export function rowName({ lines, full }: Row, x: number, rowTop: number, height: number) {
  const [first = "", ...rest] = lines;
  const top = rowTop + Math.max(0, (height - LINE_PX * lines.length) / 2);
  return html`<text class="name" x=${px(x)} y=${px(top + 11)}>${first}${rest.map(
    (line) => html`<tspan x=${px(x)} dy=${LINE_PX}>${line}</tspan>`,
  )}<title>${full}</title></text>`;
}
