/**
 * The one comment on the pull request: found again by its marker and its author, then updated, so
 * that pushes don't pile up comments.
 */
import type { getOctokit } from "@actions/github";
import { authorTest, commentsApi, type FoundComment } from "./comments-api.ts";
import type { RefusalWords } from "./github-errors.ts";
import type { RetryLimits } from "./github-retry.ts";
import { type Written, written } from "./written.ts";

export type Octokit = ReturnType<typeof getOctokit>;

/**
 * A comment's text. What it is given was written by this tool or by whoever may edit its comments: it
 * is taken for hostile.
 */
export type CommentBody = (previous: string | null) => string;

export interface CommentRequest {
  octokit: Octokit;
  owner: string;
  repo: string;
  pullNumber: number;
  /** The pull request comes from a fork: only for the reason, when GitHub refuses. */
  fork: boolean;
  commentId: string;
  /** The text, made of the comment's own of before; null: there is none yet. Called in each try. */
  body: CommentBody;
  /** Only one that is there is brought up to date; absent: it is made where there is none. */
  onlyUpdate?: boolean;
  /** Asked last before each write: why a newer run is left to tell, or null. */
  goAhead?: (signal: () => AbortSignal) => Promise<string | null>;
  /** Ends all of it at once: an interrupted job has no time for the network. */
  signal?: AbortSignal;
  limits?: Partial<RetryLimits>;
}

/** The hidden first line of the body. Ids are checked where they are read. */
export function commentMarker(commentId: string): string {
  return `<!-- inferrs-bench:${commentId} -->`;
}

/**
 * Updates the comment with this marker, or creates it. Each try looks again before it writes: a
 * write whose answer was lost is then found, and updated instead of doubled. Of two runs that find none
 * at the same time and create one each, the later gives its own up.
 *
 * @returns what was done; `skipped` with the reason for whatever GitHub refuses, never an error
 * @throws Error only for a mistake in this program
 */
export async function upsertComment(request: CommentRequest): Promise<Written> {
  const { signal, limits, fork } = request;
  const made: Made = { sent: new Set(), created: null };
  const options = { fork, words: REFUSED, signal, limits };
  const end = await written((each) => findAndWrite(request, made, each), options);
  // It is there, also when looking for others beside it failed.
  return end.kind === "skipped" && made.created !== null ? made.created.end : end;
}

/** The reason where `onlyUpdate` found none. */
export const NOTHING_NEW = "there is nothing to say, and none to bring up to date";

const REFUSED: RefusalWords = {
  forbidden: 'the token may not comment; give the job "permissions: pull-requests: write"',
  missing: "the token can't see this pull request, or it is gone",
  refused: "the comment was not taken",
  fork: "a pull request from a fork gets a token that can't write; a second workflow with command: publish posts its result (docs/forks.md)",
};

/** What this run has written, over all its tries. */
interface Made {
  /** Texts that were sent to be new comments; the answer to one may have been lost. */
  sent: Set<string>;
  created: { id: number; end: Written } | null;
}

async function findAndWrite(
  request: CommentRequest,
  made: Made,
  signal: () => AbortSignal,
): Promise<Written> {
  const { octokit, commentId, body: make, onlyUpdate = false, goAhead } = request;
  const marker = commentMarker(commentId);
  const bodyAfter = (previous: string | null) => {
    const text = make(previous);
    return text.startsWith(marker) ? text : `${marker}\n${text}`;
  };
  const api = commentsApi(request, signal);
  const isOurs = await authorTest(octokit, signal);
  // A comment can be deleted between the look and the write: then it is looked for again.
  for (let looks = 1; looks <= 3; looks++) {
    const [ours] = await api.find(marker, isOurs, made.sent.size > 0 ? "all" : "first");
    if (ours === undefined && onlyUpdate) return { kind: "skipped", reason: NOTHING_NEW };
    const refusal = await goAhead?.(signal);
    if (refusal) return moved(refusal);
    if (ours !== undefined) {
      const updated = await api.update(ours.id, bodyAfter(ours.body));
      if (updated === null) continue;
      if (made.sent.size > 0) await removeOwnDoubles(ours.id);
      return { kind: "updated", url: updated.url };
    }
    const body = bodyAfter(null);
    made.sent.add(body);
    const { id, url } = await api.create(body);
    made.created = { id, end: { kind: "created", url } };
    return await besideOthers(made.created);
  }
  return { kind: "skipped", reason: "the comment was deleted again and again" };

  /** A run beside this one may have found no comment either: of two, the older one stays. */
  async function besideOthers({ id, end }: { id: number; end: Written }): Promise<Written> {
    const [oldest] = await api.find(marker, isOurs, "all");
    if (oldest === undefined || oldest.id >= id) return end;
    const refusal = await goAhead?.(signal);
    if (refusal) {
      await removeOwnDoubles(oldest.id);
      return moved(refusal);
    }
    const updated = await api.update(oldest.id, bodyAfter(oldest.body));
    if (updated === null) return end;
    await removeOwnDoubles(oldest.id);
    return { kind: "updated", url: updated.url };
  }

  function moved(reason: string): Written {
    return { kind: "skipped", reason, because: "moved" };
  }

  async function removeOwnDoubles(kept: number): Promise<void> {
    const own = ({ id, body }: FoundComment) => id === made.created?.id || made.sent.has(body);
    const doubles = (await api.find(marker, isOurs, "all")).filter(own);
    for (const { id } of doubles) if (id !== kept) await api.remove(id);
  }
}
