/** From another workflow's run to the comment on its pull request: each step may end it, with a reason. */
import { type Merged, merge } from "../../analyze/merged/merged.ts";
import type { CommentWhen } from "../../inputs/action.ts";
import { InputError } from "../../inputs/error.ts";
import type { MissingRun, Reported } from "../../report/reported.ts";
import { distinctNames, nameOfFolder } from "../../run-names.ts";
import { unionContext } from "../../union-context.ts";
import { type CommentBody, commentMarker, NOTHING_NEW, upsertComment } from "../comment.ts";
import { commentDecision } from "../comment-when.ts";
import { findPull, type PullPlace } from "../find-pull.ts";
import { isMissingPermission, type RefusalWords, reasonOf } from "../github-errors.ts";
import { withRetries } from "../github-retry.ts";
import { isNews } from "../tell.ts";
import { oneLine } from "../text.ts";
import { accept } from "./accept.ts";
import { type Artifact, type ChosenArtifacts, chooseArtifacts } from "./artifacts.ts";
import { type BodyFacts, bodyOf } from "./body.ts";
import { type DownloadWorld, download } from "./download.ts";
import type { FollowedRun } from "./followed-run.ts";
import { unvouched } from "./unvouched.ts";
import { type Unzipped, unzip } from "./unzip.ts";

export interface PostRequest extends PullPlace, DownloadWorld {
  run: FollowedRun;
  /** A name, or its beginning with a `*` at the end. */
  artifact: string;
  commentId: string;
  when: CommentWhen;
  /** Where people see the runs: `https://github.com`. */
  serverUrl: string;
}

export type Posted =
  | { kind: "posted"; how: "created" | "updated"; url: string; pull: number; notes: string[] }
  | { kind: "nothing"; reason: string; quiet: boolean; notes: string[] };

/** Files of an artifact that are looked for. */
const RESULT = "result.json";
const MERGED = "merged.json";

/**
 * @returns what was posted, or why there was nothing to post
 * @throws InputError for a permission that the job lacks
 */
export async function postOtherRun(request: PostRequest): Promise<Posted> {
  const { run } = request;
  const pull = await asked(request, (each) => findPull(request, run.head, each), PULLS);
  if (pull.kind !== "found") return nothing(pull.reason, pull.kind === "none");
  const found =
    ({ id }: FollowedRun) =>
    (each: () => AbortSignal) =>
      chooseArtifacts(request, id, request.artifact, each);
  const chosen = await asked(request, found(run), ARTIFACTS);
  if (chosen.kind === "failed") return nothing(chosen.reason, false);
  if (chosen.kind === "none") {
    const ended = run.conclusion === "success" ? "" : ` (it ended with "${run.conclusion}")`;
    return nothing(`${chosen.reason}${ended}`, false);
  }
  const { reported, vouched } = await read(request, chosen);
  const notes = reported.missing.map(({ name, why }) => `${name}: ${why.replace(/\.$/, "")}.`);
  if (reported.runs.length === 0 && !vouched)
    return nothing("no artifact has a result that can be shown", false, notes);
  const runUrl = `${request.serverUrl}/${request.owner}/${request.repo}/actions/runs/${run.id}`;
  const { octokit, owner, repo, commentId, when, signal, limits } = request;
  const facts = { runUrl, sha: run.head.sha, marker: commentMarker(commentId) };
  const shown = rendered(reported, facts);
  if ("reason" in shown) return nothing(shown.reason, false, notes);
  const { body, merged } = shown;
  const decision = commentDecision(when, isNews(reported, merged));
  if (decision === "none") return nothing(`comment: ${when}`, true, notes);
  const written = await upsertComment({
    ...{ octokit, owner, repo, commentId, signal, body, pullNumber: pull.number, fork: false },
    onlyUpdate: decision === "update",
    ...(limits === undefined ? {} : { limits }),
    // A newer commit's result must not be overwritten by this one.
    goAhead: async (each) => {
      const now = await findPull(request, run.head, each);
      if (now.kind === "found") return now.number === pull.number ? null : "it is another by now";
      return now.reason;
    },
  });
  if (written.kind !== "skipped") {
    return { kind: "posted", how: written.kind, url: written.url, pull: pull.number, notes };
  }
  if (written.because === "permission") throw lacking(written.reason);
  const calm = written.reason === NOTHING_NEW;
  return nothing(calm ? `${NOTHING_NEW} (comment: ${when})` : written.reason, calm, notes);
}

