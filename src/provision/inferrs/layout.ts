/** Where the executable is in what was unpacked: in one folder, or flat. Its libraries are beside it. */
import { chmod, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { SetupError } from "../../inputs/error.ts";
import { clip, plain } from "../../report/escape.ts";
import type { Entry } from "./archive.ts";

/**
 * @returns the folder that holds the executable and the backend libraries
 * @throws SetupError when there is none, or more than one, with what is there instead
 */
export async function findRelease(
  what: string,
  dir: string,
  executable: string,
  entries: readonly Entry[],
): Promise<string> {
  const children = await readdir(dir, { withFileTypes: true });
  const folders = [
    dir,
    ...children.filter((child) => child.isDirectory()).map(({ name }) => join(dir, name)),
  ];
  const found: string[] = [];
  for (const folder of folders) {
    const file = await stat(join(folder, executable)).catch(() => null);
    if (file?.isFile() === true) found.push(folder);
  }
  const [release, another] = found;
  if (release === undefined || another !== undefined) {
    const names = entries.slice(0, 8).map(({ name }) => clip(plain(name), 60));
    const more = entries.length > names.length ? ` and ${entries.length - names.length} more` : "";
    const holds = names.length === 0 ? "nothing" : `${names.join(", ")}${more}`;
    throw new SetupError(
      `${what}: the archive holds ${holds}; expected one ${executable}, in a folder or at the top.`,
    );
  }
  // A .zip made on Windows has no permissions.
  await chmod(join(release, executable), 0o755);
  return release;
}
