/** Pull requests of the stand-in: by branch, by commit, and one by its number. */
import type { Answer } from "./server.ts";

export interface StoredPull {
  number: number;
  state: "open" | "closed";
  head: PullSide;
  base: PullSide;
}

interface PullSide {
  ref: string;
  sha: string;
  /** `owner/name`; null: it was deleted. */
  repo: string | null;
}

/** Of this repository, with its head where it is told. */
export function pullOf(
  number: number,
  head: Partial<PullSide>,
  over: Partial<StoredPull> = {},
): StoredPull {
  return {
    number,
    state: "open",
    head: { ref: "change", sha: "a".repeat(40), repo: "o/r", ...head },
    base: { ref: "main", sha: "b".repeat(40), repo: "o/r" },
    ...over,
  };
}

/** All that GitHub would list, or the one that was asked for; null: no such operation. */
export function answerPulls(
  pulls: readonly StoredPull[],
  name: string,
  values: string[],
  url: URL,
): StoredPull[] | Answer | null {
  switch (name) {
    case "GET /repos/{owner}/{repo}/pulls": {
      const state = url.searchParams.get("state") ?? "open";
      const [owner, ref] = (url.searchParams.get("head") ?? ":").split(":");
      return pulls.filter(
        ({ state: is, head }) =>
          (state === "all" || is === state) &&
          (ref === "" || head.ref === ref) &&
          (owner === "" || head.repo?.split("/")[0]?.toLowerCase() === owner?.toLowerCase()),
      );
    }
    case "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls": {
      const found = pulls.filter(({ head }) => head.sha === values[2]);
      const message = `No commit found for SHA: ${values[2]}`;
      return found.length > 0 ? found : { status: 422, body: { message } };
    }
    case "GET /repos/{owner}/{repo}/pulls/{pull_number}": {
      const found = pulls.find(({ number }) => number === Number(values[2]));
      if (found === undefined) return { status: 404, body: { message: "Not Found" } };
      return { status: 200, body: asPull(found) };
    }
    default:
      return null;
  }
}

export function asPull({ number, state, head, base }: StoredPull): object {
  return { number, state, head: asSide(head), base: asSide(base) };
}

function asSide({ ref, sha, repo }: PullSide): object {
  return { ref, sha, label: `x:${ref}`, repo: repo === null ? null : { full_name: repo } };
}
