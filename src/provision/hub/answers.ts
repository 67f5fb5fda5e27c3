/** Answers that are no success: what they say, and whether waiting helps. */
import type { Response } from "undici";
import type { Refusal } from "./errors.ts";

/** Longest that a busy hub is waited for at a time; it counts its limits over five minutes. */
const LONGEST_WAIT_MS = 310_000;

/** How long to wait before the next try; null: trying again is of no use. */
export function waitFor({ status, headers }: Response, tries: number): number | null {
  if (status !== 429 && status !== 408 && status < 500) return null;
  const after = retryAfterMs(headers.get("retry-after"));
  // `RateLimit: "resolvers";r=0;t=42`: t seconds until the count begins anew.
  const reset = /;\s*t=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1];
  const said = after ?? (reset === undefined ? null : Number(reset) * 1000);
  if (said !== null) return said > LONGEST_WAIT_MS ? null : said;
  return backoffMs(tries) * (status === 429 ? 5 : 1);
}

function retryAfterMs(text: string | null): number | null {
  if (text === null) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** 1, 2, 4 s and so on. */
export function backoffMs(tries: number): number {
  return 1000 * 2 ** (tries - 1);
}

/** What a refusal says, without its body's length. */
export async function readRefusal(response: Response): Promise<Refusal> {
  const { status, headers } = response;
  const body = await response.text().catch(() => "");
  const html =
    (headers.get("content-type") ?? "").includes("text/html") || /^\s*<(!doctype|html)/i.test(body);
  const said = headers.get("x-error-message") ?? errorIn(body);
  const message = said.replace(/\s+/g, " ").trim().slice(0, 200);
  return { status, code: headers.get("x-error-code"), message, html };
}

function errorIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === "string" ? error : body;
  } catch {
    return body;
  }
}
