/**
 * GitHub's git data API on a store: statuses and messages as GitHub gives them, requests and answers
 * held to its own description of the API (`git-api.json`).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { GitStore } from "./git-store.ts";

export interface GitAnswer {
  status: number;
  body: unknown;
}

interface Operation {
  method: string;
  pattern: RegExp;
  request: ValidateFunction | null;
  status: number;
  response: ValidateFunction;
  refusals: number[];
}

function readOperations(): Operation[] {
  const path = join(import.meta.dirname, "git-api.json");
  const { operations } = JSON.parse(readFileSync(path, "utf8")) as {
    operations: {
      method: string;
      path: string;
      request: object | null;
      status: number;
      response: object;
      refusals: number[];
    }[];
  };
  const ajv = new Ajv.default({ strict: false });
  addFormats.default(ajv);
  return operations.map(({ method, path, request, status, response, refusals }) => ({
    method,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/, "([^?]+)")}$`),
    request: request === null ? null : ajv.compile(request),
    status,
    response: ajv.compile(response),
    refusals,
  }));
}

let operations: Operation[] | null = null;

/** @returns null when it is no call of the git data API */
export function answerGit(
  store: GitStore,
  base: string,
  method: string,
  url: URL,
  body: unknown,
): GitAnswer | null {
  const path = /^\/repos\/[^/]+\/[^/]+\/git(\/.*)$/.exec(url.pathname)?.[1];
  if (path === undefined) return null;
  operations ??= readOperations();
  const operation = operations.find((each) => each.method === method && each.pattern.test(path));
  if (operation === undefined) return refusal(404, "Not Found");
  const name = decodeURIComponent(operation.pattern.exec(path)?.[1] ?? "");
  if (operation.request !== null && !operation.request(body)) {
    return refusal(422, `Invalid request.\n\n${JSON.stringify(operation.request.errors)}`);
  }
  const call = CALLS[`${method} ${path.split("/")[1]}`];
  const answer = call?.(store, name, (body ?? {}) as Body, url) ?? refusal(404, "Not Found");
  const described = { ...(answer.body as object) };
  if (answer.status < 300) {
    addLinks(described, base);
    if (answer.status !== operation.status || !operation.response(described)) {
      throw new Error(`not as GitHub answers: ${JSON.stringify(operation.response.errors)}`);
    }
  } else if (!operation.refusals.includes(answer.status)) {
    throw new Error(`GitHub never answers ${answer.status} to ${method} ${path}`);
  }
  return { status: answer.status, body: described };
}

interface Body {
  ref?: string;
  sha?: string;
  force?: boolean;
  content?: string;
  encoding?: string;
  base_tree?: string;
  tree?: unknown;
  parents?: string[];
  message?: string;
}

interface TreeChange {
  path: string;
  mode?: string;
  type?: string;
  sha?: string | null;
  content?: string;
}

type Call = (store: GitStore, name: string, body: Body, url: URL) => GitAnswer;

const refusal = (status: number, message: string): GitAnswer => ({
  status,
  body: { message, documentation_url: "https://docs.github.com/rest/git", status: String(status) },
});

const EMPTY = refusal(409, "Git Repository is empty.");

