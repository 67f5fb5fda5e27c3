/** .tar.gz, as the releases for Linux and macOS are. */
import { list, type ReadEntry, extract as unpackTar } from "tar";
import type { Entry, Format } from "./archive.ts";

const KINDS: Record<string, Entry["kind"]> = {
  File: "file",
  OldFile: "file",
  ContiguousFile: "file",
  Directory: "folder",
  SymbolicLink: "link",
};

export const tarball: Format = {
  async list(file) {
    const entries: Entry[] = [];
    const onReadEntry = (entry: ReadEntry) => {
      entries.push({
        name: entry.path,
        kind: KINDS[entry.type] ?? "other",
        bytes: entry.size,
        ...(entry.linkpath === undefined ? {} : { target: entry.linkpath }),
      });
    };
    await list({ file, strict: true, onReadEntry });
    return entries;
  },
  async extract(file, dir) {
    await unpackTar({ file, cwd: dir, strict: true, preserveOwner: false, noMtime: true });
  },
};
