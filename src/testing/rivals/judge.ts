/** What is true of a stream by the golden server's record, and whether a tool said so. */
import { median } from "../../analyze/statistics.ts";
import type { GoldenScript } from "../golden/script.ts";
import type { GoldenRecord } from "../golden/server.ts";
import { trueRate } from "../golden/validate.ts";
import type { Told } from "./types.ts";

export const LIMITS = { ttftMs: 5, ttftShare: 0.05, rateShare: 0.02 };

const NEAR = { ttftMs: 60, rateShare: 0.07 };

export interface Truth {
  passes: boolean;
  outputTokens: number | null;
  ttftMs: number | null;
  decodeTokensPerSecond: number | null;
}

/** Of the requests of one run: medians of the server's own times. */
export function truthOf(script: GoldenScript, records: readonly GoldenRecord[]): Truth {
  const streamed = records.filter((each) => each.stream && each.script === script.name);
  const middle = (values: (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : median(known);
  };
  return {
    passes: script.truth.outcome === "pass",
    outputTokens: script.truth.output,
    ttftMs: middle(streamed.map(firstToken)),
    decodeTokensPerSecond: script.truth.decode ? middle(streamed.map(trueRate)) : null,
  };
}

function firstToken({ arrivedNs, writes }: GoldenRecord): number | null {
  const first = writes.find(({ kind }) => kind === "answer" || kind === "reasoning");
  return first === undefined ? null : (first.ns - arrivedNs) / 1e6;
}

export interface Verdict {
  /** Parts of the cell, each with its mark. */
  parts: string[];
  right: boolean;
  /** How many parts are wrong. */
  wrong: number;
  /** A time is wrong, and by little: a busy machine can do that. */
  near: boolean;
}

/** What the tool said, part by part, against the truth. */
export function judge(told: Told, truth: Truth, requests: number): Verdict {
  const good = told.succeeded ?? 0;
  if (!truth.passes) {
    const right = good === 0;
    const text = right
      ? `${told.failed ?? requests} failed`
      : `${good} of ${requests} counted good`;
    return { parts: [mark(text, right)], right, wrong: right ? 0 : 1, near: false };
  }
  const ttft = off(told.ttftMs, truth.ttftMs);
  const decode = off(told.decodeTokensPerSecond, truth.decodeTokensPerSecond);
  const ttftRight = ttft.by <= LIMITS.ttftMs || ttft.share <= LIMITS.ttftShare;
  const decodeRight = decode.share <= LIMITS.rateShare;
  const tokensRight = told.outputTokens === truth.outputTokens;
  const allGood = good > 0 && (told.failed ?? 0) === 0;
  const time = (is: number | null, should: number | null, unit: string, right: boolean) =>
    mark(shown(is, 1, unit), right) +
    (right || is === null || should === null ? "" : ` (${shown(should, 1, "")})`);
  const parts = [
    time(told.ttftMs, truth.ttftMs, " ms", ttftRight),
    mark(shown(told.outputTokens, 1, " tok"), tokensRight),
    time(told.decodeTokensPerSecond, truth.decodeTokensPerSecond, "/s", decodeRight),
    ...(allGood ? [] : [mark(`${good} of ${requests} good`, false)]),
    // One tool forgets its last request now and then: no failure, and no figure of it either.
    ...(allGood && good < requests ? [`of ${good} requests`] : []),
  ];
  const marks = [ttftRight, tokensRight, decodeRight, allGood];
  return {
    parts,
    right: !marks.includes(false),
    wrong: marks.filter((each) => !each).length,
    near: (!ttftRight && ttft.by < NEAR.ttftMs) || (!decodeRight && decode.share < NEAR.rateShare),
  };
}

/** A figure that is missing is infinitely off, unless there is none to know. */
function off(told: number | null, truth: number | null): { by: number; share: number } {
  if (truth === null)
    return told === null ? { by: 0, share: 0 } : { by: Infinity, share: Infinity };
  if (told === null) return { by: Infinity, share: Infinity };
  const by = Math.abs(told - truth);
  return { by, share: by / truth };
}

export function mark(text: string, right: boolean): string {
  return `${text} ${right ? "✓" : "**✗**"}`;
}

/** At most so many digits; null says so. */
export function shown(value: number | null, digits: number, unit: string): string {
  return value === null ? `no${unit}` : `${Number(value.toFixed(digits))}${unit}`;
}
