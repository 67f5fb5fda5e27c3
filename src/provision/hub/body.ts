/** The body of an answer, into a file. */
import type { FileHandle } from "node:fs/promises";
import type { Response } from "undici";

/** @returns why the body ended early; null when the server ended it in order */
export async function append(
  response: Response,
  handle: FileHandle,
  room: number,
  took: (chunk: Uint8Array) => void,
): Promise<unknown> {
  if (response.body === null) return null;
  const reader = response.body.getReader();
  let left = room;
  try {
    for (;;) {
      const next = await reader.read().catch((error: unknown) => ({ error }));
      if ("error" in next) return next.error;
      if (next.done) return null;
      // More than the file has: never the right file. The digest would say so much later.
      if (next.value.length > left) return new Error("it is longer than the hub says");
      await handle.writeFile(next.value);
      left -= next.value.length;
      took(next.value);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Where the answer begins in the file: 206 says so, 200 begins at its start. */
export function startOf(response: Response, asked: number): number {
  if (response.status !== 206) return 0;
  const first = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  return first === undefined ? asked : Number(first);
}
