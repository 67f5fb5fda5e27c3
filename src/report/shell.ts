/** Arguments as they can be pasted into a shell. Pure. */

/** Characters that no shell takes for anything else. */
const BARE = /^[A-Za-z0-9_/:=.,@%+-]+$/;
/** What a page wouldn't show, or would show as something else: it is written by its number. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/;

/**
 * One argument for bash and zsh, and for any POSIX shell where all of it can be seen.
 * In single quotes nothing is special but the quote itself; `$'…'` takes the rest by number.
 */
export function shellQuoted(text: string): string {
  if (BARE.test(text) && !text.startsWith("=")) return text;
  const unseen = [...text].some((character) => character.length === 1 && UNSEEN.test(character));
  if (!unseen) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = [...text].map((character) => {
    if (character === "'" || character === "\\") return `\\${character}`;
    if (character.length > 1 || !UNSEEN.test(character)) return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `$'${escaped.join("")}'`;
}

/** A command with an argument in each line, so that it is read on a phone, too. */
export function shellCommand(program: string, args: readonly string[]): string {
  const [first, ...others] = args.map(shellQuoted);
  const start = first === undefined ? program : `${program} ${first}`;
  return [start, ...others].join(" \\\n  ");
}
