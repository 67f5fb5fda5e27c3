/** Text from outside (model ids, flags, answers, log lines, error bodies) is hostile until it is here. */

/** No control characters, no ANSI escapes, no bidirectional overrides; one line. */
export function plain(text: string): string {
  return visible(text)
    .replace(/[\n\t]+/g, " ")
    .trim();
}

/** The same with its lines and its indentation. */
export function visible(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI escapes start with one.
      .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/g, "")
      .replace(/\r\n?|[\u2028\u2029]/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what goes.
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]+/g, " ")
      .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
  );
}

/** At most `n` characters; what is cut off is shown by an ellipsis. Never half a character. */
export function clip(text: string, n: number): string {
  if (text.length <= n) return text;
  // Of a text of megabytes only as much as may be shown.
  const points = [...text.slice(0, 2 * n + 2)];
  return points.length <= n ? text : `${points.slice(0, Math.max(0, n - 1)).join("")}…`;
}

/**
 * For Markdown's running text and table cells: what could be a mark-up, a tag, a mention, a link or
 * the end of a cell is taken literally.
 */
export function md(text: string): string {
  return unlinked(
    withoutTags(plain(text))
      .replace(/[\\`*_{}[\]#+!|~$^]/g, "\\$&")
      .replace(/^([-=])/, "\\$1")
      .replace(/^(\d+)([.)])(?=\s)/, "$1\\$2"),
  );
}

/** For what stands between tags, where nothing is Markdown: `<summary>` in a line of its own. */
export function html(text: string): string {
  return unlinked(withoutTags(plain(text)));
}

function withoutTags(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** GitHub makes links of mentions, issues and addresses wherever they stand. */
function unlinked(text: string): string {
  return text
    .replace(/@/g, "@\u2060")
    .replace(/:\/\//g, ":\u2060//")
    .replace(/\bwww\./gi, "www\u2060.")
    .replace(/#(?=\d)/g, "#\u2060")
    .replace(/GH-(?=\d)/gi, "GH\u2060-");
}

/** A code span; for tables too. Its content is shown as it is, but for backticks and bars. */
export function code(text: string): string {
  const content = plain(text).replace(/`/g, "ˋ").replace(/\|/g, "¦");
  return `\`${content === "" ? " " : content}\``;
}

/** A fenced block that its content can't close. */
export function fence(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const marks = "`".repeat(longest + 1);
  const lines = text.split(/\r?\n/).map((line) => line.replace(/\s+$/, ""));
  const safe = lines.map((line) => (line === "" ? "" : keepIndent(line))).join("\n");
  return `${marks}${language}\n${safe}\n${marks}`;
}

function keepIndent(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? "";
  return indent + plain(line);
}
