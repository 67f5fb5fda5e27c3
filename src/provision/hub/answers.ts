/** Answers that are no success: what they say, and whether waiting helps. */
import type { Response } from "undici";
import { askedWaitMs, backOffMs } from "../net/patience.ts";
import type { Refusal } from "./errors.ts";

/** Longest that a busy hub is waited for at a time; it counts its limits over five minutes. */
const LONGEST_WAIT_MS = 310_000;

/** How long to wait before the next try; null: trying again is of no use. */
export function waitFor({ status, headers }: Response, tries: number): number | null {
  if (status !== 429 && status !== 408 && status < 500) return null;
  const said = askedWaitMs((name) => headers.get(name), Date.now());
  if (said !== null) return said > LONGEST_WAIT_MS ? null : said;
  return backOffMs(tries) * (status === 429 ? 5 : 1);
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
