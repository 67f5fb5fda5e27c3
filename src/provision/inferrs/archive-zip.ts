/** .zip, as the releases for Windows are. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import yauzl, { type Entry as ZipEntry } from "yauzl";
import type { Entry, Format } from "./archive.ts";

/** Unix file types in the upper half of the external attributes. */
const TYPE_MASK = 0o170000;
/** An archive made on Windows says nothing. (A map: Biome 2.6 miscounts octal keys of an object.) */
const TYPES = new Map<number, Entry["kind"]>([
  [0, "file"],
  [0o100000, "file"],
  [0o040000, "folder"],
]);

export const zip: Format = {
  async list(file) {
    const entries: Entry[] = [];
    await each(file, async (entry) => {
      entries.push({
        name: entry.fileName,
        kind: kindOf(entry),
        bytes: entry.uncompressedSize,
      });
    });
    return entries;
  },
  async extract(file, dir) {
    await each(file, async (entry, zipFile) => {
      const path = join(dir, entry.fileName);
      await mkdir(kindOf(entry) === "folder" ? path : dirname(path), { recursive: true });
      if (kindOf(entry) === "folder") return;
      await pipeline(await zipFile.openReadStreamPromise(entry), createWriteStream(path));
    });
  },
};

function kindOf({ fileName, externalFileAttributes }: ZipEntry): Entry["kind"] {
  if (fileName.endsWith("/")) return "folder";
  return TYPES.get((externalFileAttributes >>> 16) & TYPE_MASK) ?? "other";
}

async function each(
  file: string,
  visit: (entry: ZipEntry, zipFile: yauzl.ZipFile) => Promise<void>,
): Promise<void> {
  const zipFile = await yauzl.openPromise(file, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zipFile.eachEntry()) await visit(entry, zipFile);
  } finally {
    zipFile.close();
  }
}
