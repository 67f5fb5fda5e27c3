/**
 * The history in a branch of the repository, by GitHub's git data API: nothing is checked out, and
 * the branch's own history is only ever added to. What else is in it stays as it is.
 *
 * https://docs.github.com/rest/git
 */
import { decodeLines, type HistoryLine } from "../../analyze/history/line.ts";
import { type GithubFailure, reasonOf, retryDelayMs } from "../github-errors.ts";
import { type RetryLimits, withRetries } from "../github-retry.ts";
import { type BranchPlace, branchApi } from "./branch-api.ts";
import type { HistoryRead } from "./directory.ts";
import { fileOf, filesToRead, isExpired, isKept, withLine } from "./layout.ts";

/**
 * A month of one key. GitHub shows files up to this size and gives blobs up to 100 MB; a line is
 * about 3 KB.
 */
const FILE_LIMIT_BYTES = 1_000_000;
/** Larger than anything that is written here: somebody else's, and not worth a job's time. */
const READ_LIMIT_BYTES = 20_000_000;

export interface BranchRequest extends BranchPlace {
  keep: { nowMs: number; days: number };
  signal?: AbortSignal | undefined;
  limits?: Partial<RetryLimits> | undefined;
}

export type BranchRead = ({ kind: "read" } & HistoryRead) | { kind: "refused"; reason: string };
export type BranchAppend =
  | { kind: "appended" | "there"; tries: number }
  | { kind: "refused"; reason: string };

/** What concerns a run with this key; a branch that isn't there is empty. */
export async function readBranch(request: BranchRequest, key: string | null): Promise<BranchRead> {
  const { signal, limits, keep } = request;
  const end = await withRetries(
    async (each) => {
      const api = branchApi(request, each);
      const tip = await api.tip();
      const files = tip === null ? [] : await api.files(tip.tree);
      const young = files.filter(({ path }) => !isExpired(path, keep.nowMs, keep.days));
      const wanted = filesToRead(
        young.map(({ path }) => path),
        key,
      );
      const small = young.filter(
        ({ path, size }) => wanted.includes(path) && size <= READ_LIMIT_BYTES,
      );
      const texts = await Promise.all(small.map(({ sha }) => api.text(sha)));
      return texts.map(decodeLines);
    },
    { signal, limits },
  );
  if (end.kind === "interrupted") return { kind: "refused", reason: "the run was interrupted" };
  if (end.kind === "failed") return { kind: "refused", reason: told(end.failure, "read") };
  return {
    kind: "read",
    lines: end.value
      .flatMap(({ lines }) => lines)
      .filter((line) => isKept(line, keep.nowMs, keep.days)),
    skipped: end.value.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

/** Writers at the same time: one of them wins each race, the others begin again from what it wrote. */
const RACE_ATTEMPTS = 20;

/**
 * Adds the line by a commit on the branch's tip, and moves the branch there only if it is still that
 * tip; else it reads again and adds again. Never forced. A branch that isn't there is made, without
 * parents. Months older than what is kept go with the same commit.
 */
export async function appendToBranch(
  request: BranchRequest,
  line: HistoryLine,
): Promise<BranchAppend> {
  let tries = 0;
  const end = await withRetries(
    async (each) => {
      tries += 1;
      return append(request, line, each);
    },
    {
      signal: request.signal,
      limits: { attempts: RACE_ATTEMPTS, totalMs: 90_000, ...request.limits },
      delayMs: (failure, attempt, nowMs) =>
        isRace(failure) ? racePauseMs(attempt) : retryDelayMs(failure, attempt, nowMs),
    },
  );
  if (end.kind === "done") return { kind: end.value, tries };
  const reason =
    end.kind === "interrupted" ? "the run was interrupted" : told(end.failure, "write");
  return { kind: "refused", reason };
}

async function append(
  request: BranchRequest,
  line: HistoryLine,
  signal: () => AbortSignal,
): Promise<"appended" | "there"> {
  const api = branchApi(request, signal);
  const tip = await api.tip();
  const files = tip === null ? [] : await api.files(tip.tree);
  const path = fileOf(line);
  const there = files.find((file) => file.path === path);
  const text = withLine(there ? await api.text(there.sha) : "", line, FILE_LIMIT_BYTES);
  if (text === null) return "there";
  const { nowMs, days } = request.keep;
  const expired = files.filter((file) => isExpired(file.path, nowMs, days) && file.path !== path);
  await api.commit(tip, {
    message: `History of ${line.key ?? "unknown"}${line.commit === null ? "" : ` at ${line.commit.slice(0, 12)}`} [skip ci]`,
    changes: [{ path, text }, ...expired.map((file) => ({ path: file.path, text: null }))],
  });
  return "appended";
}

/** Somebody else has moved, made or removed the branch since it was read. */
function isRace(failure: GithubFailure): boolean {
  if (failure.kind !== "answered") return false;
  if (failure.status === 409) return !/empty/i.test(failure.message);
  return (
    failure.status === 422 &&
    /fast.?forward|reference already exists|reference does not exist|cannot be updated|expected/i.test(
      failure.message,
    )
  );
}

/** Random, so that those who met don't meet again; longer the more there are. */
function racePauseMs(attempt: number): number {
  return Math.random() * Math.min(5000, 150 * 2 ** attempt);
}

function told(failure: GithubFailure, what: "read" | "write"): string {
  const permission = `give the job "permissions: contents: ${what}"`;
  return reasonOf(failure, {
    forbidden: `the token may not ${what} the repository's contents; ${permission}`,
    missing: `the token can't see this repository; ${permission}`,
    refused: "the branch was not changed",
  });
}
