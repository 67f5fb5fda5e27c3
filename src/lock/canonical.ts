/**
 * One lock, one text, one digest. Keys are sorted and everything outside ASCII is escaped, so that
 * nothing on its way (a comment, a terminal, a shell) changes it: `jq -caS . FILE | tr -d '\n'` gives
 * the same text, and its SHA-256 is the lock's digest.
 */
import { createHash } from "node:crypto";
import type { Lock } from "./schema.ts";

/** On one line. */
export function canonicalLock(lock: Lock): string {
  return ascii(JSON.stringify(sorted(lock)));
}

/** As it is written to a file: the same, for a reader and for `git diff`. */
export function renderLock(lock: Lock): string {
  return `${ascii(JSON.stringify(sorted(lock), null, 2))}\n`;
}

export function lockDigest(lock: Lock): string {
  return createHash("sha256").update(canonicalLock(lock)).digest("hex");
}

/** Enough to tell locks apart at a glance. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

function ascii(json: string): string {
  return json.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
