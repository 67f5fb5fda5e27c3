/** The part of GitHub's REST API for check runs that is used, in memory. */
import type { Answer } from "./server.ts";

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

/** What GitHub would answer; null: no such operation. */
export function answerChecks(
  { checks }: CheckStore,
  name: string,
  values: string[],
  url: URL,
  body: unknown,
): Answer | null {
  const given = (body ?? {}) as Partial<StoredCheck>;
  switch (name) {
    case "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": {
      const wanted = url.searchParams.get("check_name");
      const found = checks.filter(
        (check) => check.head_sha === values[2] && (wanted === null || check.name === wanted),
      );
      return { status: 200, body: { total_count: found.length, check_runs: found.map(asCheck) } };
    }
    case "POST /repos/{owner}/{repo}/check-runs": {
      if (!isConcluded(given)) return INVALID;
      const id = checks.length + 1;
      const check = { ...given, id, html_url: `https://github.test/runs/${id}`, revision: 1 };
      checks.push(check as StoredCheck);
      return { status: 201, body: asCheck(check as StoredCheck) };
    }
    case "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": {
      const there = checks.find(({ id }) => id === Number(values[2]));
      if (there === undefined) return { status: 404, body: { message: "Not Found" } };
      if (!isConcluded(given)) return INVALID;
      Object.assign(there, given, { revision: there.revision + 1 });
      return { status: 200, body: asCheck(there) };
    }
    default:
      return null;
  }
}

const INVALID: Answer = { status: 422, body: { message: "Invalid request." } };
const MOST = 65_535;

/** The description alone doesn't ask a completed run for its conclusion, nor limit the summary. */
function isConcluded({ status, conclusion, output }: Partial<StoredCheck>): boolean {
  const concluded = status !== "completed" || Boolean(conclusion);
  return concluded && (output?.summary?.length ?? 0) <= MOST;
}

function asCheck({ revision: _, output, ...check }: StoredCheck): object {
  return { ...check, output: { ...output, text: null } };
}
