/** Text from outside (model ids, flags, answers, log lines, error bodies) is hostile until it is here. */

/**
 * No control characters, no ANSI escapes, nothing that turns the direction or has no width, no stacks of
 * marks that reach into other lines, no halves of characters; one line.
 */
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
      .replace(UNSEEN, "")
      .replace(/\p{M}{5,}/gu, (stack) => [...stack].slice(0, 4).join(""))
      .replace(/\p{Surrogate}/gu, "\ufffd")
  );
}

/**
 * Characters that nobody sees: of no width, fillers, tags, selectors beyond the usual, what turns the
 * direction, and what is no character. https://www.unicode.org/reports/tr36/
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each goes for itself.
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\u{1fffe}\u{1ffff}\u{e0000}-\u{e0fff}]/gu;

/**
 * JSON in which nothing is unseen: what has no width, turns the direction or controls a terminal is
 * escaped, and what a runner takes for a command (`##[`) too. It is read back as it was.
 */
export function quietJson(value: unknown, indent = 0): string {
  return (JSON.stringify(value, null, indent) ?? "null")
    .replace(/##\[/g, "##\\u005b")
    .replace(/[\u007f-\u009f\u2028\u2029]/g, escaped)
    .replace(UNSEEN, escaped);
}

function escaped(found: string): string {
  const units = Array.from({ length: found.length }, (_, index) => found.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/**
 * A line of a log that no runner takes for a command, where nobody told it not to listen.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function unheard(line: string): string {
  return line.replace(/^(\s*)::/, "$1\u2060::").replace(/##(?=\[)/g, "##\u2060");
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
      .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2"),
  );
}

/** For what stands between tags, where nothing is Markdown: `<summary>` in a line of its own. */
export function html(text: string): string {
  return unlinked(withoutTags(plain(text)));
}

/** Nor an alert: `[!NOTE]` at a quote's beginning. */
function withoutTags(text: string): string {
  return text
    .replace(/\[!/g, "[\u2060!")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}

/**
 * GitHub makes links of mentions, issues and addresses wherever they stand, and emoji of their names.
 * What a template writes behind the text counts too.
 */
function unlinked(text: string): string {
  return text
    .replace(/@/g, "@\u2060")
    .replace(/:\/\//g, ":\u2060//")
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}\u2060.`)
    .replace(/#(?=\d|$)/g, "#\u2060")
    .replace(/GH-(?=\d|$)/gi, (gh) => `${gh.slice(0, 2)}\u2060-`)
    .replace(/(?<!\d):(?=[\w+\\-]*(?::|$))/g, ":\u2060");
}

/** A code span; for tables too. Its content is shown as it is, but for backticks and bars. */
export function code(text: string): string {
  const content = plain(text).replace(/`/g, "ˋ").replace(/\|/g, "¦");
  return `\`${content === "" ? " " : content}\``;
}

/** A fenced block that its content can't close. */
export function fence(text: string, language: string): string {
  // Of what is shown: two backticks and one more may have had an unseen character between them.
  const shown = plainLines(text);
  let longest = 2;
  for (const [run] of shown.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const marks = "`".repeat(longest + 1);
  return `${marks}${language}\n${shown}\n${marks}`;
}

/** The same without tabs, and without blanks at the end of lines. */
export function plainLines(text: string): string {
  return visible(text).replace(/\t/g, "    ").replace(/ +$/gm, "");
}
