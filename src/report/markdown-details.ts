/** The folded parts of the Markdown report. */

import { lockDigest } from "../lock/canonical.ts";
import {
  type Chosen,
  type EngineSource,
  METRIC_NAMES,
  type MetricName,
  type Result,
  type ResultCell,
} from "../result.ts";
import type { Shortenable } from "./budget.ts";
import { clip, code, fence, md } from "./escape.ts";
import { bytes, count, duration, ms, plural, rate, UNKNOWN } from "./format.ts";
import { guardLine, lockLine, samplingLine } from "./guard.ts";
import { deviceLine, machineLine, platformLine, systemLine } from "./machine.ts";
import { folded, table } from "./markdown-parts.ts";
import { overheadLine } from "./summary.ts";
import { clientLine } from "./turns.ts";

function clientText({ version, node, integrity }: Result["variants"][number]["openclaw"]): string {
  const from = integrity === null ? "given by path" : `from npm, ${code(integrity)}`;
  return `${md(version ?? UNKNOWN)} on Node ${md(node ?? UNKNOWN)}, ${from}`;
}

/** Versions, digests, model, machine, plan: what is needed to run it again. */
export function whatWasRun(result: Result): string {
  const { environment: env, plan } = result;
  const rows: [string, string][] = result.variants.flatMap((variant): [string, string][] => {
    const { engine, model, server, openclaw } = variant;
    const knobs = Object.entries(engine.knobs ?? {}).map(([knob, value]) => `${knob}=${value}`);
    const kind = engine.kind === "sim" ? "the bundled simulator" : engine.kind;
    const rows: [string, string][] = [
      [
        "engine",
        [md(kind), engine.version && md(engine.version), engine.baseUrl && code(engine.baseUrl)]
          .filter(Boolean)
          .join(" "),
      ],
      ["engine SHA-256", engine.sha256 === null ? UNKNOWN : code(engine.sha256)],
      ["engine from", engine.source === null ? UNKNOWN : sourceText(engine.source)],
      ["simulator's knobs", knobs.length === 0 ? UNKNOWN : code(clip(knobs.join(" "), 600))],
      ["model", `${code(model.servedId ?? model.id)} (${model.kind})`],
      ["model digest", model.digest === null ? UNKNOWN : code(model.digest)],
      ...provenanceRows(model.provenance),
      ["device", md(engine.kind === "sim" ? UNKNOWN : (deviceLine(server) ?? UNKNOWN))],
      [
        "server arguments",
        server.args.length === 0 ? UNKNOWN : code(clip(server.args.join(" "), 600)),
      ],
      ["served with", md(chosenLine(server.chosen) ?? UNKNOWN)],
      [
        "OpenClaw",
        openclaw.client === "bench"
          ? "not run: this tool applies its compat flags"
          : clientLine(result, clientText(openclaw)),
      ],
    ];
    return result.variants.length === 1
      ? rows
      : rows.map(([what, value]) => [`${md(variant.name)}: ${what}`, value]);
  });
  rows.push(
    ["machine", md(machineLine(env))],
    ["system", md(systemLine(env))],
    ["platform", md(platformLine(result.platform))],
    ["fingerprint", code(env.fingerprint)],
    [
      "plan",
      md(
        `${plan.starts} starts, ${plan.rounds} rounds each, seed ${plan.seed}, silence limit ${duration(plan.timeoutMs)}, memory limit ${bytes(plan.memoryLimitBytes)}`,
      ),
    ],
    [
      "requests",
      md(
        `${result.requests.probe} probes, ${result.requests.calibrate} to count tokens, ${result.requests.crosscheck} to compare routes, ${result.requests.look} to see what fits, ${result.requests.warmup} warm-ups, ${result.requests.measure} measured, ${result.requests.settle} to settle`,
      ),
    ],
    [
      "took",
      md(
        `${duration(result.durationMs)} (${duration(plan.estimateMs)} foretold), from ${result.startedAt}`,
      ),
    ],
    ["overhead", md(overheadLine(result) ?? UNKNOWN)],
    ["guard", md(guardLine(result) ?? UNKNOWN)],
    ["memory sampled", md(samplingLine(result) ?? UNKNOWN)],
    ["waited", md(lockLine(result) ?? UNKNOWN)],
    ["inferrs-bench", md(result.tool.version)],
    ["lock", result.lock === null ? UNKNOWN : code(lockDigest(result.lock.inputs))],
  );
  const kept = rows.filter(([, value]) => value !== UNKNOWN);
  return folded("What was run", table(["", ""], kept));
}

/** Who said what a fetched engine must be. */
export const VERIFIED_BY = {
  table: "the table of digests in this tool",
  api: "the digest that GitHub's API gives",
  user: "the digest that was given",
};

