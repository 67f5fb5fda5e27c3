/** The ladder of remedies as it was climbed. Pure. */
import type { RemedyLadder, Result, RungTried } from "../result.ts";
import { clip, code, md } from "./escape.ts";
import { bytes, count, list, UNKNOWN } from "./format.ts";
import { table } from "./markdown-parts.ts";

/** Each combination of rungs with its size and what came of it; empty where none was climbed. */
export function remedyLadders(result: Result): string {
  return (result.ladder ?? []).map((ladder) => section(ladder, result)).join("\n\n");
}

function section(ladder: RemedyLadder, result: Result): string {
  const rows = ladder.tried.map((tried) => [
    (tried.titles.length === 0 ? "as configured" : md(tried.titles.join(", "))) +
      (isChosen(ladder, tried) ? "<br>**chosen**" : ""),
    bytes(tried.requestBytes),
    tokens(tried),
    md(rungText(tried)),
  ]);
  const chatOnly = ladder.chosen?.keepsTools === false;
  const of = (result.ladder ?? []).length > 1 ? ` of ${ladder.variant}` : "";
  return [
    `#### The ladder of remedies${md(of)}${chatOnly ? ": chat only" : ""}`,
    md(introduction(ladder)),
    table(["in force", "prompt", "tokens", "what came of it"], rows, ["", "right", "right", ""]),
  ].join("\n\n");
}

/** Why it was climbed, and what came of it: sentences. */
export function introduction({ scenario, sizesFrom, chosen, because }: RemedyLadder): string {
  const end =
    chosen === null
      ? (because ?? "No rung was chosen.")
      : chosen.keepsTools
        ? "The tools are kept."
        : "Nothing that keeps the tools works: the agent can only chat.";
  return `No combination that keeps the tools works, so settings were tried from the least costly up, by ${scenario}; sizes are ${sizesFrom}. ${end}`;
}

export function isChosen({ chosen }: RemedyLadder, { rungs, verdict }: RungTried): boolean {
  return chosen !== null && verdict === "works" && rungs.join() === chosen.rungs.join();
}

function tokens({ promptTokens }: RungTried): string {
  return promptTokens === null ? UNKNOWN : `≈ ${count(promptTokens)}`;
}

const MOST_EVIDENCE = 120;

/** What came of one combination of rungs. */
export function rungText(tried: RungTried): string {
  const words = tried.evidence === null ? "" : `: ${clip(tried.evidence, MOST_EVIDENCE)}`;
  switch (tried.verdict) {
    case "works":
      return `✅ works${session(tried)}`;
    case "fails":
      return `❌ ${tried.outcome}${words}`;
    case "too-long":
      return `❌ not sent, it doesn't fit${words}`;
    case "no-room":
      return tried.session === null
        ? "a turn fits, but leaves a session no room to grow"
        : `a turn works${session(tried)}`;
    case "saves-nothing":
      return "saves nothing, not tried";
    case "not-captured":
      return `OpenClaw could not be brought to send it${words}`;
    case "unfinished":
      return "not tried to its end";
  }
}

function session({ session }: RungTried): string {
  if (session === null) return "";
  const window =
    session.windowTokens === null ? "" : ` (window of ${count(session.windowTokens)} tokens)`;
  if (session.outcome === "pass") return `; a session survives its compaction${window}`;
  const why = session.evidence === null ? "" : `: ${clip(session.evidence, MOST_EVIDENCE)}`;
  return `; but a growing session does not${window}: ${session.outcome}${why}`;
}

/** The same in a few sentences, for a terminal. */
export function remedyLines(result: Result): string[] {
  return (result.ladder ?? []).flatMap((ladder) => [
    introduction(ladder),
    ...ladder.tried.map((tried) => {
      const what = tried.titles.length === 0 ? "as configured" : list(tried.titles);
      const size = tried.requestBytes === null ? "" : ` (${bytes(tried.requestBytes)})`;
      return `  ${what}${size}: ${rungText(tried).replace(/^[✅❌] /u, "")}`;
    }),
  ]);
}

/** Setting, why, and what it costs: for the recommended settings where a ladder was climbed. */
export function settingsTable({ recommendation, ladder }: Result): string {
  const chosen = (ladder ?? []).some((each) => each.chosen !== null);
  if (!chosen || recommendation === null || recommendation.settings.length === 0) return "";
  const rows = recommendation.settings.map(({ path, value, because, cost }) => [
    code(`${path} = ${JSON.stringify(value)}`),
    md(because),
    md(cost),
  ]);
  return table(["setting", "why", "what it costs"], rows);
}
