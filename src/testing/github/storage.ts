/** Sends a file as the storage behind GitHub's downloads does: with ranges, or broken as told. */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ReleaseRule } from "./releases.ts";

/** https://www.rfc-editor.org/rfc/rfc9110#section-14 */
export function sendFile(
  usual: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  act: ReleaseRule["act"] | null,
): void {
  const file = act?.kind === "replace" ? act.body : usual;
  const etag = `"${createHash("sha256").update(file).digest("hex")}"`;
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const same = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const ranged = start > 0 && same && act?.kind !== "no-ranges";
  if (ranged && start >= file.length) {
    response.writeHead(416, { "content-range": `bytes */${file.length}` }).end();
    return;
  }
  const headers: Record<string, string | number> = { "content-type": "application/octet-stream" };
  if (act?.kind !== "no-ranges" && !(act?.kind === "cut" && act.etag === false)) {
    headers.etag = etag;
  }
  const body = ranged ? file.subarray(start) : file;
  if (!(act?.kind === "replace" && act.length === false)) headers["content-length"] = body.length;
  if (ranged) {
    const from = act?.kind === "wrong-range" ? start + 1 : start;
    headers["content-range"] = `bytes ${from}-${file.length - 1}/${file.length}`;
  }
  response.writeHead(ranged ? 206 : 200, headers);
  if (act?.kind === "cut") {
    response.write(body.subarray(0, act.after));
    const position = (ranged ? start : 0) + act.after;
    const timer = setInterval(() => {
      if (act.when?.(position) !== false) response.destroy();
    }, 5);
    response.once("close", () => clearInterval(timer));
  } else if (act?.kind === "trickle") {
    response.write(body.subarray(0, act.after));
    trickle(body.subarray(act.after), response);
  } else {
    // Sent before the end is known, a body without a length stays so.
    response.flushHeaders();
    response.end(body);
  }
}

/** A byte every few ms, for as long as anybody listens. */
function trickle(body: Buffer, response: ServerResponse): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at >= body.length) response.end();
    else response.write(body.subarray(at, ++at));
  }, 10);
  response.once("close", () => clearInterval(timer));
}
