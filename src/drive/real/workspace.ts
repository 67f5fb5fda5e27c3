/** The workspace of the client's agent: before each attempt it is as the scenario wants it. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { InputError } from "../../inputs/error.ts";

/** Content of what the client itself has put there, by path. */
export type Snapshot = ReadonlyMap<string, Buffer>;

/** All files of the workspace. */
export function snapshotOf(dir: string): Snapshot {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(dir, path), readFileSync(path));
  }
  return files;
}

/**
 * Takes away what an earlier attempt left, puts back what the client's own files were, and adds the
 * scenario's.
 * @throws InputError for a path that leads out of the workspace
 */
export function resetWorkspace(
  dir: string,
  own: Snapshot,
  files: Readonly<Record<string, string>>,
): void {
  for (const entry of readdirSync(dir))
    rmSync(join(dir, entry), { recursive: true, force: true, maxRetries: 5 });
  for (const [path, content] of own) put(dir, path, content);
  for (const [path, content] of Object.entries(files)) put(dir, path, content);
}

/** A file's text; null where it isn't there, or leads out. */
export function workspaceFile(dir: string, path: string): string | null {
  try {
    return readFileSync(inside(dir, path), "utf8");
  } catch {
    return null;
  }
}

function put(dir: string, path: string, content: Buffer | string): void {
  const to = inside(dir, path);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, content);
}

function inside(dir: string, path: string): string {
  const to = resolve(dir, path);
  if (to.startsWith(resolve(dir) + sep)) return to;
  throw new InputError({
    input: "scenario workspace",
    value: path,
    expected: "a path within the workspace",
    mend: "Give it relative to the workspace, without dots that lead out of it.",
  });
}
