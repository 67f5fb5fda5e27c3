/** What the doctor shows: its steps, the end in plain words, and a block to paste into an issue. Pure. */
import { styleText } from "node:util";
import type { DoctorStep } from "../doctor/steps.ts";
import type { Recommendation } from "../result.ts";
import { clip, fence, md, plain, plainLines, unheard } from "./escape.ts";
import { list, ms } from "./format.ts";
import { wrap } from "./terminal.ts";

export interface DoctorView {
  columns: number;
  color: boolean;
}

type Style = "bold" | "red" | "green" | "yellow" | "dim";

const STATUS_STYLE = { pass: "green", fail: "red", skipped: "dim" } as const;
const INDENT = 9;

/** One step: its verdict, what was sent, what came, and what mends it. */
export function renderDoctorStep(step: DoctorStep, view: DoctorView): string {
  const paint = painter(view);
  const { status, outcome } = step;
  const kind = status === "fail" ? ` (${outcome.kind})` : "";
  const took = step.tookMs === null ? "" : `, ${ms(step.tookMs)}`;
  const head = `${paint(STATUS_STYLE[status], status.padEnd(7))}  ${step.id}: ${step.title}${kind}${took}`;
  const lines = [head];
  const say = (label: string, text: string, style?: Style) => {
    const wrapped = wrap(plain(`${label}${text}`), view.columns - INDENT);
    for (const line of wrapped) {
      lines.push(" ".repeat(INDENT) + (style === undefined ? line : paint(style, line)));
    }
  };
  if (step.sent !== null) say("sent: ", clip(step.sent, 300), "dim");
  say(
    step.sent === null ? "" : "came: ",
    clip(step.came, 400),
    status === "skipped" ? "dim" : undefined,
  );
  if (status === "fail") say("", outcome.meaning);
  if (outcome.remedy !== null && status === "fail") say("What mends it: ", outcome.remedy);
  return lines.join("\n");
}

/** Steps that were skipped for the same reason. */
export function renderSkipped(steps: readonly DoctorStep[], view: DoctorView): string {
  const paint = painter(view);
  const text = `${list(steps.map(({ id }) => id))}: ${steps[0]?.came ?? ""}`;
  const [first = "", ...rest] = wrap(plain(text), view.columns - INDENT);
  const lines = [`skipped  ${first}`, ...rest.map((line) => " ".repeat(INDENT) + line)];
  return lines.map((line) => paint("dim", line)).join("\n");
}

export interface DoctorEnd {
  works: boolean;
  sentences: readonly string[];
  recommendation: Recommendation | null;
  notChecked: readonly string[];
}

/** The end in plain words, the settings to copy, and what nobody has checked. */
export function renderDoctorEnd(end: DoctorEnd, view: DoctorView): string {
  const paint = painter(view);
  const lines: string[] = [""];
  const say = (text: string, style?: Style, indent = 0) => {
    for (const line of wrap(plain(text), view.columns - indent)) {
      lines.push(" ".repeat(indent) + (style === undefined ? line : paint(style, line)));
    }
  };
  const [first = "", ...rest] = end.sentences;
  say(first, "bold");
  for (const sentence of rest) say(sentence);
  const { recommendation } = end;
  if (recommendation !== null && recommendation.settings.length > 0) {
    lines.push("");
    say(
      `Settings that mend it${recommendation.toolsKept ? "" : " (chat only: the agent loses its tools)"}:`,
      "green",
    );
    for (const { path, value, because, cost } of recommendation.settings) {
      say(`${path} = ${JSON.stringify(value)}`, undefined, 2);
      say(`${because}${cost === "" ? "" : `; costs: ${cost}`}`, "dim", 4);
    }
    lines.push("", paint("dim", "To merge into OpenClaw's config, or use --write:"), "");
    for (const line of plainLines(recommendation.openclawConfig.trimEnd()).split("\n")) {
      lines.push(unheard(`  ${line}`));
    }
  }
  if (end.notChecked.length > 0) {
    lines.push("");
    say("Not checked:", "bold");
    for (const each of end.notChecked) say(`- ${each}`, "dim", 2);
  }
  return lines.join("\n");
}

export interface IssueFacts {
  version: string;
  system: string;
  machine: string;
  server: string;
  client: string;
  steps: readonly DoctorStep[];
  sentences: readonly string[];
  recommendation: Recommendation | null;
}

const WORDS_IN_ISSUE = 160;

/** Markdown; whoever shows it takes names, hosts and keys out first (doctor/redact.ts). */
export function renderIssueBlock(facts: IssueFacts): string {
  const rows = facts.steps.map((step) => {
    const words = step.status === "pass" ? step.came : (step.outcome.evidence ?? step.came);
    return [step.id, step.status, step.outcome.kind, cell(words)].join(" | ");
  });
  const settings = facts.recommendation?.settings ?? [];
  return [
    `<details><summary>inferrs-bench doctor: ${cell(facts.sentences[0] ?? "")}</summary>`,
    "",
    `- inferrs-bench ${facts.version}`,
    `- ${cell(facts.system)}`,
    `- ${cell(facts.machine)}`,
    `- server: ${cell(facts.server)}`,
    `- client: ${cell(facts.client)}`,
    "",
    "step | status | outcome | words",
    "--- | --- | --- | ---",
    ...rows,
    "",
    ...facts.sentences.map(md),
    ...(settings.length === 0
      ? []
      : [
          "",
          fence(
            settings.map(({ path, value }) => `${path} = ${JSON.stringify(value)}`).join("\n"),
            "",
          ),
        ]),
    "",
    "</details>",
  ].join("\n");
}

function cell(text: string): string {
  return md(clip(plain(text), WORDS_IN_ISSUE));
}

function painter({ color }: DoctorView): (style: Style, text: string) => string {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}
