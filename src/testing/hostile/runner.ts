/** Reads a step's log and its files as GitHub's runner does. */

export interface Command {
  name: string;
  /** `title=…,file=…`; empty: none. */
  properties: string;
  message: string;
}

/**
 * The commands that a runner takes from a log: `::name properties::message` at a line's beginning, and
 * the older `##[name]` anywhere in it, but for what stands between `::stop-commands::WORD` and `::WORD::`.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function commandsOf(log: string): Command[] {
  const heard: Command[] = [];
  let word: string | null = null;
  for (const line of log.split(/\r\n|\n|\r/)) {
    if (word !== null) {
      if (line.trimStart() === `::${word}::`) word = null;
      continue;
    }
    const newer = /^::([\w-]+)(?: ([^:]*(?::[^:]+)*))?::(.*)$/.exec(line.trimStart());
    const older = /##\[([\w-]+)([^\]]*)\](.*)$/.exec(line);
    const found = newer ?? older;
    if (found === null) continue;
    const [, name = "", properties = "", message = ""] = found;
    if (name === "stop-commands") word = message;
    heard.push({ name, properties, message });
  }
  return heard;
}

/**
 * `NAME=VALUE` and `NAME<<DELIMITER` of GITHUB_OUTPUT and the like.
 *
 * @throws Error for what a runner refuses
 */
export function valuesOf(file: string): Map<string, string> {
  const values = new Map<string, string>();
  const lines = file.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const [, name, delimiter] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter, at + 1);
      if (end === -1) throw new Error(`${name} has no end`);
      values.set(name, lines.slice(at + 1, end).join("\n"));
      at = end;
      continue;
    }
    const [, key, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    if (key === undefined) throw new Error(`neither a value nor its beginning: ${line}`);
    values.set(key, value ?? "");
  }
  return values;
}
