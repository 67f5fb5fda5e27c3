/** What makes a long result light within a page; `report/` is pure and gets it from its caller. */
import { gzipSync } from "node:zlib";

/** @returns gzip's bytes as base64, the same for the same text on every day */
export function gzipBase64(text: string): string {
  return gzipSync(text, { level: 9 }).toString("base64");
}
