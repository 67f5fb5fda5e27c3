/** One run, section by section. */
import type { ResultCell } from "../../result.ts";
import { headOnly } from "../head-only.ts";
import { howMeasuredText } from "../how-measured.ts";
import type { ReportedRun } from "../reported.ts";
import { failuresIn, laddersOf, settingsOf, warningsOf } from "./advice.ts";
import { cellsOf } from "./cells.ts";
import { chartsOfRun } from "./charts/index.ts";
import { comparisonOf } from "./compared.ts";
import { IdPrefix } from "./figure.ts";
import { coldOf, fitsOf, historyOf, loadsOf, turnsOf } from "./figures.ts";
import { html, type Node } from "./h.ts";
import { headByItself } from "./headline.ts";
import { matrixOf } from "./matrix.ts";
import { crosschecksOf, startsOf, whatWasRun } from "./record.ts";

export interface Section {
  id: string;
  title: string;
  /** Results come first, then what they rest on. */
  chapter: "results" | "record";
  content: Node;
}

/** Where a cell's details are. */
export function cellId(run: ReportedRun, prefix: string): (cell: ResultCell) => string {
  return ({ id }) => `${prefix}cell-${run.result.cells.findIndex((each) => each.id === id) + 1}`;
}

/** @param prefix of every id, unique in the page */
export function sectionsOf(run: ReportedRun, prefix: string): Section[] {
  const whole = run.result;
  const result = headOnly(whole);
  const idOf = cellId(run, prefix);
  const hrefOf = (cell: ResultCell) => `#${idOf(cell)}`;
  const chatOnly = result.recommendation?.toolsKept === false ? " (chat only)" : "";
  const sections: [string, string, Node, Section["chapter"]?][] = [
    ["comparison", "Base and head", comparisonOf(whole)],
    ["head", "Head by itself", headByItself(whole)],
    [
      "matrix",
      "Combinations and scenarios",
      result.cells.length > 0 && matrixOf(whole, `${prefix}matrix-heat`, hrefOf),
    ],
    ["settings", `Recommended settings${chatOnly}`, settingsOf(result, `${prefix}settings`)],
    ["ladder", "The ladder of remedies", laddersOf(result)],
    ["failures", "What fails", failuresIn(result, hrefOf)],
    ["warnings", "Warnings", whole.warnings.length > 0 && warningsOf(whole)],
    ["charts", "Charts", withIds(prefix, chartsOfRun(run))],
    ["fits", "What fits", fitsOf(result)],
    ["turns", "The turn taken apart", turnsOf(result)],
    ["load", "Under load", loadsOf(result)],
    ["cold", "Cold starts and the prompt cache", coldOf(result)],
    ["history", "History", historyOf(run.history)],
    [
      "cells",
      "Every cell",
      whole.cells.length > 0 && withIds(prefix, cellsOf(run, `${prefix}cells`, idOf)),
      "record",
    ],
    ["ran", "What was run", whatWasRun(whole), "record"],
    ["starts", "Engine starts", whole.starts.length > 0 && startsOf(whole), "record"],
    ["counts", "What the server counts", crosschecksOf(whole), "record"],
    ["measured", "How it was measured", howMeasuredText(result), "record"],
  ];
  return sections.flatMap(([id, title, content, chapter = "results"]) =>
    isEmpty(content) ? [] : [{ id: `${prefix}${id}`, title, content, chapter }],
  );
}

function isEmpty(content: Node): boolean {
  return (
    content === null ||
    content === undefined ||
    content === false ||
    content === "" ||
    (Array.isArray(content) && content.every(isEmpty))
  );
}

/** Charts know their run, not the page. */
export function withIds(prefix: string, charts: Node): Node {
  return isEmpty(charts) ? charts : html`<${IdPrefix.Provider} value=${prefix}>${charts}</>`;
}
