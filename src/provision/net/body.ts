/** The body of an answer, into a file that may have its beginning already. */
import type { FileHandle } from "node:fs/promises";

export type Poured =
  /** The server ended it in order; whether all came is for who knows the size. */
  | { kind: "ended" }
  | { kind: "broke"; cause: unknown }
  /** More than the file has: never the right file. */
  | { kind: "too-much" };

/**
 * @param from where in the file it begins
 * @param most as many bytes as the whole file may have
 * @param took told of each piece when it is written
 * @throws what writing fails with; the connection's failures are returned
 */
export async function pour(
  body: AsyncIterable<Uint8Array> | null,
  handle: FileHandle,
  { from, most }: { from: number; most: number },
  took: (chunk: Uint8Array) => void,
): Promise<Poured> {
  if (body === null) return { kind: "ended" };
  const parts = body[Symbol.asyncIterator]();
  let at = from;
  try {
    for (;;) {
      const next = await parts.next().catch((cause: unknown) => ({ cause }));
      if ("cause" in next) return { kind: "broke", cause: next.cause };
      if (next.done === true) return { kind: "ended" };
      const chunk = next.value;
      if (at + chunk.length > most) return { kind: "too-much" };
      await writeAt(handle, chunk, at);
      at += chunk.length;
      took(chunk);
    }
  } finally {
    await parts.return?.().catch(() => {});
  }
}

/** A disk that is nearly full takes a part of what it is given. */
async function writeAt(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}

/**
 * `content-range` of a 206: `bytes 100-199/200` (RFC 9110, section 14.4).
 *
 * @returns null when it is none; `total` is null where the server doesn't know it
 */
export function contentRange(text: string | null): { from: number; total: number | null } | null {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(text ?? "");
  if (range === null) return null;
  return { from: Number(range[1]), total: range[2] === "*" ? null : Number(range[2]) };
}
