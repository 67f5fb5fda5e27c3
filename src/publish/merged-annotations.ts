/** What the checks page shows of several runs. Pure. */
import type { Merged } from "../analyze/merged/merged.ts";
import { isAlone, mergedHead } from "../report/merged-words.ts";
import type { Reported } from "../report/reported.ts";
import { type Annotation, annotations, capped, isUntold, note, untold } from "./annotations.ts";

const LEVELS = ["error", "warning", "notice"] as const;

/** The whole first, then who is missing, then what each run warns of by its name; of one run its own. */
export function mergedAnnotations(reported: Reported, merged: Merged): Annotation[] {
  const [run] = reported.runs;
  if (run !== undefined && isAlone(reported)) return annotations(run.result);
  const { sentence, toDo } = mergedHead(reported, merged);
  const simulated = reported.runs.some(({ result }) => result.simulated) ? "SIMULATED. " : "";
  const list = [
    note(levelOf(merged), "inferrs-bench: all runs", `${simulated}${sentence} ${toDo}`),
    ...reported.missing.map(({ name, why }) =>
      note("error", `inferrs-bench: ${name} did not report`, why),
    ),
    ...reported.runs.flatMap(({ name, result }) =>
      [...annotations(result), ...(isUntold(result) ? [untold(result, null)] : [])]
        .filter(({ level }) => level !== "notice")
        .map(({ level, title, message }) => note(level, `${name}: ${title}`, message)),
    ),
  ];
  return LEVELS.flatMap((level) => capped(list.filter((each) => each.level === level)));
}

function levelOf({ verdict, exitReason }: Merged): Annotation["level"] {
  if (exitReason !== "ok" || verdict === "broken" || verdict === "regression") return "error";
  return verdict === "inconclusive" ? "warning" : "notice";
}
