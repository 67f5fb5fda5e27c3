/** Tables whose cells are counted in studies. */
import { carryOutAll } from "./crew.ts";
import type { Study, Tally } from "./study.ts";

export interface Row {
  label: string;
  studies: Study[];
  cells(tallies: readonly Tally[]): string[];
  /** For a requirement: whether the counts meet it. */
  met?(tallies: readonly Tally[]): boolean;
}

export interface Table {
  title: string;
  text: string;
  columns: string[];
  rows: Row[];
}

export interface Filled {
  markdown: string;
  /** Labels of rows whose requirement wasn't met. */
  missed: string[];
}

/** A study that several rows need is carried out once. */
export async function fill(tables: readonly Table[], threads: number): Promise<Filled> {
  const rows = tables.flatMap((table) => table.rows);
  const studies = new Map(
    rows.flatMap((row) => row.studies).map((study) => [JSON.stringify(study), study] as const),
  );
  const done = await carryOutAll([...studies.values()], threads);
  const tallies = new Map([...studies.keys()].map((key, i) => [key, done[i]] as const));
  const of = (row: Row): Tally[] =>
    row.studies.flatMap((study) => tallies.get(JSON.stringify(study)) ?? []);
  const text = tables.map((table) => {
    const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
    const align = table.columns.map((_, i) => (i === 0 ? ":--" : "--:"));
    const body = table.rows.map((row) => {
      const verdict = row.met === undefined ? [] : [row.met(of(row)) ? "met" : "**missed**"];
      return line([row.label, ...row.cells(of(row)), ...verdict]);
    });
    const head = [line(table.columns), line(align)];
    return [`### ${table.title}`, "", table.text, "", ...head, ...body, ""].join("\n");
  });
  const missed = rows.filter((row) => row.met?.(of(row)) === false).map((row) => row.label);
  return { markdown: text.join("\n"), missed };
}
