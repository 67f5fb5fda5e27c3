/** Unpacks a verified archive: every entry is looked at before the first is written. */
import { open } from "node:fs/promises";
import { SetupError } from "../../inputs/error.ts";
import { clip, plain } from "../../report/escape.ts";
import { checkSpace, writeFailure } from "../net/disk.ts";
import { placeIn } from "./cache.ts";

/** A file or folder in an archive. */
export interface Entry {
  name: string;
  kind: "file" | "folder" | "link" | "other";
  bytes: number;
  /** Of a symbolic link: where it leads. */
  target?: string;
}

/** One kind of archive. */
export interface Format {
  list(file: string): Promise<Entry[]>;
  /** Writes all entries below `dir`, which is there. Called only for what {@link list} gave. */
  extract(file: string, dir: string): Promise<void>;
}

/**
 * @param dir an empty folder
 * @returns what was unpacked
 * @throws SetupError for what is no archive, is damaged, or would write outside the folder
 */
export async function unpack(what: string, file: string, dir: string): Promise<Entry[]> {
  const format = await formatOf(what, file);
  const damaged = (error: unknown) => {
    if (error instanceof SetupError) return error;
    const told = writeFailure(what, error, placeIn(dir));
    if (told instanceof SetupError) return told;
    const { message } = error as Error;
    return new SetupError(`${what}: the archive can't be unpacked: ${clip(plain(message), 200)}.`, {
      cause: error,
    });
  };
  try {
    const entries = await format.list(file);
    for (const entry of entries) checkEntry(what, entry);
    const unpacked = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    checkSpace(`${what}, unpacked`, unpacked, placeIn(dir));
    await format.extract(file, dir);
    return entries;
  } catch (error) {
    throw damaged(error);
  }
}

/** By its first bytes: a URL's name says little. */
async function formatOf(what: string, file: string): Promise<Format> {
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0).finally(() => handle.close());
  if (buffer[0] === 0x1f && buffer[1] === 0x8b) return (await import("./archive-tar.ts")).tarball;
  if (buffer.toString("latin1").startsWith("PK")) return (await import("./archive-zip.ts")).zip;
  throw new SetupError(
    `${what} is neither a .tar.gz nor a .zip archive: it starts with the bytes ${buffer.toString("hex")}.`,
  );
}

/** Zip-slip and its kin: https://security.snyk.io/research/zip-slip-vulnerability */
function checkEntry(what: string, { name, kind, target }: Entry): void {
  const refused = (why: string) =>
    new SetupError(
      `${what} is refused: its entry "${clip(plain(name), 80)}" ${why}. Nothing was unpacked.`,
    );
  const parts = name.split(/[\\/]/);
  if (/^([\\/]|[a-z]:)/i.test(name)) throw refused("has an absolute path");
  if (parts.includes("..")) throw refused("leads out of its folder");
  if (name.includes("\0")) throw refused("has a name that no file can have");
  if (kind === "other") throw refused("is neither a file nor a folder");
  // A library's short name may be a link to the file beside it, and to nothing else.
  if (kind === "link" && (target === undefined || !/^[\w.+-]+$/.test(target) || target === "..")) {
    throw refused("is a link that leads elsewhere");
  }
}
