/**
 * `junit.xml`: a cell is a test case, and so is each metric of a comparison, so that any CI shows what
 * fails. The shape is the one that Jenkins' schema (junit-10.xsd) has, and GitLab, Azure and others
 * read. Pure.
 */
import Builder from "fast-xml-builder";
import { name, shownCombination } from "../plan/matrix.ts";
import type { ComparedMetric, Result, ResultCell } from "../result.ts";
import {
  changeWithInterval,
  undecidedText,
  VERDICT_WORDS,
  verdictWord,
} from "./comparison-change.ts";
import { comparisonSentence, titles, whatToDo } from "./comparison-words.ts";
import { clip } from "./escape.ts";
import type { MissingRun, Reported, ReportedRun } from "./reported.ts";
import { median } from "./summary.ts";

type Attributes = Record<string, string>;

/** What a CI shows of it. */
type End =
  | { kind: "passed" }
  | { kind: "failed"; type: string; message: string; text: string }
  | { kind: "skipped"; message: string };

interface Case {
  classname: string;
  name: string;
  /** Median of a whole turn; null: nothing was timed. */
  seconds: number | null;
  end: End;
}

interface Suite {
  name: string;
  timestamp: string | null;
  properties: Attributes;
  cases: Case[];
}

const MOST_NAME = 300;
const MOST_TEXT = 4_000;

/** @returns XML 1.0, whatever the texts in the runs are */
export function renderJunit({ runs, missing }: Reported): string {
  const suites = [
    ...runs.flatMap(suitesOf),
    ...(missing.length > 0 ? [missingSuite(missing)] : []),
  ];
  const cases = suites.flatMap((suite) => suite.cases);
  const tree = {
    testsuites: {
      ...attributes({ name: "inferrs-bench", ...counts(cases) }),
      testsuite: suites.map(suiteNode),
    },
  };
  const builder = new Builder({
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(tree)}`;
}

/** One for each variant, and one for what the comparison says. */
function suitesOf({ name: run, result }: ReportedRun): Suite[] {
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

function suiteNode({ name: title, timestamp, properties, cases }: Suite): object {
  const seconds = cases.reduce((sum, each) => sum + (each.seconds ?? 0), 0);
  const listed = Object.entries(properties).map(([key, value]) =>
    attributes({ name: key, value: clip(value, MOST_NAME) }),
  );
  return {
    ...attributes({
      name: clip(title, MOST_NAME),
      ...counts(cases),
      skipped: String(cases.filter(({ end }) => end.kind === "skipped").length),
      time: seconds.toFixed(3),
      ...(timestamp === null ? {} : { timestamp: timestamp.replace(/(\.\d+)?Z$/, "") }),
    }),
    ...(listed.length === 0 ? {} : { properties: { property: listed } }),
    testcase: cases.map(caseNode),
  };
}

function counts(cases: readonly Case[]): Attributes {
  const failures = cases.filter(({ end }) => end.kind === "failed").length;
  return { tests: String(cases.length), failures: String(failures), errors: "0" };
}

function caseNode({ classname, name: title, seconds, end }: Case): object {
  return {
    ...attributes({
      name: clip(title, MOST_NAME) || "–",
      classname: clip(classname, MOST_NAME),
      ...(seconds === null ? {} : { time: seconds.toFixed(6) }),
    }),
    ...endNode(end),
  };
}

function endNode(end: End): object {
  switch (end.kind) {
    case "passed":
      return {};
    case "skipped":
      return { skipped: attributes({ message: oneLine(end.message) }) };
    case "failed":
      return {
        failure: {
          ...attributes({ message: oneLine(end.message), type: end.type }),
          "#text": legal(clip(end.text, MOST_TEXT)),
        },
      };
  }
}

/** A line's end in an attribute would become a blank on reading. */
function oneLine(text: string): string {
  return clip(text.replace(/\s+/g, " ").trim(), MOST_TEXT);
}

/** The builder tells attributes from elements by this. */
function attributes(values: Attributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`@_${key}`, legal(value)]),
  );
}

/**
 * What XML 1.0 allows at all (https://www.w3.org/TR/xml/#charsets): no reference makes the others
 * legal. Of those, ANSI sequences and what turns the direction of text go, too.
 */
function legal(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what goes.
      .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g, "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what goes.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, "")
      .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
  );
}
