/** What a change does to a config, setting by setting, as a unified diff shows it. Pure. */

export interface Change {
  path: string;
  /** Undefined: it isn't set. */
  before: unknown;
  after: unknown;
}

/** @param name of the file, as it may be shown */
export function renderDifference(name: string, changes: readonly Change[]): string {
  const lines = [`--- ${name}`, `+++ ${name}, with the recommended settings`];
  for (const { path, before, after } of changes) {
    lines.push(`@@ ${path} @@`);
    if (before !== undefined) lines.push(...shown("-", before));
    lines.push(...shown("+", after));
  }
  return lines.join("\n");
}

function shown(mark: "-" | "+", value: unknown): string[] {
  const line = JSON.stringify(value);
  const text = line.length <= 90 ? line : JSON.stringify(value, null, 2);
  return text.split("\n").map((each) => mark + each);
}
