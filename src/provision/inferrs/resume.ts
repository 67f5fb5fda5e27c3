/** Going on where a download broke off: RFC 9110, sections 13.1.5 and 14. */
import { createHash, type Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { SetupError } from "../../inputs/error.ts";
import { contentRange } from "../net/body.ts";
import { broken, messageOf } from "./failure.ts";
import { type Answer, textOf } from "./http.ts";

/** What has been written so far, and of which version of the file. */
export interface Progress {
  written: number;
  hash: Hash;
  /** ETag or Last-Modified: a range may only be asked for of the same file. */
  validator: string | null;
}

/** Of a file that the server can't name a version of, nothing is resumed. */
export function rangeHeaders({ written, validator }: Progress): Record<string, string> {
  const accept = { accept: "application/octet-stream" };
  if (written === 0 || validator === null) return accept;
  return { ...accept, range: `bytes=${written}-`, "if-range": validator };
}

/**
 * Looks at an answer before its body is read: it goes on where the last one broke off, or everything
 * starts again.
 *
 * @returns the whole size, where it is known
 * @throws SetupError for what can't be the file
 */
export async function begin(
  what: string,
  answer: Answer,
  progress: Progress,
  handle: FileHandle,
  expectedBytes: number | null,
): Promise<number | null> {
  const { status, headers } = answer;
  if (/^text\/html/i.test(headers["content-type"] ?? "")) {
    const page = messageOf(await textOf(answer));
    throw new SetupError(
      `${what}: got ${page} where an archive should be. Is there a login page or a proxy between?`,
    );
  }
  const range = status === 206 ? contentRange(headers["content-range"] ?? null) : null;
  const resumed = range?.from === progress.written;
  const length = headers["content-length"] === undefined ? null : Number(headers["content-length"]);
  if (!resumed) {
    await handle.truncate(0);
    Object.assign(progress, { written: 0, hash: createHash("sha256") });
    progress.validator = validatorOf(headers);
    if (status !== 200) {
      progress.validator = null;
      await answer.body.dump();
      throw broken(`the server can't resume (${status}): from the beginning`);
    }
  }
  const offered = resumed ? range.total : length;
  const total = offered === null || Number.isNaN(offered) ? null : offered;
  if (total !== null && expectedBytes !== null && total !== expectedBytes) {
    await answer.body.dump();
    throw new SetupError(
      `${what}: the server offers ${total} bytes, but the release's file has ${expectedBytes}. Nothing was downloaded.`,
    );
  }
  return total ?? expectedBytes;
}

/** RFC 9110, section 13.1.5: a weak validator can't be used with a range. */
function validatorOf(headers: Answer["headers"]): string | null {
  const { etag } = headers;
  if (etag !== undefined && !etag.startsWith("W/")) return etag;
  return headers["last-modified"] ?? null;
}
