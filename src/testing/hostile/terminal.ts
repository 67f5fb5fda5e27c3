/** What a terminal, or a reader of a log, is told beside the text itself. */
import assert from "node:assert/strict";
import { commandsOf } from "./runner.ts";

const SAYS: [string, RegExp][] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  ["a control character", /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/],
  ["a turn of the direction", /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/],
  ["half a character", /\p{Surrogate}/u],
  ["a stack of marks", /\p{M}{5,}/u],
  ["a command to the runner", /^\s*::[a-z-]+/m],
];

/** Fails where a text without colours says something to a terminal or a runner. */
export function quiet(text: string, told: string): void {
  assert.deepEqual(said(text), [], told);
}

function said(text: string): string[] {
  return SAYS.flatMap(([what, pattern]) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`${what}: ${JSON.stringify(around(text, found.index))}`];
  });
}

function around(text: string, at: number): string {
  return text.slice(Math.max(0, at - 30), at + 30);
}

/** Fails where a runner takes a line for a command, of the older kind too, which may stand anywhere in it. */
export function unheardByRunner(text: string, told: string): void {
  assert.deepEqual(commandsOf(text), [], told);
}