/**
 * Each artifact's results; what can't be read is said, and the others count. Where one holds them
 * merged, that is all of them.
 *
 * @returns `vouched`: one that merged them says who is missing, so that this alone can be told
 */
async function read(
  request: PostRequest,
  { artifacts, missing: unread }: ChosenArtifacts & { kind: "some" },
): Promise<{ reported: Reported; vouched: boolean }> {
  const single: Reported = { runs: [], missing: [] };
  const merged: Reported = { runs: [], missing: [] };
  const lost: MissingRun[] = [...unread];
  for (const artifact of artifacts) {
    const name = oneLine(artifact.name, 100);
    const files = await filesOf(request, artifact);
    if (files.kind === "refused") {
      lost.push({ name, why: oneLine(files.reason, 400) });
      continue;
    }
    for (const file of files.files) {
      const called = file.folder === "" ? name : oneLine(`${name}/${file.folder}`, 100);
      const accepted = accept(file.bytes);
      if (accepted.kind === "refused") {
        lost.push({ name: called, why: `${file.name}: ${accepted.reason}` });
        continue;
      }
      const reported = file.name === MERGED ? merged : single;
      for (const each of accepted.missing)
        reported.missing.push({ ...each, name: each.name || called });
      for (const run of accepted.runs) {
        const result = unvouched(run.result);
        reported.runs.push({ name: run.name ?? result.label ?? called, result, history: null });
      }
    }
  }
  const runs = distinctNames(merged.runs.length > 0 ? merged.runs : single.runs);
  const told = new Set([...runs, ...merged.missing].map(({ name }) => name));
  const untold = lost.filter(({ name }) => !told.has(name) && !told.has(nameOfFolder(name)));
  return {
    reported: { runs, missing: [...merged.missing, ...untold] },
    vouched: merged.missing.length > 0,
  };
}

async function filesOf(request: PostRequest, artifact: Artifact): Promise<Unzipped> {
  const archive = await download(request, artifact, request);
  if (archive.kind === "refused") return archive;
  const unzipped = await unzip(archive.bytes, [RESULT, MERGED]);
  if (unzipped.kind === "refused") return unzipped;
  // What lies at the top is the whole; folders below it are those of single jobs.
  const top = unzipped.files.filter(({ folder }) => folder === "");
  const files = top.length > 0 ? top : unzipped.files;
  return files.length > 0
    ? { kind: "files", files }
    : { kind: "refused", reason: `it has no ${RESULT}` };
}

/**
 * Rendered once before anything is written: what passed the schema may still contradict itself, and
 * what can't be shown is known by then.
 */
function rendered(
  reported: Reported,
  facts: Omit<BodyFacts, "merged" | "previous">,
): { body: CommentBody; merged: Merged } | { reason: string } {
  try {
    // A config's text is something to copy, and the union would make one of what was reported.
    const merged = merge(reported, { ...unionContext(), renderConfig: () => null });
    const body: CommentBody = (previous) => bodyOf(reported, { ...facts, merged, previous });
    body(null);
    return { body, merged };
  } catch {
    return { reason: "its result contradicts itself and can't be shown" };
  }
}

async function asked<T extends { kind: string }>(
  { signal, limits }: PostRequest,
  work: (each: () => AbortSignal) => Promise<T>,
  words: RefusalWords,
): Promise<T | { kind: "failed"; reason: string }> {
  const end = await withRetries(work, { signal, limits: { totalMs: 300_000, ...limits } });
  if (end.kind === "done") return end.value;
  if (end.kind === "interrupted") return { kind: "failed", reason: "the run was interrupted" };
  const reason = reasonOf(end.failure, words);
  if (isMissingPermission(end.failure)) throw lacking(reason);
  return { kind: "failed", reason };
}

function lacking(reason: string): InputError {
  return new InputError({
    input: "github-token",
    value: "the job's",
    expected: `one with the permissions actions: read and pull-requests: write (${reason})`,
    mend: "docs/forks.md has the workflow.",
  });
}

function nothing(reason: string, quiet: boolean, notes: string[] = []): Posted {
  return { kind: "nothing", reason, quiet, notes };
}

const PULLS: RefusalWords = {
  forbidden:
    'the token may not look for the pull request; give the job "permissions: pull-requests: write"',
  missing: "the token can't see the pull requests here",
  refused: "the pull requests were not told",
};

const ARTIFACTS: RefusalWords = {
  forbidden: 'the token may not read artifacts; give the job "permissions: actions: read"',
  missing: "the run is gone, or the token can't see it",
  refused: "the artifacts were not told",
};
