/** Asks GitHub again while that makes sense and time is left. */
import { setTimeout as delay } from "node:timers/promises";
import { type GithubFailure, githubFailure, retryDelayMs } from "./github-errors.ts";

export interface RetryLimits {
  attempts: number;
  /** Longest wait for one answer. */
  requestMs: number;
  /** Longest time for all tries together, waits included. */
  totalMs: number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Wall clock, in ms since 1970: GitHub's reset times are given in it. */
  nowMs(): number;
}

export const RETRY_LIMITS: RetryLimits = {
  attempts: 4,
  requestMs: 10_000,
  totalMs: 150_000,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
  nowMs: Date.now,
};

export type RetryEnd<T> =
  | { kind: "done"; value: T }
  | { kind: "interrupted" }
  | { kind: "failed"; failure: GithubFailure };

/**
 * @param work gets a signal for each of its requests: call it once for each
 * @param options.delayMs how long to wait before the next try, null for none; default: as GitHub's
 *   rate limits and troubles ask for
 * @throws Error of `work` that is no answer of GitHub: a mistake in this program
 */
export async function withRetries<T>(
  work: (signal: () => AbortSignal) => Promise<T>,
  options: {
    /** Ends all of it at once: an interrupted job has no time for the network. */
    signal?: AbortSignal | undefined;
    limits?: Partial<RetryLimits> | undefined;
    delayMs?: (failure: GithubFailure, attempt: number, nowMs: number) => number | null;
  },
): Promise<RetryEnd<T>> {
  const limits = { ...RETRY_LIMITS, ...options.limits };
  const delayMs = options.delayMs ?? retryDelayMs;
  const deadlineMs = limits.nowMs() + limits.totalMs;
  const interrupt = options.signal ?? new AbortController().signal;
  const whole = AbortSignal.any([interrupt, AbortSignal.timeout(limits.totalMs)]);
  const each = () => AbortSignal.any([whole, AbortSignal.timeout(limits.requestMs)]);
  for (let attempt = 1; ; attempt++) {
    if (interrupt.aborted) return { kind: "interrupted" };
    try {
      return { kind: "done", value: await work(each) };
    } catch (error) {
      const failure = githubFailure(error);
      if (interrupt.aborted) return { kind: "interrupted" };
      if (failure === null) throw error;
      const waitMs = delayMs(failure, attempt, limits.nowMs());
      const last = attempt >= limits.attempts || whole.aborted;
      if (waitMs === null || last || limits.nowMs() + waitMs > deadlineMs) {
        return { kind: "failed", failure };
      }
      await limits.sleep(waitMs, whole).catch(() => undefined);
    }
  }
}
