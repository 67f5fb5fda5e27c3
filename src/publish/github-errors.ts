/** What a failed request to GitHub means: worth another try, or a reason to tell. Pure. */
import { RequestFailed } from "../provision/inferrs/failure.ts";
import { askedWaitMs, backOffMs } from "../provision/net/patience.ts";
import { oneLine } from "./text.ts";

/** A refusal or a silence of GitHub. */
export type GithubFailure =
  | {
      kind: "answered";
      status: number;
      message: string;
      headers: Record<string, string | number | undefined>;
    }
  | { kind: "no-answer"; message: string };

/**
 * The failure behind an error of octokit, or null for anything else: a mistake in this program must
 * not pass for an answer of GitHub. A network error comes as status 500 without a response.
 */
export function githubFailure(error: unknown): GithubFailure | null {
  if (!(error instanceof Error)) return null;
  if (error.name === "AbortError" || error.name === "TimeoutError") {
    return { kind: "no-answer", message: "no answer in time" };
  }
  if (error instanceof RequestFailed) return error.failure;
  if (error.name !== "HttpError" || !("status" in error)) return null;
  const response = "response" in error ? error.response : undefined;
  const message = oneLine(error.message, 300);
  if (!isResponse(response)) return { kind: "no-answer", message };
  return { kind: "answered", status: Number(error.status), message, headers: response.headers };
}

function isResponse(value: unknown): value is { headers: Record<string, string> } {
  return typeof value === "object" && value !== null && "headers" in value;
}

/**
 * How long to wait before the next try, in ms; null when no try would help.
 *
 * Of a rate limit that says nothing, at least a minute, as
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api asks.
 *
 * @param attempt - how many tries have failed, from 1
 */
export function retryDelayMs(
  failure: GithubFailure,
  attempt: number,
  nowMs: number,
): number | null {
  const backOff = backOffMs(attempt);
  if (failure.kind === "no-answer") return backOff;
  const asked = askedWaitMs((name) => failure.headers[name], nowMs);
  if (failure.status >= 500) return Math.max(backOff, asked ?? 0);
  return isRateLimit(failure) ? (asked ?? 60_000) : null;
}

function isRateLimit(failure: GithubFailure & { kind: "answered" }): boolean {
  if (failure.status === 429) return true;
  if (failure.status !== 403) return false;
  return (
    failure.headers["retry-after"] !== undefined ||
    String(failure.headers["x-ratelimit-remaining"]) === "0" ||
    /rate limit|abuse detection/i.test(failure.message)
  );
}

/** Of a 403 that no permission would mend. */
function isClosed({ status, message }: GithubFailure & { kind: "answered" }): boolean {
  return status === 403 && /\b(locked|archived)\b/i.test(message);
}

/** Whether the workflow must give its token a right, or a token that is one. */
export function isMissingPermission(failure: GithubFailure): boolean {
  if (failure.kind === "no-answer") return false;
  const refused = failure.status === 401 || failure.status === 403;
  return refused && !isRateLimit(failure) && !isClosed(failure);
}

/** How a refusal is told where it depends on what was asked; each without the words of GitHub. */
export interface RefusalWords {
  /** 403: which permission is missing. */
  forbidden: string;
  /** 403 to the read-only token of a fork's run; absent: that it can't write. */
  fork?: string;
  /** 404 */
  missing: string;
  /** Any other. */
  refused: string;
}

/** Why it wasn't done, in one sentence, with what mends it. */
export function reasonOf(failure: GithubFailure, words: RefusalWords): string {
  if (failure.kind === "no-answer") return `GitHub could not be reached (${failure.message})`;
  const said = `GitHub says ${failure.status}: ${failure.message}`;
  if (isRateLimit(failure))
    return `GitHub's rate limit was reached, and waiting would take too long (${said})`;
  if (failure.status >= 500) return `GitHub is not well (${said})`;
  if (failure.status === 401)
    return `the token was refused; check the input github-token (${said})`;
  if (isClosed(failure)) return `the conversation is locked or the repository archived (${said})`;
  if (failure.status === 403) return `${words.forbidden} (${said})`;
  if (failure.status === 404) return `${words.missing} (${said})`;
  return `${words.refused} (${said})`;
}
