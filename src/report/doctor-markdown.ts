/** What the doctor found, as Markdown for a job's summary. Pure. */
import type { DoctorStep } from "../doctor/steps.ts";
import type { DoctorEnd } from "./doctor.ts";
import { clip, fence, md } from "./escape.ts";
import { ms } from "./format.ts";
import { table } from "./markdown-parts.ts";

export interface DoctorReport extends DoctorEnd {
  steps: readonly DoctorStep[];
}

const MARKS = { pass: "✅", fail: "❌", skipped: "–" } as const;

/** @returns Markdown that ends with a newline */
export function renderDoctorMarkdown(report: DoctorReport): string {
  const { works, sentences, steps, notChecked } = report;
  const [first = "", ...rest] = sentences;
  const parts = [
    `## ${works ? "✅" : "❌"} inferrs-bench doctor: ${md(first)}`,
    rest.map(md).join(" "),
    settings(report),
    table(
      ["Step", "", "What came", "Took"],
      steps.map((step) => [md(step.title), mark(step), words(step), ms(step.tookMs)]),
      ["", "", "", "right"],
    ),
    notChecked.length === 0
      ? ""
      : `<details><summary>Not checked</summary>\n\n${notChecked.map((each) => `- ${md(each)}`).join("\n")}\n\n</details>`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function mark({ status, outcome }: DoctorStep): string {
  return status === "fail" ? `${MARKS.fail} ${md(outcome.kind)}` : MARKS[status];
}

/** Of a failure also what it means and what mends it. */
function words({ status, came, outcome }: DoctorStep): string {
  const said = md(clip(came, 300));
  if (status !== "fail") return said;
  const mend = outcome.remedy === null ? "" : ` **What mends it:** ${md(outcome.remedy)}`;
  return `${said} ${md(outcome.meaning)}${mend}`;
}

function settings({ recommendation }: DoctorReport): string {
  if (recommendation === null) return "";
  const title = `Settings that mend it${recommendation.toolsKept ? "" : " (chat only: the agent loses its tools)"}`;
  const rows = recommendation.settings.map(({ path, value, because, cost }) => [
    md(`${path} = ${JSON.stringify(value)}`),
    md(because),
    md(cost),
  ]);
  return [
    `### ${title}`,
    ...(rows.length === 0 ? [] : [table(["Setting", "Why", "Costs"], rows)]),
    "To merge into OpenClaw's config:",
    fence(recommendation.openclawConfig.trimEnd(), "json5"),
  ].join("\n\n");
}
