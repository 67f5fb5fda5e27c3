/** What fits: the longest prompt, each turn's memory and time, and a chart. Pure. */
import { fitMemory, forecast } from "../analyze/fit/fit.ts";
import { failedAs } from "../analyze/fit/observed.ts";
import { MACHINES_GB } from "../analyze/fit/turns.ts";
import { failedHere, gb, readIn, seconds, withInterval } from "../analyze/fit/words.ts";
import type { Fits, FitTurn, LadderEnd, Result, VariantFit } from "../result.ts";
import { clip, fence, md } from "./escape.ts";
import { bytes, count, ms, UNKNOWN } from "./format.ts";
import { table } from "./markdown-parts.ts";

const SIGNS: Record<Fits, string> = { yes: "✅", no: "❌", uncertain: "❔" };

const ENDS: Record<LadderEnd, string> = {
  enough: "its longest prompt was answered",
  memory: "the next prompt might have needed more memory than there is",
  time: "the next prompt would have taken longer than is left for it",
  window: "the next prompt would have been longer than the context window",
  died: "the engine died",
  failed: "a prompt got no proper answer",
  uncounted: "the server doesn't tell how many tokens a prompt has",
  interrupted: "the run ended before",
};

/** The sentences of each variant, for a terminal; empty where no ladder was asked. */
export function fitLines(result: Result): string[] {
  const fits = result.fit ?? [];
  return fits.map((fit) => {
    const said = fit.sentence ?? nothing(fit);
    return fits.length > 1 ? `${fit.variant}: ${said}` : said;
  });
}

/** Sentence, table and chart; empty where no ladder was asked. */
export function whatFits(result: Result): string {
  const fits = result.fit ?? [];
  if (fits.length === 0) return "";
  const parts = fits.flatMap((fit) => [
    fits.length > 1 ? `**${md(fit.variant)}**` : null,
    md(fit.sentence ?? nothing(fit)),
    turns(fit),
    folded(fit, result),
  ]);
  return ["#### What fits", ...parts.filter((part) => part !== null && part !== "")].join("\n\n");
}

/** Why nothing is foretold, in a sentence. */
export function nothing({ ladder, points }: VariantFit): string {
  const last = points.at(-1);
  const said = last?.evidence == null ? "" : `: ${clip(last.evidence, 200)}`;
  return `Which prompts fit can't be told: the ladder of prompts ended after ${points.length}, because ${ENDS[ladder.end]}${said}.`;
}

function turns(fit: VariantFit): string {
  const { head, rows } = turnRows(fit);
  if (rows.length === 0) return "";
  const align = head.map((_, index) => (index === 0 ? "" : "right"));
  return table(
    head.map(md),
    rows.map((row) => row.map(md)),
    align,
  );
}

/** Each turn's memory and time; no row where nothing is foretold. */
export function turnRows(fit: VariantFit): { head: string[]; rows: string[][] } {
  const rows = fit.turns.filter(
    (turn) => turn.memoryBytes !== null || turn.prefillMs !== null || failedAs(turn) !== null,
  );
  const room = fit.limits.memoryBytes;
  const memory = fit.memory !== null;
  const head = [
    "turn",
    "prompt tokens",
    ...(memory ? ["memory (90% interval)", room === null ? "here" : `here (${gb(room)})`] : []),
    ...(memory ? MACHINES_GB.map((size) => `${size} GB`) : []),
    "time to read it",
  ];
  return { head, rows: rows.map((turn) => cells(turn, memory)) };
}

function cells(turn: FitTurn, memory: boolean): string[] {
  const { memoryBytes, fitsHere, fitsIn, prefillMs, fitsTime } = turn;
  const sign = (fits: Fits | null | undefined) => (fits == null ? UNKNOWN : SIGNS[fits]);
  const failed = failedAs(turn);
  const here = failed === null ? sign(fitsHere) : `${SIGNS.no} ${failedHere(failed)}`;
  const late = fitsTime === "no" || fitsTime === "uncertain" ? ` ${SIGNS[fitsTime]}` : "";
  return [
    turn.name,
    `${turn.tokensSource === "estimated" ? "≈ " : ""}${count(turn.promptTokens)}`,
    ...(memory
      ? [
          memoryBytes === null ? UNKNOWN : withInterval(memoryBytes, gb),
          here,
          ...MACHINES_GB.map((gb) => sign(fitsIn.find((each) => each.gb === gb)?.fits)),
        ]
      : []),
    failed !== null && !memory
      ? here
      : failed !== null || prefillMs === null
        ? UNKNOWN
        : `${readIn(prefillMs)}${late}`,
  ];
}

export const POINT_HEAD = ["prompt tokens", "peak memory", "time to first token", "outcome"];

/** The prompts of the ladder. */
export function pointRows({ points }: VariantFit): string[][] {
  return points.map((point) => [
    count(point.promptTokens),
    bytes(point.peakBytes),
    ms(point.ms),
    point.outcome,
  ]);
}

/** How the ladder ended, and what the figures mean. */
export function fitNote({ ladder, limits }: VariantFit, result: Result): string {
  const client =
    limits.clientMs === null
      ? ""
      : ` OpenClaw waits ${seconds(limits.clientMs)} for the first event (${limits.clientFrom === "config" ? "timeoutSeconds of its config" : "its default"}).`;
  const made = result.simulated ? "Simulated: no memory was really used. " : "";
  return `${made}The ladder took ${ms(ladder.tookMs)} and ended because ${ENDS[ladder.end]}. Of a machine's memory 90% counts. ❔: the limit lies within the 90% interval.${client}`;
}

function folded(fit: VariantFit, result: Result): string {
  const rows = pointRows(fit).map((row) => row.map(md));
  const body = [
    chart(fit),
    table(POINT_HEAD, rows, ["right", "right", "right"]),
    md(fitNote(fit, result)),
  ].filter((part) => part !== "");
  return `<details><summary>Memory by prompt length</summary>\n\n${body.join("\n\n")}\n\n</details>`;
}

const CHART_POINTS = 13;

/** Two lines, because a mermaid chart's line hides behind its bars. */
function chart(fit: VariantFit): string {
  const measured = fit.points.filter(({ outcome }) => outcome === "pass");
  const memory = fitMemory(
    measured.flatMap(({ promptTokens, ms, peakBytes }) =>
      promptTokens === null ? [] : [{ promptTokens, ms, peakBytes }],
    ),
  );
  const limit = fit.limits.memoryBytes;
  if (memory === null || fit.memory === null || limit === null) return "";
  const wanted = Math.max(
    ...measured.map(({ promptTokens }) => promptTokens ?? 0),
    ...fit.turns.map(({ promptTokens }) => promptTokens),
    fit.longest?.limitedBy === "memory" ? fit.longest.tokens * 1.2 : 0,
  );
  const step = Math.ceil(wanted / (CHART_POINTS - 1) / 100) * 100;
  const tokens = Array.from({ length: CHART_POINTS }, (_, index) => index * step);
  const inGb = (value: number) => Number((value / 1e9).toPrecision(3));
  const line = tokens.map((each) => inGb(forecast(memory, each).value));
  const top = Math.max(inGb(limit), ...line);
  return fence(
    [
      "xychart-beta",
      `    title "Peak memory by prompt length, and the limit of ${gb(limit)}"`,
      `    x-axis "prompt tokens" [${tokens.join(", ")}]`,
      `    y-axis "GB" 0 --> ${Number((top * 1.1).toPrecision(2))}`,
      `    line [${line.join(", ")}]`,
      `    line [${tokens.map(() => inGb(limit)).join(", ")}]`,
    ].join("\n"),
    "mermaid",
  );
}