function sourceText(source: EngineSource): string {
  switch (source.kind) {
    case "path":
      return "a file of the user's";
    case "release":
      return [
        `release ${code(source.version)}`,
        `tag ${code(source.tag)}`,
        source.commit === null ? "commit unknown" : `commit ${code(source.commit)}`,
        `${code(source.asset)} with SHA-256 ${code(source.assetSha256)}`,
        `verified by ${VERIFIED_BY[source.verifiedBy]}`,
      ].join(", ");
    case "url":
      return `${code(source.url)} with SHA-256 ${code(source.assetSha256)}, verified by the digest that was given`;
    case "built":
      return `built of ${code(source.ref)}, commit ${code(source.commit)}, by ${code(source.command)}`;
  }
}

type Provenance = Result["variants"][number]["model"]["provenance"];

/** Which commit and which files: a model of the hub changes under its name. */
function provenanceRows(provenance: Provenance): [string, string][] {
  if (provenance === null) return [];
  const { tokenizer } = provenance;
  const rows: [string, string][] = [
    ["model revision", revisionText(provenance)],
    ["model files", filesText(provenance.files)],
  ];
  if (tokenizer === null) return rows;
  const from = `${code(tokenizer.id)} at ${revisionText(tokenizer)}`;
  return [...rows, ["config and tokenizer", `${from}: ${filesText(tokenizer.files)}`]];
}

function revisionText({ revision, commit }: { revision: string; commit: string }): string {
  return revision === commit ? code(commit) : `${code(revision)}, commit ${code(commit)}`;
}

/** The largest are the weights: their digests tell models apart. */
function filesText(files: { path: string; bytes: number; sha256: string }[]): string {
  const [largest] = files.toSorted((a, b) => b.bytes - a.bytes);
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  if (largest === undefined) return UNKNOWN;
  return `${count(files.length)}, ${bytes(total)}; ${code(largest.path)} has SHA-256 ${code(largest.sha256)}`;
}

/** What the engine chose by itself, as its log says; null where it says nothing. */
export function chosenLine(chosen: Chosen): string | null {
  const parts = [
    ["quantization", chosen.quantization],
    ["dtype", chosen.dtype],
    ["TurboQuant bits", chosen.turboQuant],
    ["paged attention", chosen.pagedAttention],
  ].filter(([, value]) => value !== null);
  const text = parts.map(([name, value]) => `${name} ${value}`).join(", ");
  return text === "" ? null : `${text} (by the engine's log)`;
}

/** Every metric of every cell. */
export function allMetrics(result: Result, most = Number.POSITIVE_INFINITY): string {
  const measured = measuredCells(result);
  if (measured.length === 0) return "";
  const parts = measured.slice(0, most).map((cell) => {
    const rows = METRIC_NAMES.flatMap((metric) => metricRow(cell, metric));
    const header = ["metric", "median", "95% interval", "min – max", "n"];
    return `${code(cell.id)}\n\n${tokenLine(cell)}\n\n${table(header, rows, ["", "right", "right", "right", "right"])}`;
  });
  if (measured.length > most)
    parts.push(`_${plural(measured.length - most, "more cell")} left out._`);
  return folded("All metrics", parts.join("\n\n"));
}

/** Cells are its rows. */
export function allMetricsShortened(result: Result): Shortenable {
  return { rows: measuredCells(result).length, text: (rows) => allMetrics(result, rows) };
}

function measuredCells({ cells }: Result): ResultCell[] {
  return cells.filter((cell) => Object.keys(cell.metrics).length > 0);
}

function metricRow(cell: ResultCell, metric: MetricName): string[][] {
  const summary = cell.metrics[metric];
  if (summary === undefined) return [];
  const show = metric.endsWith("PerSecond") ? rate : ms;
  const interval =
    summary.ci95 === null ? UNKNOWN : `${show(summary.ci95[0])} – ${show(summary.ci95[1])}`;
  const range = `${show(summary.min)} – ${show(summary.max)}`;
  return [[metric, show(summary.median), interval, range, String(summary.n)]];
}

function tokenLine(cell: ResultCell): string {
  const { prompt, promptSource, output, outputSource } = cell.tokens;
  const parts = [
    `prompt ${count(prompt)} tokens${promptSource === null ? "" : ` (${promptSource})`}`,
    `reply ${count(output)} tokens${outputSource === null ? "" : ` (${outputSource})`}`,
    `largest request ${bytes(cell.requestBytes)}`,
    `peak memory ${cell.peakMemory === null ? UNKNOWN : `${bytes(cell.peakMemory.bytes)} (${cell.peakMemory.kind})`}`,
    cell.peakVramBytes === null ? null : `peak GPU memory ${bytes(cell.peakVramBytes)}`,
    `attempts ${cell.outcome.attempts.ok} good, ${cell.outcome.attempts.failed} failed`,
  ];
  return md(parts.filter((part) => part !== null).join("; "));
}

