/** One digest over all files of a folder: tens of thousands, a few seconds. */
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** So many files are read at once. */
const ABREAST = 16;

/**
 * SHA-256 (hex) over the paths and contents of all files, links by where they point.
 * @param leftOut path within the folder of the one file that doesn't count
 */
export async function treeDigest(dir: string, leftOut: string): Promise<string> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((path) => path !== leftOut)
    .sort();
  const digests = new Array<string>(paths.length);
  let nextIndex = 0;
  const work = async () => {
    for (let index = nextIndex++; index < paths.length; index = nextIndex++) {
      digests[index] = await fileDigest(join(dir, paths[index] ?? ""));
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, work));
  const whole = createHash("sha256");
  for (const [index, path] of paths.entries()) {
    whole.update(`${path.split(sep).join("/")}\0${digests[index]}\n`);
  }
  return whole.digest("hex");
}

async function fileDigest(path: string): Promise<string> {
  const link = (await lstat(path)).isSymbolicLink();
  const bytes = link ? `link ${await readlink(path)}` : await readFile(path);
  return createHash("sha256").update(bytes).digest("hex");
}
