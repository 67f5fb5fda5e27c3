/** The Action's outputs. Pure: the end of a run in, texts out; what is unknown is empty. */
import type { BenchEnd } from "../bench.ts";
import { changeWithInterval, slowerBy } from "../report/comparison-change.ts";
import { tellingMetric } from "../report/comparison-parts.ts";
import { regressed, titles } from "../report/comparison-words.ts";
import { quietJson, unheard } from "../report/escape.ts";
import type { Result } from "../result.ts";
import { type Headline, headline } from "./headline.ts";
import { oneLine } from "./text.ts";

export const OUTPUT_DESCRIPTIONS = {
  result: "path of result.json; after merge of several runs of merged.json",
  report: "path of report.md",
  html: "path of report.html, the page with everything; empty when there is none",
  junit: "path of junit.xml, for whatever shows test results",
  label: "what the run is called among others; empty when nobody named it",
  verdict:
    "regression, improvement, no-regression, inconclusive or broken; empty when nothing was compared",
  "exit-reason":
    "what decided the exit code: ok, regression, broken, all-failed, setup-failed, interrupted, internal-error, or invalid-input; after merge also missing: a job that was expected did not report",
  "recommended-compat":
    "the recommended compat flags as JSON; empty when no combination can be recommended",
  "openclaw-config":
    "path of openclaw.json5, the recommended settings ready to merge into OpenClaw's config",
  "ttft-ms": "median time to first token in ms, of the recommended combination's agent turn",
  "decode-tokens-per-second": "median decode speed of the recommended combination",
  "prefill-tokens-per-second": "median prefill speed of the recommended combination",
  "turn-ms": "median whole agent turn in ms, of the recommended combination",
  "tool-call-ms": "median extra time per tool call in ms, of the recommended combination",
  "peak-memory-bytes":
    "peak memory of the engine while it served the recommended combination, in bytes",
  "regressed-metrics":
    "primary metrics that got slower by more than their threshold, one per line; empty for none",
  change:
    "the change that the verdict turns on, in words: decode of agent-turn 12.1% slower (9.8% to 14.2%); empty when nothing was compared",
  "slower-percent":
    "the same as a number, negative where head is faster; empty when nothing was compared",
  pairs: "pairs of engine starts, one of base and one of head, that were judged",
  matrix:
    "with plan: true and matrix: true, the JSON for strategy.matrix of the jobs that measure; else empty",
} as const satisfies Record<string, string>;

export type ActionOutputs = Record<keyof typeof OUTPUT_DESCRIPTIONS, string>;

/** Every output of `action.yml`, also after a run that made no result. */
export function outputs(end: BenchEnd): ActionOutputs {
  const path = (name: string): string => end.files.find((file) => file.name === name)?.path ?? "";
  const figures: Partial<Headline> = end.result === null ? {} : headline(end.result);
  const compat = end.result?.recommendation?.compat;
  return {
    result: path("result.json"),
    report: path("report.md"),
    html: path("report.html"),
    junit: path("junit.xml"),
    label: unheard(oneLine(end.result?.label ?? "", 200)),
    verdict: end.result?.verdict ?? "",
    "exit-reason": end.result?.exitReason ?? reasonWithoutResult(end.exitCode),
    "recommended-compat": compat === undefined ? "" : quietJson(compat),
    "openclaw-config": path("openclaw.json5"),
    "ttft-ms": number(figures.ttftMs),
    "decode-tokens-per-second": number(figures.decodeTokensPerSecond),
    "prefill-tokens-per-second": number(figures.prefillTokensPerSecond),
    "turn-ms": number(figures.turnMs),
    "tool-call-ms": number(figures.toolCallMs),
    "peak-memory-bytes": number(figures.peakMemoryBytes),
    ...compared(end.result),
    matrix: end.plan?.matrix ?? "",
  };
}

function compared(
  result: Result | null,
): Pick<ActionOutputs, "regressed-metrics" | "change" | "slower-percent" | "pairs"> {
  const telling = result === null ? null : tellingMetric(result);
  const metric = telling?.ratio == null ? null : telling;
  const slower = metric === null ? null : slowerBy(metric);
  return {
    "regressed-metrics": result === null ? "" : oneEach(regressed(result)),
    change:
      result === null || metric === null
        ? ""
        : oneLine(`${titles(result)(metric)} ${changeWithInterval(metric)}`, 300),
    "slower-percent": number(slower === null ? null : 100 * slower),
    pairs: number(result?.comparison?.pairs.judged),
  };
}

/** A name may have anything in it but a line's end. */
export function oneEach(names: readonly string[]): string {
  return names.map((name) => unheard(oneLine(name, 200))).join("\n");
}

function reasonWithoutResult(exitCode: number): string {
  if (exitCode === 0) return "ok";
  if (exitCode === 2) return "invalid-input";
  if (exitCode === 3) return "setup-failed";
  return exitCode > 128 ? "interrupted" : "internal-error";
}

/** Rounded to what a workflow's expression can use; the result has every digit. */
export function number(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : String(Number(value.toFixed(3)));
}
