/**
 * The part of GitHub's REST API for check runs that is used, in memory; requests are held to
 * GitHub's own description of it (`checks-api.json`).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

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
    if (!isValid(method, body)) return INVALID;
    const id = checks.length + 1;
    const check = { ...given, id, html_url: `https://github.test/runs/${id}`, revision: 1 };
    checks.push(check as StoredCheck);
    return { status: 201, body: check };
  }
  const one = /^\/repos\/[^/]+\/[^/]+\/check-runs\/(\d+)$/.exec(url.pathname);
  const there = checks.find(({ id }) => id === Number(one?.[1]));
  if (one === null || there === undefined || method !== "PATCH") return null;
  if (!isValid(method, body)) return INVALID;
  Object.assign(there, given, { revision: there.revision + 1 });
  return { status: 200, body: there };
}

const INVALID = { status: 422, body: { message: "Invalid request." } };
const MOST = 65_535;
let requests: Map<string, ValidateFunction> | null = null;

function readRequests(): Map<string, ValidateFunction> {
  const path = join(import.meta.dirname, "checks-api.json");
  const { operations } = JSON.parse(readFileSync(path, "utf8")) as {
    operations: { method: string; request: object }[];
  };
  const ajv = new Ajv.default({ strict: false });
  addFormats.default(ajv);
  return new Map(operations.map(({ method, request }) => [method, ajv.compile(request)]));
}

/** The description alone doesn't ask a completed run for its conclusion, nor limit the summary. */
function isValid(method: string, body: unknown): boolean {
  requests ??= readRequests();
  const { status, conclusion, output } = (body ?? {}) as Partial<StoredCheck>;
  const concluded = status !== "completed" || Boolean(conclusion);
  const fits = (output?.summary?.length ?? 0) <= MOST;
  return concluded && fits && requests.get(method)?.(body) === true;
}