/** Each life of the engine, and how it ended. */
export function starts(result: Result, most = Number.POSITIVE_INFINITY): string {
  if (result.starts.length === 0) return "";
  const shown = result.starts.slice(0, most);
  const several = result.variants.length > 1;
  const name = ({ variant, start }: Result["starts"][number]) =>
    several ? `${md(variant)} ${start}` : String(start);
  const rows = shown.map((start) => [
    `${name(start)} (${start.phase})`,
    ms(start.readyMs),
    start.peakMemory === null ? UNKNOWN : bytes(start.peakMemory.bytes),
    start.end === null ? UNKNOWN : md(endOf(start)),
  ]);
  const logs = shown
    .filter((start) => (start.end?.logTail.length ?? 0) > 0)
    .map((start) => {
      const lines = (start.end?.logTail ?? []).map((line) => clip(line, 300)).join("\n");
      return `Last lines of the log of start ${name(start)}:\n\n${fence(lines, "text")}`;
    });
  const header = ["start", "ready after", "peak memory", "end"];
  const left = result.starts.length - shown.length;
  const more = left > 0 ? [`_${plural(left, "more")} left out._`] : [];
  const body = [table(header, rows, ["", "right", "right", ""]), ...more, ...logs];
  return folded(`Engine starts (${result.starts.length})`, body.join("\n\n"));
}

export function startsShortened(result: Result): Shortenable {
  return { rows: result.starts.length, text: (rows) => starts(result, rows) };
}

function endOf({ end, failure }: Result["starts"][number]): string {
  if (end === null || end.kind === "stopped") return "stopped";
  const how = end.signal === null ? `exit code ${end.exitCode ?? "?"}` : `signal ${end.signal}`;
  const by = end.memoryKiller === null ? "" : ` by ${end.memoryKiller}`;
  const why = failure === null ? "" : ` (${failure.kind})`;
  return `${end.kind}${by}${why}, ${how}`;
}

/** What each route of a server counts of the same chat, and our rates beside the engine's own. */
export function crosschecks(result: Result): string {
  if (result.crosschecks.length === 0) return "";
  const tables = result.crosschecks.map((check) => {
    const { promptTokens, outputTokens, prefillTokensPerSecond, decodeTokensPerSecond } = check;
    const rows = [
      [
        "streamed",
        count(promptTokens.stream),
        outputOf(outputTokens),
        rate(prefillTokensPerSecond.ours),
        rate(decodeTokensPerSecond.ours),
      ],
      ["plain reply", count(promptTokens.plain), count(outputTokens.plain), UNKNOWN, UNKNOWN],
      [
        "/api/chat",
        count(promptTokens.ollama),
        count(outputTokens.ollama),
        rate(prefillTokensPerSecond.engine),
        rate(decodeTokensPerSecond.engine),
      ],
      ["its log", count(promptTokens.log), UNKNOWN, UNKNOWN, UNKNOWN],
    ];
    const agrees =
      check.disagreements.length === 0
        ? "The counts agree."
        : `They do not agree: ${md(check.disagreements.join("; "))}.`;
    const header = ["route", "prompt tokens", "output tokens", "prefill tok/s", "decode tok/s"];
    return `One small chat on every route of ${code(check.variant)}. Rates: the streamed ones are ours, those of /api/chat are the engine's own durations. ${agrees}\n\n${table(header, rows, ["", "right", "right", "right", "right"])}`;
  });
  return folded("What the server counts", tables.join("\n\n"));
}

function outputOf({ stream, chunks }: Result["crosschecks"][number]["outputTokens"]): string {
  return stream === null ? `${count(chunks)} chunks` : count(stream);
}

/** @param beside what else there is to say of the engine: already escaped */
export function howMeasured(result: Result, beside = ""): string {
  const prompts = new Set(result.cells.map((cell) => cell.tokens.outputSource));
  const calibrated = prompts.has("calibrated")
    ? " The stream gives no token count: plain requests of the same body told it."
    : "";
  return folded(
    "How it was measured",
    `Times are from one monotonic clock and count from the request's first byte on a connected socket. A role-only chunk is no token. Each cell was probed twice, then measured in fresh engine starts with one discarded warm-up each, in shuffled rounds. The prompts of the rounds begin with different numbers of the same length, so that no prompt cache flatters them. Failed requests never enter a latency and always enter the count.${calibrated} Bytes with their times are in journal.jsonl; what each metric means is in docs/metrics.md.${beside === "" ? "" : `\n\n${beside}`}`,
  );
}
