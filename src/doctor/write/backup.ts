/**
 * What the config was before a change, kept beside it, and how it is had back. A config holds keys:
 * a backup is as private as what it is of.
 */
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { InputError } from "../../inputs/error.ts";

const fileSchema = z.strictObject({
  path: z.string(),
  backup: z.string(),
  beforeSha256: z.string(),
  afterSha256: z.string(),
});
const recordSchema = z.strictObject({
  schema: z.literal("inferrs-bench/config-backup/v1"),
  /** Oldest first. */
  changes: z.array(z.strictObject({ at: z.string(), files: z.array(fileSchema) })),
});
type BackupFile = z.infer<typeof fileSchema>;

/** Beside the config; says which backup belongs to which change. */
export function recordPath(configPath: string): string {
  return `${configPath}.inferrs-bench-undo.json`;
}

export interface Backup {
  at: string;
  files: { path: string; backup: string; text: Buffer; mode: number }[];
}

/** Copies the files as they are. Nothing is recorded until the change is made. */
export function backUp(paths: readonly string[], at: Date): Backup {
  const stamp = at.toISOString().replace(/[-:]|\.\d+/g, "");
  const files = paths.map((path) => {
    const text = readFileSync(path);
    const mode = statSync(path).mode & 0o777;
    const backup = `${path}.before-inferrs-bench-${stamp}`;
    writeFileSync(backup, text, { mode: 0o600, flag: "wx" });
    return { path, backup, text, mode };
  });
  return { at: at.toISOString(), files };
}

/** The change was made: from now on it can be undone. Backups of files that stayed as they were go. */
export function recordChange(configPath: string, backup: Backup): BackupFile[] {
  const changed = backup.files.flatMap(({ path, backup: copy, text }): BackupFile[] => {
    const afterSha256 = digestOf(readFileSync(path));
    const beforeSha256 = digestOf(text);
    if (afterSha256 !== beforeSha256) return [{ path, backup: copy, beforeSha256, afterSha256 }];
    rmSync(copy, { force: true });
    return [];
  });
  if (changed.length > 0) {
    const record = readRecord(configPath);
    save(configPath, [...record, { at: backup.at, files: changed }]);
  }
  return changed;
}

/** The change failed: everything as it was, and no trace of it. */
export function takeBack(backup: Backup): void {
  for (const { path, backup: copy, text, mode } of backup.files) {
    if (!text.equals(readOrNull(path) ?? Buffer.alloc(0))) replace(path, text, mode);
    rmSync(copy, { force: true });
  }
}

/**
 * Puts the files of the last change back as they were before it.
 * @returns the files
 * @throws InputError when there is nothing to undo, or a file was changed since
 */
export function undoLast(configPath: string): { at: string; files: string[] } {
  const record = readRecord(configPath);
  const last = record.at(-1);
  const wrong = (expected: string, mend: string) =>
    new InputError({ input: "--undo", value: configPath, expected, mend });
  if (last === undefined) {
    throw wrong("a config that doctor --write has changed", "There is nothing to take back.");
  }
  for (const { path, backup, afterSha256, beforeSha256 } of last.files) {
    const now = readOrNull(path);
    const kept = readOrNull(backup);
    if (now === null || digestOf(now) !== afterSha256) {
      throw wrong(
        "the file as --write left it",
        `${basename(path)} was changed since: taking it back would lose that. What it was before stands in ${backup}.`,
      );
    }
    if (kept === null || digestOf(kept) !== beforeSha256) {
      throw wrong("the backup as it was made", `${backup} is gone, or was changed.`);
    }
  }
  for (const { path, backup } of last.files) {
    replace(path, readFileSync(backup), statSync(path).mode & 0o777);
    rmSync(backup, { force: true });
  }
  save(configPath, record.slice(0, -1));
  return { at: last.at, files: last.files.map(({ path }) => path) };
}

/** A reader sees the old file or the new one. */
function replace(path: string, text: Buffer, mode: number): void {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  writeFileSync(draft, text, { mode: 0o600 });
  chmodSync(draft, mode);
  renameSync(draft, path);
}

function readRecord(configPath: string): z.infer<typeof recordSchema>["changes"] {
  const text = readOrNull(recordPath(configPath));
  if (text === null) return [];
  try {
    return recordSchema.parse(JSON.parse(text.toString("utf8"))).changes;
  } catch {
    return [];
  }
}

function save(configPath: string, changes: z.infer<typeof recordSchema>["changes"]): void {
  const path = recordPath(configPath);
  if (changes.length === 0) {
    rmSync(path, { force: true });
    return;
  }
  const record = { schema: "inferrs-bench/config-backup/v1", changes };
  writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
}

export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
