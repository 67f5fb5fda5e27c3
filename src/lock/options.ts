/** What each option is to a lock. */
import { OPTION_TABLE, type OptionName, type OptionRow } from "../inputs/table.ts";

/**
 * Of one place or one reader: not in a lock, and free to be given beside one. The variable that holds
 * a key is named here, too: a lock from somebody else must not choose which secret is sent.
 */
const FREE: readonly OptionName[] = [
  ...(["api-key-env", "offline", "lock-timeout", "history", "history-keep", "fail-on"] as const),
  ...(["out", "config", "keep-bodies", "label", "plan", "matrix", "shards", "lock"] as const),
  ...(["locked", "allow-commands", "json", "quiet", "command"] as const),
];

/** Whose values may be paths: beside a lock they say where on this machine the same thing is. */
export const PLACES = [
  ...(["inferrs", "model", "scenario", "openclaw-version", "openclaw-config", "base-url"] as const),
] satisfies readonly OptionName[];

/** Part of a lock's command: it changes what is measured. */
export function isLocked(row: OptionRow): boolean {
  return row.only === undefined && !FREE.includes(row.name as OptionName);
}

/** The rows that a lock's command is made of, in the table's order. */
export const LOCKED_ROWS: readonly OptionRow[] = (OPTION_TABLE as readonly OptionRow[]).filter(
  isLocked,
);
