/** What an engine's log says. */

/** inferrs colours its log; the colours are not ours to keep. */
export function plainLines(log: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI escapes start with one.
  const text = log.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/** What an engine says when it dies; a long backtrace may follow it. */
const CAUSE = /memory allocation of \d+ bytes failed|panicked at/;

/**
 * The last lines, oldest first, each at most 400 characters. What names the cause of death stands
 * first where the backtrace behind it would push it out: of a panic the place and the message.
 */
export function lastWords(log: string, count = 12): string[] {
  const lines = plainLines(log).map((line) =>
    line.length > 400 ? `${line.slice(0, 399)}…` : line,
  );
  const cause = lines.findLastIndex((line) => CAUSE.test(line));
  const tail = lines.slice(-count);
  if (cause < 0 || cause >= lines.length - count) return tail;
  const words = causeOfDeath(lines);
  return [...words, ...tail.slice(words.length)];
}

/** The last line that names a cause of death; after `panicked at …` also the message below it. */
export function causeOfDeath(lines: readonly string[]): string[] {
  const at = lines.findLastIndex((line) => CAUSE.test(line));
  if (at < 0) return [];
  return lines.slice(at, at + (/panicked at/.test(lines[at] ?? "") ? 2 : 1));
}

const LONGEST_LINE = 400;

/**
 * Prompt tokens of a response by its id: inferrs writes `Request chatcmpl-…: N messages, P prompt
 * tokens` for every request, streamed or not (seen in 9535ae3).
 */
export function promptTokensIn(log: string, responseId: string): number | null {
  // Asked after every reply: a long log is not to be taken apart each time.
  const at = log.lastIndexOf(`Request ${responseId}:`);
  const [line = ""] = at < 0 ? [] : plainLines(log.slice(at, at + LONGEST_LINE));
  const match = /(\d+) prompt tokens/.exec(line);
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** Prompt tokens of the last request that the log names: the one that was under way at a death. */
export function lastPromptTokensIn(log: string): number | null {
  const line = plainLines(log).findLast((each) => /Request \S+: .*\d+ prompt tokens/.test(each));
  const match = /(\d+) prompt tokens/.exec(line ?? "");
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** It could not listen, because another process had its port. */
export function portTakenIn(log: string): boolean {
  return /address already in use|EADDRINUSE/i.test(log);
}

/** The log's own words on why a model could not be loaded. */
export function loadFailureIn(log: string): string | null {
  const line = plainLines(log).findLast((each) => /\berror\b|failed|panicked/i.test(each));
  return line?.trim() ?? null;
}

/** The context window: inferrs writes `Model KV cache capacity: N tokens` as it loads (seen in 9535ae3). */
export function windowIn(log: string): number | null {
  const match = /Model KV cache capacity: (\d+) tokens/.exec(log);
  return match?.[1] === undefined ? null : Number(match[1]);
}
