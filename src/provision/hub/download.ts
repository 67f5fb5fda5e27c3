/** One file of the hub into its blob: resumed where it broke off, and checked before it counts. */
import { open, rename, rm, stat } from "node:fs/promises";
import type { Response } from "undici";
import { hashFile } from "../../host/hash.ts";
import { SetupError } from "../../inputs/error.ts";
import { contentRange, type Poured, pour } from "../net/body.ts";
import { isFull, noRoom, writeFailure } from "../net/disk.ts";
import { backOffMs } from "../net/patience.ts";
import { minimumRate } from "../net/stretch.ts";
import { checkBlob, hashes } from "./digest.ts";
import { type Asked, refusalError } from "./errors.ts";
import { fileUrl, type HubClient, reasonOf } from "./fetch.ts";
import { blobPath, hubPlace, type RepoDir } from "./layout.ts";
import { takeLock } from "./lock.ts";
import type { RepoFile } from "./needed.ts";

/** Tries in a row that bring not one byte. */
const FRUITLESS = 5;

interface Job {
  client: HubClient;
  repo: RepoDir;
  file: RepoFile;
  asked: Asked;
  url: string;
  /** What there is of it so far. */
  partial: string;
  onBytes: (bytes: number) => void;
}

/**
 * Fetches a file, or what is missing of it, and puts it under its digest's name.
 * @param onBytes told of every piece, and first of what was there from an earlier time
 * @returns its SHA-256
 * @throws SetupError as the hub refuses, for a full disk, for a wrong digest
 */
export async function downloadBlob(job: Omit<Job, "url" | "partial">): Promise<string> {
  const { client, repo, file, asked } = job;
  const target = blobPath(repo, file.digest);
  const partial = `${target}.incomplete`;
  const url = fileUrl(asked, file.path);
  const release = await takeLock(`${target}.lock`, client.pause, (pid) =>
    client.log(`process ${pid} is fetching ${file.path}: waiting for it`),
  );
  try {
    const there = await checkBlob(target, file, client.signal);
    if (there !== null) {
      job.onBytes(file.bytes);
      return there;
    }
    const sha256 = await fetchWhole({ ...job, url, partial });
    await rename(partial, target);
    return sha256;
  } catch (cause) {
    const place = hubPlace(repo.dir);
    if (isFull(cause)) throw noRoom(file.path, await leftOf(partial, file), place, cause);
    throw writeFailure("The hub's cache", cause, place);
  } finally {
    release();
  }
}

async function fetchWhole(job: Job): Promise<string> {
  const { file, partial, client, asked } = job;
  for (let wrong = 0; ; wrong++) {
    const digest = await fetchBytes(job);
    if (digest.named() === file.digest) return digest.sha256();
    await rm(partial, { force: true });
    if (wrong > 0) {
      throw new SetupError(
        `${file.path} of ${asked.id} came twice with a wrong digest: expected ${file.digest}, got ${digest.named()}. It was thrown away. A proxy or mirror may be changing it: check HF_ENDPOINT and HTTPS_PROXY.`,
      );
    }
    client.log(`${file.path} has a wrong digest: fetching it anew`);
    job.onBytes(-file.bytes);
  }
}

/** Until the partial file has all its bytes; goes on after breaks as long as something comes. */
async function fetchBytes(job: Job) {
  const { file, partial, client, asked, onBytes } = job;
  let digest = hashes(file.digest, file.bytes);
  let have = (await stat(partial).catch(() => null))?.size ?? 0;
  if (have > file.bytes) {
    await rm(partial, { force: true });
    have = 0;
  }
  if (have > 0) await hashFile(partial, digest, client.signal);
  onBytes(have);
  const handle = await open(partial, "a");
  try {
    for (let fruitless = 0; have < file.bytes; ) {
      const stretch = minimumRate(client.leastRate, () => have);
      const range = have > 0 ? { range: `bytes=${have}-` } : undefined;
      const response = await client.get(job.url, asked, range, stretch.signal);
      refuseHtml(response, job);
      if (startOf(response, have) !== have) {
        // It sends the whole file again.
        await handle.truncate(0);
        onBytes(-have);
        have = 0;
        digest = hashes(file.digest, file.bytes);
      }
      const before = have;
      stretch.begin();
      const room = { from: have, most: file.bytes };
      const poured = await pour(response.body, handle, room, (chunk) => {
        digest.update(chunk);
        have += chunk.length;
        onBytes(chunk.length);
      }).finally(stretch.end);
      if (have === file.bytes) break;
      client.signal.throwIfAborted();
      fruitless = have > before ? 0 : fruitless + 1;
      if (fruitless >= FRUITLESS) {
        throw brokenOff(job, have, stretch.signal.aborted ? stretch.words : wordsOf(poured));
      }
      await client.pause(backOffMs(fruitless + 1));
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return digest;
}

/** A login page or an error page in a file's place. */
function refuseHtml(response: Response, { asked, file }: Job): void {
  const html = (response.headers.get("content-type") ?? "").includes("text/html");
  if (!html || file.path.endsWith(".html")) return;
  void response.body?.cancel();
  const { status } = response;
  throw refusalError(asked, { status, code: null, message: "", html: true });
}

/** Where the answer begins in the file: 206 says so, 200 begins at its start. */
function startOf(response: Response, asked: number): number {
  if (response.status !== 206) return 0;
  return contentRange(response.headers.get("content-range"))?.from ?? asked;
}

function wordsOf(poured: Poured): string {
  switch (poured.kind) {
    case "ended":
      return "the server ended it";
    case "too-much":
      return "it is longer than the hub says";
    case "broke":
      return reasonOf(poured.cause);
  }
}

function brokenOff({ asked, file }: Job, have: number, why: string): SetupError {
  return new SetupError(
    `${file.path} of ${asked.id} breaks off after ${have} of ${file.bytes} bytes, again and again: ${why}. Run again: what is there is kept.`,
  );
}

async function leftOf(partial: string, file: RepoFile): Promise<number> {
  return file.bytes - ((await stat(partial).catch(() => null))?.size ?? 0);
}
