/** Whole files through a hash. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** Feeds a whole file, or what there is of it. */
export async function hashFile(
  path: string,
  into: { update(chunk: Uint8Array): void },
  signal?: AbortSignal,
): Promise<void> {
  const options = { highWaterMark: 1 << 20, ...(signal === undefined ? {} : { signal }) };
  for await (const chunk of createReadStream(path, options)) into.update(chunk as Buffer);
}

/** A file's SHA-256, in hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await hashFile(path, hash);
  return hash.digest("hex");
}
