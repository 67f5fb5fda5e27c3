/**
 * A model that does as it is told: replies by script, for the turns of a real client. The script is
 * a JSON file: a list of `{message, replies}`, the message with `{n}` where a number stands.
 */
import { readFileSync } from "node:fs";
import type { Message } from "./requests.ts";

export type ScriptedReply =
  | { calls: { name: string; arguments: Record<string, unknown> }[] }
  | { text: string };

export interface Script {
  message: string;
  replies: ScriptedReply[];
}

/** @throws Error when the file can't be read, or isn't a list of scripts */
export function readScripts(path: string): Script[] {
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  const right = (each: Script | null) =>
    typeof each?.message === "string" && Array.isArray(each.replies) && each.replies.length > 0;
  if (Array.isArray(value) && value.every(right)) return value as Script[];
  throw new Error(`${path}: expected a list of {message, replies}.`);
}

/**
 * What the script says to this conversation: it is found by the latest user message that holds a
 * scripted one (the client puts more around it), and the tool results since then tell how far it is.
 * Of a reply with several calls only the first is made.
 * @returns null where nothing is scripted for it, or the script is at its end
 */
export function scriptedReply(
  scripts: readonly Script[],
  messages: readonly Message[],
): ScriptedReply | null {
  for (let at = messages.length - 1; at >= 0; at--) {
    const said = messages[at];
    if (said?.role !== "user") continue;
    const found = scripts.flatMap((script) => {
      const match = patternOf(script.message).exec(said.text);
      return match === null ? [] : [{ script, n: match.groups?.n ?? "" }];
    })[0];
    if (found === undefined) continue;
    const results = messages.slice(at + 1).filter(({ role }) => role === "tool").length;
    const reply = found.script.replies[results];
    return reply === undefined ? null : withNumber(reply, found.n);
  }
  return null;
}

function patternOf(message: string): RegExp {
  const escaped = message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  let first = true;
  return new RegExp(
    escaped.replaceAll("\\{n\\}", () => {
      const group = first ? "(?<n>\\d+)" : "\\d+";
      first = false;
      return group;
    }),
  );
}

function withNumber(reply: ScriptedReply, n: string): ScriptedReply {
  return n === ""
    ? reply
    : (JSON.parse(JSON.stringify(reply).replaceAll("{n}", n)) as ScriptedReply);
}
