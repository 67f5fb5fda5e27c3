/** One file over the network to disk, hashed as it comes, and resumed where the server can. */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { freeBytes } from "../../host/disk.ts";
import { SetupError } from "../../inputs/error.ts";
import { bytes } from "../../report/format.ts";
import { pour } from "../net/body.ts";
import { checkSpace, writeFailure } from "../net/disk.ts";
import { minimumRate } from "../net/stretch.ts";
import { placeIn } from "./cache.ts";
import { broken } from "./failure.ts";
import { type Answer, type Http, networkFailure } from "./http.ts";
import { begin, type Progress, rangeHeaders } from "./resume.ts";
import { retrying } from "./retry.ts";
import type { FetchWorld } from "./world.ts";

export interface Download {
  /** For the reader, e.g. `inferrs 0.0.20260424164259`. */
  what: string;
  url: string;
  /** Where it goes; what is there is overwritten. */
  file: string;
  /** Its size, where it is known beforehand. */
  expectedBytes: number | null;
}

/** Where the size is not known, this is as much as is taken. */
const MOST_BYTES = 8e9;
/** A line for the reader at most this often. */
const SAY_EVERY_MS = 10_000;

/**
 * @returns the SHA-256 and size of what was written
 * @throws SetupError when it can't be had whole, or there is no room for it
 */
export async function download(
  { what, url, file, expectedBytes }: Download,
  http: Http,
  world: FetchWorld,
): Promise<{ sha256: string; bytes: number }> {
  const dir = dirname(file);
  const handle = await open(file, "w").catch((error: unknown) => {
    throw writeFailure(what, error, placeIn(dir));
  });
  const progress: Progress = { written: 0, hash: createHash("sha256"), validator: null };
  try {
    await retrying(what, url, world, async () => {
      const stretch = minimumRate(world.limits, () => progress.written);
      const signal = AbortSignal.any([world.signal, stretch.signal]);
      try {
        const answer = await http.get(url, rangeHeaders(progress), signal);
        stretch.begin();
        const total = await begin(what, answer, progress, handle, expectedBytes);
        await room(what, dir, url, total, progress, world);
        await write(what, dir, answer, progress, handle, total, world);
      } catch (error) {
        throw stretch.signal.aborted ? broken(stretch.words) : error;
      } finally {
        stretch.end();
      }
    });
  } finally {
    await handle.close();
  }
  return { sha256: progress.hash.digest("hex"), bytes: progress.written };
}

async function room(
  what: string,
  dir: string,
  url: string,
  total: number | null,
  { written }: Progress,
  world: FetchWorld,
): Promise<void> {
  const free = freeBytes(dir);
  const size = total === null ? "of unknown size" : bytes(total);
  const from = written === 0 ? "" : `, going on after ${bytes(written)}`;
  const left = free === null ? "" : `; ${bytes(free)} free on disk`;
  world.say(`${what}: downloading ${size} from ${new URL(url).host}${from}${left}`);
  if (total !== null) checkSpace(what, total - written, placeIn(dir));
}

async function write(
  what: string,
  dir: string,
  answer: Answer,
  progress: Progress,
  handle: FileHandle,
  total: number | null,
  world: FetchWorld,
): Promise<void> {
  let saidAt = world.now();
  const { written: from } = progress;
  const most = total ?? MOST_BYTES;
  const poured = await pour(answer.body, handle, { from, most }, (chunk) => {
    progress.hash.update(chunk);
    progress.written += chunk.length;
    if (world.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = world.now();
    world.say(`${what}: ${bytes(progress.written)} of ${bytes(total)}`);
  }).catch((error: unknown) => {
    throw writeFailure(what, error, placeIn(dir));
  });
  if (poured.kind === "broke") throw networkFailure(poured.cause);
  if (poured.kind === "too-much") {
    throw new SetupError(`${what}: the server sends more than the ${most} bytes.`);
  }
  if (total !== null && progress.written < total) {
    throw broken(`it ended after ${progress.written} of ${total} bytes`);
  }
}
