/** Whether a turn did what it was asked to do: an answer alone is no success. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Expectation } from "../plan/scenario.ts";
import { asObject, parseJson } from "./json.ts";

/** What is known after a turn. */
export interface TurnSeen {
  /** The client's answer; null: none. */
  reply: string | null;
  /** Content by path within the workspace; null: not there. */
  files: ReadonlyMap<string, string | null>;
  /** What the model called, in order. */
  toolCalls: readonly { name: string; arguments: string }[];
  compacted: boolean;
}

/** Paths in the workspace that must be read to judge. */
export function filesNeeded(expect: readonly Expectation[]): string[] {
  return expect.flatMap((each) => ("file" in each ? [each.file] : []));
}

/** @returns those that are not met, in words that quote nothing of the answer or the files */
export function unmet(expect: readonly Expectation[], seen: TurnSeen): string[] {
  return expect.flatMap((each) => judge(each, seen) ?? []);
}

/**
 * Whether a session was compacted, by the number of messages in each turn's last request: they only
 * become more, unless older ones were put into a summary.
 */
export function wasCompacted(messages: readonly number[]): boolean {
  return messages.some((count, at) => at > 0 && count < (messages[at - 1] ?? 0));
}

/** The number of a repeated turn in what is expected of it. */
export function withNumber(expect: readonly Expectation[], n: number): Expectation[] {
  return JSON.parse(JSON.stringify(expect).replaceAll("{n}", String(n))) as Expectation[];
}

function judge(expectation: Expectation, seen: TurnSeen): string | null {
  if ("reply" in expectation) {
    const { matches } = expectation.reply;
    if (seen.reply === null || seen.reply.trim() === "") return `no reply, expected /${matches}/`;
    return new RegExp(matches, "i").test(seen.reply)
      ? null
      : `the reply does not match /${matches}/`;
  }
  if ("file" in expectation) {
    const { file, content } = expectation;
    const found = seen.files.get(file) ?? null;
    if (found === null) return `${file} is not in the workspace`;
    const right =
      typeof content === "string"
        ? found.trim() === content.trim()
        : new RegExp(content.matches, "i").test(found);
    return right ? null : `${file} is there, but its content is not what was asked for`;
  }
  if ("tool" in expectation) {
    const calls = seen.toolCalls.filter(({ name }) => name === expectation.tool);
    if (calls.length === 0) return `the model did not call ${expectation.tool}`;
    const wanted = Object.entries(expectation.arguments ?? {});
    const right = calls.some((call) => {
      const given = asObject(parseJson(call.arguments)) ?? {};
      return wanted.every(([key, value]) => isDeepStrictEqual(given[key], value));
    });
    return right ? null : `the model called ${expectation.tool}, but with other arguments`;
  }
  if ("toolCalls" in expectation) {
    const { min = 0, max = Infinity } = expectation.toolCalls;
    const count = seen.toolCalls.length;
    if (count < min) return `${count} tool calls, expected at least ${min}`;
    return count > max ? `${count} tool calls, expected at most ${max}` : null;
  }
  return seen.compacted ? null : "the session was not compacted";
}
