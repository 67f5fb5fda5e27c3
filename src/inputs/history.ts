/** Where results are kept over time. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "./error.ts";

export const DEFAULT_BRANCH = "inferrs-bench-history";
const DEFAULT_KEEP_DAYS = 365;

export type HistorySpec = { keepDays: number } & (
  | { kind: "directory"; path: string }
  | { kind: "branch"; branch: string }
);

/** `branch`, `branch:NAME`, or the path of a folder (`./branch` for one of that name). */
export function readHistory(text: string | null, days: number | null): HistorySpec | null {
  if (text === null) {
    if (days === null) return null;
    throw new InputError({
      input: "--history-keep",
      value: String(days),
      expected: "--history with it",
      mend: "Say where the history is kept, or leave --history-keep out.",
    });
  }
  const keepDays = days ?? DEFAULT_KEEP_DAYS;
  if (text === "branch") return { kind: "branch", branch: DEFAULT_BRANCH, keepDays };
  if (!text.startsWith("branch:")) return { kind: "directory", path: text, keepDays };
  const branch = text.slice("branch:".length);
  if (isBranchName(branch)) return { kind: "branch", branch, keepDays };
  throw new InputError({
    input: "--history",
    value: text,
    expected: "a branch's name after branch:",
    mend: `For example branch:${DEFAULT_BRANCH}; without refs/heads/.`,
  });
}

/** https://git-scm.com/docs/git-check-ref-format, and no more than what a sane name needs. */
function isBranchName(name: string): boolean {
  return (
    /^[\w][\w./-]{0,200}$/.test(name) &&
    !/\.\.|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(name) &&
    !name.startsWith("refs/")
  );
}

/**
 * @throws InputError for a folder that is a file, and for a branch outside of the Action, which alone
 *   has what it takes to write there
 */
export function checkHistory(
  spec: HistorySpec | null,
  { cwd, entry }: { cwd: string; entry: "cli" | "action" },
): void {
  if (spec?.kind === "branch" && entry === "cli") {
    throw new InputError({
      input: "--history",
      value: `branch:${spec.branch}`,
      expected: "a folder on the command line; the branch is for the Action",
      mend: `To compare with it here: git fetch origin ${spec.branch} && git worktree add ../history FETCH_HEAD, then --history ../history/inferrs-bench-history.`,
    });
  }
  if (spec?.kind !== "directory") return;
  const found = statSync(resolve(cwd, spec.path), { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return;
  throw new InputError({
    input: "--history",
    value: spec.path,
    expected: "a folder, or a path where one can be made",
    mend: "There is a file of that name.",
  });
}
