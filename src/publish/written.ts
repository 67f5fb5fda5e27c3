/** What is written on GitHub, and what is said where it can't be. */
import { isMissingPermission, type RefusalWords, reasonOf } from "./github-errors.ts";
import { type RetryLimits, withRetries } from "./github-retry.ts";

export type Written =
  | { kind: "created" | "updated"; url: string }
  | {
      kind: "skipped";
      reason: string;
      /**
       * `nobody`: there is nobody to tell, which is in order. `fork`: a fork's run may not write.
       * `permission`: the workflow must give one. `moved`: a newer run tells. Absent: anything else.
       */
      because?: "nobody" | "fork" | "permission" | "moved";
    };

export interface WriteOptions {
  /** The pull request comes from a fork: only for the reason, when GitHub refuses. */
  fork: boolean;
  /** `forbidden`: to a token of the repository itself. */
  words: RefusalWords;
  signal: AbortSignal | undefined;
  limits: Partial<RetryLimits> | undefined;
}

/**
 * @param write looks and writes, once for each try
 * @returns what was done; `skipped` with the reason for whatever GitHub refuses, never an error
 * @throws Error only for a mistake in this program
 */
export async function written(
  write: (signal: () => AbortSignal) => Promise<Written>,
  { fork, words, signal, limits }: WriteOptions,
): Promise<Written> {
  const end = await withRetries(write, { signal, limits });
  if (end.kind === "done") return end.value;
  if (end.kind === "interrupted") return { kind: "skipped", reason: "the run was interrupted" };
  const { failure } = end;
  const forbidden = words.fork ?? "a pull request from a fork gets a token that can't write";
  const reason = reasonOf(failure, fork ? { ...words, forbidden } : words);
  if (!isMissingPermission(failure)) return { kind: "skipped", reason };
  return { kind: "skipped", reason, because: fork ? "fork" : "permission" };
}
