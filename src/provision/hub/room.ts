/** How much of a model is there, how much is to come, and whether the disk has room for it. */
import { statSync } from "node:fs";
import { freeBytes } from "../../host/disk.ts";
import { bytes, plural } from "../../report/format.ts";
import { checkSpace } from "../net/disk.ts";
import { blobPath, hubPlace } from "./layout.ts";
import { type QuantizedFile, quantizedFile } from "./quantized.ts";
import type { Wanted } from "./types.ts";

export interface Room {
  files: number;
  totalBytes: number;
  /** Files that are not there, or not whole. */
  missing: string[];
  /** What is still to come of them. */
  fetchBytes: number;
  /** What inferrs will write beside them; null: nothing. */
  quantized: QuantizedFile | null;
  /** On the disk where all of it goes; null where unknown. */
  freeBytes: number | null;
  dir: string;
}

/**
 * @param missing those of them that are not there
 * @param dir the hub's cache
 */
export function roomFor(
  wanted: readonly Wanted[],
  missing: readonly Wanted[],
  quantization: string | null,
  dir: string,
): Room {
  return {
    files: wanted.length,
    totalBytes: wanted.reduce((sum, { file }) => sum + file.bytes, 0),
    missing: missing.map(({ file }) => file.path),
    fetchBytes: missing.reduce((sum, each) => sum + leftOf(each), 0),
    quantized: quantizedFile(quantization, wanted),
    freeBytes: freeBytes(dir),
    dir,
  };
}

/** By their size alone: what is in them is checked before they are used. */
export function missingBySize(wanted: readonly Wanted[]): Wanted[] {
  return wanted.filter(({ repo, file }) => {
    const found = statSync(blobPath(repo, file.digest), { throwIfNoEntry: false });
    return found?.size !== file.bytes;
  });
}

/** Kept free beside what is fetched: a disk that is full to the last byte helps nobody. */
const MARGIN_BYTES = 16e6;

/** @throws SetupError that says how much is needed, and how much is free */
export function checkRoom(room: Room): void {
  const { missing, fetchBytes, quantized, dir } = room;
  if (missing.length === 0 && quantized === null) return;
  const neededBytes = fetchBytes + (quantized?.bytes ?? 0) + MARGIN_BYTES;
  checkSpace(whatNeedsRoom(room), neededBytes, hubPlace(dir));
}

/** `6 files, 10.3 GB, 8.1 GB to fetch; inferrs writes about 2.9 GB beside it (model-Q4K.gguf)`. */
export function roomText(
  { files, totalBytes, fetchBytes, quantized }: Room,
  words: { toFetch: string; nothing: string },
): string {
  const todo = fetchBytes === 0 ? words.nothing : `${bytes(fetchBytes)} ${words.toFetch}`;
  const own =
    quantized === null
      ? ""
      : `; inferrs writes about ${bytes(quantized.bytes)} beside it (${quantized.name})`;
  return `${plural(files, "file")}, ${bytes(totalBytes)}, ${todo}${own}`;
}

/** Bytes of a file that are still to come: a part may be there. */
function leftOf({ repo, file }: Wanted): number {
  const partial = `${blobPath(repo, file.digest)}.incomplete`;
  const have = statSync(partial, { throwIfNoEntry: false })?.size ?? 0;
  return have > file.bytes ? file.bytes : file.bytes - have;
}

function whatNeedsRoom({ missing, quantized }: Room): string {
  const files = missing.length === 1 ? (missing[0] ?? "") : `${missing.length} files`;
  if (quantized === null) return files;
  const own = `${quantized.name} (about ${bytes(quantized.bytes)}), which inferrs writes in the cache`;
  return missing.length === 0 ? own : `${files} and ${own}`;
}
