/** Which artifacts of a run are taken: by name, the newest of each. */
import type { PullPlace } from "../find-pull.ts";
import { everyPage, PER_PAGE } from "../pages.ts";
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
  | { kind: "some"; artifacts: Artifact[]; notes: string[] }
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
  const gone = last.length - there.length;
  const expired = gone === 0 ? "" : `${gone === 1 ? "one has" : `${gone} have`} expired`;
  if (there.length === 0) {
    const reason =
      gone === 0
        ? `the run has no artifact ${wanted}`
        : `the run has no artifact ${wanted} that is still there: ${expired}`;
    return { kind: "none", reason };
  }
  const notes = gone === 0 ? [] : [`Of the artifacts ${expired}.`];
  if (there.length > MOST_ARTIFACTS) {
    notes.push(`Of ${there.length} artifacts the first ${MOST_ARTIFACTS} were read.`);
  }
  const artifacts = there
    .slice(0, MOST_ARTIFACTS)
    .map(({ id, name, bytes, digest }) => ({ id, name, bytes, digest }));
  return { kind: "some", artifacts, notes };
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
