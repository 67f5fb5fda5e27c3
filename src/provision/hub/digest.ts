/** A file against the digest that names its blob: SHA-256 (LFS), or git's SHA-1 of a blob. */
import { createHash, type Hash } from "node:crypto";
import { stat } from "node:fs/promises";
import { hashFile } from "../../host/hash.ts";

export interface Hashes {
  update: (chunk: Uint8Array) => void;
  /** Hex, of the kind that the expected digest is. */
  named: () => string;
  sha256: () => string;
}

/**
 * Both digests of a file, chunk by chunk.
 * @param digest 64 hex digits: SHA-256; 40: git's, which begins with `blob SIZE\0`
 */
export function hashes(digest: string, bytes: number): Hashes {
  const sha256 = createHash("sha256");
  const git = digest.length === 40 ? createHash("sha1").update(`blob ${bytes}\0`) : null;
  const hex = once(sha256);
  return {
    update: (chunk) => {
      sha256.update(chunk);
      git?.update(chunk);
    },
    named: git === null ? hex : once(git),
    sha256: hex,
  };
}

function once(hash: Hash): () => string {
  let hex: string | null = null;
  return () => {
    hex ??= hash.digest("hex");
    return hex;
  };
}

/**
 * Whether a blob is there and is what its name says.
 * @returns its SHA-256; null when it is missing or something else
 */
export async function checkBlob(
  path: string,
  file: { bytes: number; digest: string },
  signal: AbortSignal,
): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true || found.size !== file.bytes) return null;
  const digest = hashes(file.digest, file.bytes);
  await hashFile(path, digest, signal);
  return digest.named() === file.digest ? digest.sha256() : null;
}
