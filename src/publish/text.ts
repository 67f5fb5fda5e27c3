/** Text from outside (a server's words, a log line, a model's id) on its way into a log or summary. */

/** One line without control characters (an ANSI colour's too), at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  const line = withoutControls(text).replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join("")}…`;
}

/** Without ANSI sequences and control characters other than line ends and tabs. */
export function withoutControls(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
      .replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (found) =>
        found === "\r" ? "\n" : "",
      )
  );
}
