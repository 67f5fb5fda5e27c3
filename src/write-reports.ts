/** Reports as files, each on its own. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./host/files.ts";

/**
 * One that can't be made is said, and the others are there; what an earlier run left of it is gone, for
 * it would be taken for this one's.
 *
 * @param say told what could not be made, a line each
 * @returns the names of those that were written
 */
export function writeEach(
  outDir: string,
  reports: Readonly<Record<string, () => string>>,
  say: (text: string) => void,
): string[] {
  return Object.entries(reports).flatMap(([name, render]) => {
    const path = join(outDir, name);
    try {
      writeWhole(path, render());
      return [name];
    } catch (error) {
      say(`${name} could not be made (${error instanceof Error ? error.message : String(error)}).`);
      rmSync(path, { force: true });
      return [];
    }
  });
}
