/** Which artifacts of a run are taken: by name, the newest of each. */
import { plural } from "../../report/format.ts";
import type { MissingRun } from "../../report/reported.ts";
import type { PullPlace } from "../find-pull.ts";
import { everyPage, PER_PAGE } from "../pages.ts";
import { oneLine } from "../text.ts";
import { whole } from "../whole.ts";

export interface Artifact {
  id: number;
  name: string;
  /** Of the archive, as GitHub says. */
  bytes: number;
  /** `sha256:…` of the archive; null: GitHub doesn't know it. */
  digest: string | null;
}

export type ChosenArtifacts =
  | {
      kind: "some";
      artifacts: Artifact[];
      /** Those that fit, and can't be or aren't read. */
      missing: MissingRun[];
    }
  | { kind: "none"; reason: string };

/** So many are read of one run: each is a job's. */
export const MOST_ARTIFACTS = 20;
/** A run that has more artifacts than this isn't one of ours. */
const MOST_PAGES = 20;

interface Listed extends Artifact {
  expired: boolean;
  createdAt: string;
}

/**
 * https://docs.github.com/rest/actions/artifacts#list-workflow-run-artifacts
 *
 * @param wanted a name, or its beginning with a `*` at the end
 * @param signal gives one for each request
 * @throws what octokit throws
 */
export async function chooseArtifacts(
  { octokit, owner, repo }: PullPlace,
  run: number,
  wanted: string,
  signal: () => AbortSignal,
): Promise<ChosenArtifacts> {
  const prefix = wanted.endsWith("*") ? wanted.slice(0, -1) : null;
  const named = prefix === null ? { name: wanted } : {};
  const listed = await everyPage<Listed>(
    async (page) => {
      const asked = { owner, repo, run_id: run, ...named, per_page: PER_PAGE, page };
      const { data, headers } = await octokit.rest.actions.listWorkflowRunArtifacts({
        ...asked,
        request: { signal: signal() },
      });
      return { items: whole(data).artifacts.map(toListed), headers };
    },
    { mostPages: MOST_PAGES },
  );
  if (listed === null) {
    return { kind: "none", reason: `the run has more than ${MOST_PAGES * PER_PAGE} artifacts` };
  }
  const fits = ({ name }: Listed) => (prefix === null ? name === wanted : name.startsWith(prefix));
  return newest(listed.filter(fits), wanted);
}

/** Attempts of a run that was started again have artifacts of the same name. */
function newest(listed: Listed[], wanted: string): ChosenArtifacts {
  const byName = new Map<string, Listed>();
  const inOrder = (one: Listed, other: Listed) =>
    one.createdAt.localeCompare(other.createdAt) || one.id - other.id;
  for (const each of listed.sort(inOrder)) byName.set(each.name, each);
  const last = [...byName.values()].sort((one, other) => one.name.localeCompare(other.name));
  const there = last.filter(({ expired }) => !expired);
  const gone = last.filter(({ expired }) => expired);
  if (there.length === 0) {
    const reason =
      gone.length === 0
        ? `the run has no artifact ${wanted}`
        : `the run has no artifact ${wanted} that is still there: ${gone.length === 1 ? "it has" : `all ${gone.length} have`} expired`;
    return { kind: "none", reason };
  }
  const missing = gone.map(({ name }) => ({ name: oneLine(name, 100), why: "it has expired" }));
  const left = there.length - MOST_ARTIFACTS;
  if (left > 0) {
    const why = `of ${there.length} the first ${MOST_ARTIFACTS} were read`;
    missing.push({ name: plural(left, "more artifact"), why });
  }
  const artifacts = there
    .slice(0, MOST_ARTIFACTS)
    .map(({ id, name, bytes, digest }) => ({ id, name, bytes, digest }));
  return { kind: "some", artifacts, missing };
}

function toListed(of: {
  id: number;
  name: string;
  size_in_bytes: number;
  digest?: string | null;
  expired: boolean;
  created_at: string | null;
}): Listed {
  const { id, name, size_in_bytes: bytes, digest = null, expired, created_at } = of;
  return { id, name, bytes, digest, expired, createdAt: created_at ?? "" };
}
