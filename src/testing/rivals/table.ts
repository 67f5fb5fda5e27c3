/** The table and what is said below it. */
import type { GoldenScript } from "../golden/script.ts";
import { NOT_RUN } from "./index.ts";
import { LIMITS, shown } from "./judge.ts";
import type { Cell } from "./measure.ts";
import type { Rival } from "./types.ts";

/** Heading of the table. */
export function head(rivals: readonly Rival[]): string[] {
  const names = rivals.map(({ name, version }) => `${name} ${version}`);
  const columns = ["stream", "true", "inferrs-bench", ...names];
  return [`| ${columns.join(" | ")} |`, `| ${columns.map(() => ":--").join(" | ")} |`];
}

/** One stream. */
export function row(script: GoldenScript, cells: readonly Cell[]): string {
  const truth = cells.find((cell) => cell.truth !== null)?.truth ?? null;
  const { outcome, output } = script.truth;
  const real =
    outcome === "pass"
      ? [
          shown(truth?.ttftMs ?? null, 1, " ms"),
          shown(output, 0, " tok"),
          shown(truth?.decodeTokensPerSecond ?? null, 1, "/s"),
        ].join("<br>")
      : `fails: ${outcome}`;
  const texts = cells.map(({ text }) => text);
  return `| **${script.name}**<br>${script.title} | ${real} | ${texts.join(" | ")} |`;
}

/** How many streams each has right, what the cells mean, and who isn't there. */
export function notes(
  rivals: readonly Rival[],
  all: readonly (readonly Cell[])[],
  requests: number,
): string[] {
  const columns = ["inferrs-bench", ...rivals.map(({ name }) => name)];
  const right = columns.map((_, at) => all.filter((cells) => cells[at]?.right === true).length);
  const counts = columns.map((name, at) => `${name} ${right[at]}`);
  const { ttftMs, ttftShare, rateShare } = LIMITS;
  return [
    "",
    `Streams right in every part, of ${all.length}: ${counts.join(", ")}.`,
    "",
    `Cells: time to first token, output tokens of a request, decode rate, as the tool reports them of ${requests} requests, one after the other; below, if some failed, how many didn't. True is what the golden server recorded (medians; the column's are of the first rival's run, each run is compared with its own, given in brackets where the tool is wrong). Right (✓): the time within ${ttftMs} ms or ${100 * ttftShare}%, the tokens exactly, the rate within ${100 * rateShare}%, a failed stream not counted as a success. Runs with a time that missed by little were taken again, up to three times in all, as other processes may have the machine; the run with most right is shown. The tokenizer that all are given has each of the corpus's words as one token.`,
    "",
    "| tool | options | fields read |",
    "| :-- | :-- | :-- |",
    "| inferrs-bench | as `npm run validate` | what `validateScript` compares; time and rate as their differences from the true ones, the time with the loopback's round trip |",
    ...rivals.map(({ name, version, options, fields }) => {
      return `| ${name} ${version} | ${options} | ${fields} |`;
    }),
    "",
    ...NOT_RUN.map(({ name, why }) => `Not run: ${name}: ${why}.`),
    "",
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform} ${process.arch}.`,
  ];
}
