/** What the client writes on its stdout and stderr. Pure. */

/** Colours and other escapes of a terminal. */
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
const MOST_LINES = 12;
const MOST_CHARACTERS = 400;

/** Lines without a terminal's escapes. */
export function plainLines(text: string): string[] {
  return text
    .replace(ESCAPES, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
}

/** Of a part of the client: `[agent/embedded] …`; what it only prints (a reply) has none. */
const OF_A_PART = /^(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?\s+)?(\[[\w/.-]+\]\s.*)$/;
const TELLS_OF_TROUBLE =
  /error|fail|timeout|timed out|retry|refus|reject|abort|looks like a tool call|empty response|incomplete turn|overflow|compaction/i;
/** Housekeeping of its own that fails or is slow now and then, and changes nothing. */
const HOUSEKEEPING = /^\[session-sqlite\]|^\[diagnostic\] lane task|^\[plugins?\]/;

/**
 * The lines that tell of an error, each once and shortened, without what is secret.
 * @param secrets texts that must not be kept
 */
export function errorLines(lines: readonly string[], secrets: readonly string[]): string[] {
  const told = lines.flatMap((line) => {
    const said = OF_A_PART.exec(line)?.[1];
    if (said === undefined || HOUSEKEEPING.test(said) || !TELLS_OF_TROUBLE.test(said)) return [];
    return [clip(hide(said, secrets))];
  });
  return [...new Set(told)].slice(0, MOST_LINES);
}

/** @returns the text with each secret blotted out */
export function hide(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= 4)
    .reduce((shown, secret) => shown.replaceAll(secret, "***"), text)
    .replace(/\b(Bearer|Basic) [\w.~+/=-]+/gi, "$1 ***");
}

function clip(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}
