/**
 * Runs as suites of test cases: a cell is one, and so is each primary metric of a comparison, so that
 * any CI shows what fails. Pure.
 */
import { name, shownCombination } from "../plan/matrix.ts";
import type { ComparedMetric, Result, ResultCell } from "../result.ts";
import {
  changeWithInterval,
  undecidedText,
  VERDICT_WORDS,
  verdictWord,
} from "./comparison-change.ts";
import { comparisonSentence, titles, whatToDo } from "./comparison-words.ts";
import type { MissingRun, Reported, ReportedRun } from "./reported.ts";
import { median } from "./summary.ts";

export type Attributes = Record<string, string>;

/** What a CI shows of it. */
export type End =
  | { kind: "passed" }
  | { kind: "failed"; type: string; message: string; text: string }
  | { kind: "skipped"; message: string };

export interface Case {
  classname: string;
  name: string;
  /** Median of a whole turn; null: nothing was timed. */
  seconds: number | null;
  end: End;
}

export interface Suite {
  name: string;
  timestamp: string | null;
  properties: Attributes;
  cases: Case[];
}

/** Of each run, and one of those that are missing. */
export function suitesOf({ runs, missing }: Reported): Suite[] {
  return [...runs.flatMap(suitesOfRun), ...(missing.length > 0 ? [missingSuite(missing)] : [])];
}

/** One for each variant, and one for what the comparison says. */
function suitesOfRun({ name: run, result }: ReportedRun): Suite[] {
  const several = result.variants.length > 1;
  const called = (part: string) => [run || "inferrs-bench", part].filter(Boolean).join(": ");
  const of = { timestamp: result.startedAt, properties: propertiesOf(result) };
  const suites = result.variants.map((variant): Suite => {
    const cells = result.cells.filter((cell) => cell.variant === variant.name);
    return {
      ...of,
      name: called(several ? variant.name : ""),
      properties: { ...of.properties, ...variantProperties(variant) },
      cases: cells.map((cell) => cellCase(cell, result)),
    };
  });
  const bare = result.cells.length === 0 && result.exitReason !== "ok";
  if (bare) suites.unshift({ ...of, name: called("the run"), cases: [failedRun(result)] });
  if (result.comparison === null) return suites;
  return [...suites, { ...of, name: called("comparison"), cases: comparisonCases(result) }];
}

function failedRun({ exitReason, exitDetail }: Result): Case {
  const message = exitDetail ?? exitReason;
  const end: End = { kind: "failed", type: exitReason, message, text: message };
  return { classname: "inferrs-bench", name: "the run", seconds: null, end };
}

function cellCase(cell: ResultCell, result: Result): Case {
  const combination = name(shownCombination(cell)).replaceAll(",", ", ");
  const load =
    cell.load.kind === "closed" ? cell.load.concurrency : `${cell.load.requestsPerSecond}/s`;
  const parts = [combination || "as configured", load === 1 ? "" : `load ${load}`];
  const ms = median(cell, "turnMs");
  return {
    classname: cell.scenario,
    name: parts.filter(Boolean).join(", "),
    seconds: ms === null ? null : ms / 1000,
    end: cellEnd(cell, result),
  };
}

/** Base's failures are what head is compared with, and rungs of the ladder were expected to fail. */
function cellEnd({ outcome, variant, rung }: ResultCell, { comparison }: Result): End {
  const { kind, reason, meaning, evidence, remedy } = outcome;
  if (kind === "pass") return { kind: "passed" };
  if (kind === "not-run")
    return { kind: "skipped", message: joined(`not run: ${reason}`, evidence) };
  const said = joined(kind, meaning);
  if (rung !== undefined) return { kind: "skipped", message: `on the ladder of remedies: ${said}` };
  if (comparison?.base === variant) return { kind: "skipped", message: `base: ${said}` };
  const text = [
    meaning,
    evidence === null ? null : `Evidence: ${evidence}`,
    remedy === null ? null : `What mends it: ${remedy}`,
  ];
  return { kind: "failed", type: kind, message: said, text: text.filter(Boolean).join("\n") };
}

function joined(first: string, second: string | null): string {
  return second === null ? first : `${first}: ${second}`;
}

/** The verdict, then each primary metric; the others only advise, and have no case. */
function comparisonCases(result: Result): Case[] {
  const { comparison, verdict } = result;
  const metrics = comparison?.metrics.filter(({ primary }) => primary) ?? [];
  const title = titles(result);
  const sentence = comparisonSentence(result) ?? "";
  const text = `${sentence}\n${whatToDo(result)}`;
  const end: End =
    verdict === "broken" || verdict === "regression"
      ? { kind: "failed", type: verdict, message: sentence, text }
      : verdict === null || verdict === "inconclusive"
        ? { kind: "skipped", message: text }
        : { kind: "passed" };
  return [
    { classname: "comparison", name: "verdict", seconds: null, end },
    ...metrics.map((metric) => ({
      classname: "comparison",
      name: title(metric),
      seconds: null,
      end: metricEnd(metric, result),
    })),
  ];
}

function metricEnd(metric: ComparedMetric, result: Result): End {
  const change = changeWithInterval(metric);
  const word = verdictWord(metric, result);
  const judged = word === VERDICT_WORDS[metric.verdict].toLowerCase();
  if (!judged) return { kind: "skipped", message: `${word}: ${change}` };
  if (metric.verdict === "regression") {
    const text = `base ${metric.base} ${metric.unit}, head ${metric.head} ${metric.unit}; threshold ${100 * metric.threshold}%`;
    return { kind: "failed", type: "regression", message: change, text };
  }
  if (metric.verdict !== "inconclusive") return { kind: "passed" };
  const why = undecidedText(metric, result);
  return { kind: "skipped", message: joined(`inconclusive: ${change}`, why) };
}

function missingSuite(missing: readonly MissingRun[]): Suite {
  const cases = missing.map(({ name: run, why }): Case => {
    const end: End = { kind: "failed", type: "missing", message: why, text: why };
    return { classname: "missing", name: run, seconds: null, end };
  });
  return { name: "missing runs", timestamp: null, properties: {}, cases };
}

function propertiesOf(result: Result): Attributes {
  return {
    verdict: result.verdict ?? "none",
    status: result.status,
    "exit-reason": result.exitReason,
    "inferrs-bench": result.tool.version,
    simulated: String(result.simulated),
    synthetic: String(result.synthetic),
    fingerprint: result.environment.fingerprint,
    ...(result.label === null ? {} : { label: result.label }),
  };
}

function variantProperties({ engine, model, server }: Result["variants"][number]): Attributes {
  return {
    engine: [engine.kind, engine.version].filter(Boolean).join(" "),
    model: model.servedId ?? model.id,
    ...(server.deviceSeen === null ? {} : { device: server.deviceSeen }),
    ...(server.chosen.quantization === null ? {} : { quantization: server.chosen.quantization }),
  };
}
