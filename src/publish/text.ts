/** Text from outside (a server's words, a log line, a model's id) on its way into a log or summary. */
import { clip, plain } from "../report/escape.ts";

/** One line without control characters (an ANSI colour's too), at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  return clip(plain(text).replace(/\s+/g, " "), limit);
}
