/** What each route of a server counts of the same chat, and our rates beside the engine's own. Pure. */
import type { Result } from "../result.ts";
import { count, rate, UNKNOWN } from "./format.ts";

type Crosscheck = Result["crosschecks"][number];

export const CROSSCHECK_HEAD = [
  "route",
  "prompt tokens",
  "output tokens",
  "prefill tok/s",
  "decode tok/s",
];

export function crosscheckRows(check: Crosscheck): string[][] {
  const { promptTokens, outputTokens, prefillTokensPerSecond, decodeTokensPerSecond } = check;
  return [
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
}

/** Whose the rates are, and whether the counts agree. */
export function crosscheckText({ disagreements }: Crosscheck): string {
  const agrees =
    disagreements.length === 0
      ? "The counts agree."
      : `They do not agree: ${disagreements.join("; ")}.`;
  return `Rates: the streamed ones are ours, those of /api/chat are the engine's own durations. ${agrees}`;
}

function outputOf({ stream, chunks }: Crosscheck["outputTokens"]): string {
  return stream === null ? `${count(chunks)} chunks` : count(stream);
}