const CALLS: Record<string, Call> = {
  "GET ref": (store, name) => {
    if (store.refs.size === 0) return EMPTY;
    const sha = store.refs.get(`refs/${name}`);
    return sha === undefined ? refusal(404, "Not Found") : refOf(200, `refs/${name}`, sha);
  },
  "POST refs": (store, _name, { ref = "", sha = "" }) => {
    if (!/^refs\/\S+\/\S+/.test(ref)) return refusal(422, "Reference name is invalid");
    if (store.refs.has(ref)) return refusal(422, "Reference already exists");
    if (!store.commits.has(sha)) return refusal(422, "Object does not exist");
    store.refs.set(ref, sha);
    return refOf(201, ref, sha);
  },
  "PATCH refs": (store, name, { sha = "", force = false }) => {
    const ref = `refs/${name}`;
    const before = store.refs.get(ref);
    if (before === undefined) return refusal(422, "Reference does not exist");
    if (!store.commits.has(sha)) return refusal(422, "Object does not exist");
    if (!force && !store.isAncestor(before, sha)) {
      return refusal(422, "Update is not a fast forward");
    }
    store.refs.set(ref, sha);
    return refOf(200, ref, sha);
  },
  "GET commits": (store, name) => {
    const commit = store.commits.get(name);
    return commit === undefined ? refusal(404, "Not Found") : commitAnswer(200, commit);
  },
  "POST commits": (store, _name, { tree, parents = [], message = "" }) => {
    if (typeof tree !== "string" || !store.trees.has(tree)) {
      return refusal(422, "Tree SHA does not exist");
    }
    if (!parents.every((parent) => store.commits.has(parent))) {
      return refusal(422, "Parent SHA does not exist or is not a commit object");
    }
    return commitAnswer(201, store.addCommit(tree, parents, message));
  },
  "GET trees": (store, name, _body, url) => {
    if (!store.trees.has(name)) return refusal(404, "Not Found");
    return treeAnswer(store, 200, name, url.searchParams.has("recursive"));
  },
  "POST trees": (store, _name, { tree: given, base_tree: base }) => {
    if (store.refs.size === 0) return EMPTY;
    if (base !== undefined && !store.trees.has(base)) return refusal(404, "Not Found");
    const files = base === undefined ? new Map() : store.filesOf(base);
    for (const { path, mode = "100644", sha, content } of given as TreeChange[]) {
      if (sha === null) {
        if (!files.delete(path)) return refusal(422, "GitRPC::BadObjectState");
      } else {
        const blob = sha ?? store.addBlob(Buffer.from(content ?? ""));
        if (!store.blobs.has(blob)) return refusal(422, "tree.sha is not a valid blob");
        files.set(path, { mode, sha: blob });
      }
    }
    return treeAnswer(store, 201, store.addTree(files), false);
  },
  "GET blobs": (store, name) => {
    const content = store.blobs.get(name);
    if (content === undefined) return refusal(404, "Not Found");
    if (content.length > 100 * 1024 * 1024)
      return refusal(403, "This API returns blobs up to 100 MB");
    // GitHub breaks the lines of what it encodes.
    const encoded = content.toString("base64").replace(/.{60}/g, "$&\n");
    const body = { sha: name, node_id: "B", size: content.length, content: encoded };
    return { status: 200, body: { ...body, encoding: "base64" } };
  },
  "POST blobs": (store, _name, { content = "", encoding = "utf-8" }) => {
    if (store.refs.size === 0) return EMPTY;
    const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
    return { status: 201, body: { sha: store.addBlob(bytes) } };
  },
};

function refOf(status: number, ref: string, sha: string): GitAnswer {
  return { status, body: { ref, node_id: "R", object: { type: "commit", sha, url: "" } } };
}

function commitAnswer(
  status: number,
  commit: { sha: string; tree: string; parents: string[]; message: string },
): GitAnswer {
  const { sha, tree, parents, message } = commit;
  const someone = { name: "bot", email: "bot@example.org", date: "2026-01-01T00:00:00Z" };
  const verification = { verified: false, reason: "unsigned", signature: null, payload: null };
  return {
    status,
    body: {
      sha,
      node_id: "C",
      author: someone,
      committer: someone,
      message,
      tree: { sha: tree, url: "" },
      parents: parents.map((parent) => ({ sha: parent, url: "", html_url: "" })),
      verification: { ...verification, verified_at: null },
    },
  };
}

function treeAnswer(store: GitStore, status: number, sha: string, recursive: boolean): GitAnswer {
  const list = (tree: string, prefix: string): object[] =>
    (store.trees.get(tree) ?? []).flatMap((entry) => {
      const path = prefix + entry.path;
      const size = entry.type === "blob" ? { size: store.blobs.get(entry.sha)?.length ?? 0 } : {};
      const inner = recursive && entry.type === "tree" ? list(entry.sha, `${path}/`) : [];
      return [{ ...entry, path, ...size, url: "" }, ...inner];
    });
  return { status, body: { sha, tree: list(sha, ""), truncated: false } };
}

/** Every object has its links; nobody here follows them. */
function addLinks(value: unknown, base: string): void {
  if (typeof value !== "object" || value === null) return;
  for (const each of Object.values(value)) addLinks(each, base);
  if ("url" in value) Object.assign(value, { url: `${base}/link` });
  if ("html_url" in value) Object.assign(value, { html_url: `${base}/link` });
  if ("sha" in value || "ref" in value) {
    Object.assign(value, { url: `${base}/link`, html_url: `${base}/link` });
  }
}
