/** The charts of a run and of a cell; a page without them is whole too. */
import type { ReportedRun } from "../../reported.ts";
import type { Node } from "../h.ts";

export function chartsOfRun(_run: ReportedRun): Node {
  return null;
}

export function chartsOfCell(_run: ReportedRun, _cellId: string): Node {
  return null;
}
