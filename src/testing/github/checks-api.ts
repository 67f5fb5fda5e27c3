/** The part of GitHub's REST API for check runs that is used, in memory. */

export interface StoredCheck {
  id: number;
  name: string;
  head_sha: string;
  external_id: string | null;
  status: string;
  conclusion: string | null;
  output: { title: string; summary: string };
  html_url: string;
  /** Counts the writes, so that a test can tell an update from nothing. */
  revision: number;
}

export class CheckStore {
  readonly checks: StoredCheck[] = [];
}

/** What GitHub would answer, or null where the address is none of these. */
export function answerChecks(
  { checks }: CheckStore,
  method: string,
  url: URL,
  body: unknown,
): { status: number; body: unknown } | null {
  const listed = /^\/repos\/[^/]+\/[^/]+\/commits\/([^/]+)\/check-runs$/.exec(url.pathname);
  if (listed !== null && method === "GET") {
    const name = url.searchParams.get("check_name");
    const found = checks.filter(
      (check) => check.head_sha === listed[1] && (name === null || check.name === name),
    );
    return { status: 200, body: { total_count: found.length, check_runs: found } };
  }
  const given = (body ?? {}) as Partial<StoredCheck>;
  if (/^\/repos\/[^/]+\/[^/]+\/check-runs$/.test(url.pathname) && method === "POST") {
    if (!given.name || !given.head_sha || !isWhole(given)) return INVALID;
    const id = checks.length + 1;
    const check = { ...given, id, html_url: `https://github.test/runs/${id}`, revision: 1 };
    checks.push(check as StoredCheck);
    return { status: 201, body: check };
  }
  const one = /^\/repos\/[^/]+\/[^/]+\/check-runs\/(\d+)$/.exec(url.pathname);
  const there = checks.find(({ id }) => id === Number(one?.[1]));
  if (one === null || there === undefined || method !== "PATCH") return null;
  if (!isWhole(given)) return INVALID;
  Object.assign(there, given, { revision: there.revision + 1 });
  return { status: 200, body: there };
}

const INVALID = { status: 422, body: { message: "Invalid request." } };
/** https://docs.github.com/rest/checks/runs#create-a-check-run */
const CONCLUSIONS = ["action_required", "cancelled", "failure", "neutral", "success", "skipped"];
const MOST = 65_535;

/** A completed run needs a conclusion, an output its title and summary. */
function isWhole({ status, conclusion, output }: Partial<StoredCheck>): boolean {
  const concluded = status !== "completed" || CONCLUSIONS.includes(conclusion ?? "");
  const told = output === undefined || (Boolean(output.title) && Boolean(output.summary));
  return concluded && told && (output?.summary.length ?? 0) <= MOST;
}
