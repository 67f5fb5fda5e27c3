/** Reads the few files that are wanted out of a hostile archive, in memory: nothing is written anywhere. */
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { oneLine } from "../text.ts";

export interface UnzipLimits {
  /** Of one file, unpacked. */
  fileBytes: number;
  /** Entries of the archive. */
  entries: number;
  /** Files that are wanted. */
  files: number;
  /** Of all wanted files, unpacked. */
  totalBytes: number;
}

export const UNZIP_LIMITS: UnzipLimits = {
  fileBytes: 16 * 1024 * 1024,
  entries: 10_000,
  files: 20,
  totalBytes: 48 * 1024 * 1024,
};

export interface UnzippedFile {
  /** Of the folder in the archive that it lies in; empty: at its top. Hostile text. */
  folder: string;
  name: string;
  bytes: Buffer;
}

export type Unzipped =
  | { kind: "files"; files: UnzippedFile[] }
  | { kind: "refused"; reason: string };

/** What makes the whole archive unfit. */
class Refused extends Error {}

/**
 * The files of these names, at the top or one folder below it. The sizes that the archive tells are
 * not believed: what comes out is counted.
 *
 * @param wanted bare names
 */
export async function unzip(
  archive: Buffer,
  wanted: readonly string[],
  limits: UnzipLimits = UNZIP_LIMITS,
): Promise<Unzipped> {
  let zip: ZipFile | null = null;
  try {
    const options = { lazyEntries: true, strictFileNames: true };
    zip = await yauzl.fromBufferPromise(archive, options);
    const files: UnzippedFile[] = [];
    const seen = new Set<string>();
    let entries = 0;
    let left = limits.totalBytes;
    for await (const entry of zip.eachEntry()) {
      entries += 1;
      if (entries > limits.entries) throw new Refused(`has more than ${limits.entries} entries`);
      const [name = "", folder = "", ...deeper] = entry.fileName.split("/").reverse();
      if (deeper.length > 0 || !wanted.includes(name)) continue;
      if (seen.has(entry.fileName)) throw new Refused(`has ${entry.fileName} twice`);
      seen.add(entry.fileName);
      if (files.length >= limits.files) throw new Refused(`has more than ${limits.files} results`);
      const bytes = await read(zip, entry, Math.min(limits.fileBytes, left));
      left -= bytes.length;
      files.push({ folder, name, bytes });
    }
    return { kind: "files", files };
  } catch (error) {
    if (error instanceof Refused)
      return { kind: "refused", reason: `its archive ${error.message}` };
    const said = error instanceof Error ? error.message : String(error);
    return { kind: "refused", reason: `its archive can't be read (${oneLine(said, 200)})` };
  } finally {
    zip?.close();
  }
}

async function read(zip: ZipFile, entry: Entry, most: number): Promise<Buffer> {
  const tooMuch = () => new Refused(`has a ${entry.fileName} that is too large`);
  if (entry.isEncrypted()) throw new Refused(`has an encrypted ${entry.fileName}`);
  if (entry.uncompressedSize > most) throw tooMuch();
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > most) throw tooMuch();
    parts.push(part);
  }
  return Buffer.concat(parts);
}
