/** What the hub's refusals mean, and what mends each. The texts hold no token and no signed URL. */
import { InputError, SetupError } from "../../inputs/error.ts";

/** What was asked of the hub. */
export interface Asked {
  endpoint: string;
  id: string;
  revision: string;
  /** Null: the repository itself. */
  path: string | null;
  /** Whether a token was sent. */
  token: boolean;
  /** The option that named the repository. */
  input: "--model" | "--tokenizer-source";
}

/** A refusal, as far as it was read. */
export interface Refusal {
  status: number;
  /** `X-Error-Code`: GatedRepo, RepoNotFound, RevisionNotFound, EntryNotFound, … */
  code: string | null;
  /** `X-Error-Message`, else the beginning of the body as one line. */
  message: string;
  html: boolean;
}

/** The error for an answer that can't be used. */
export function refusalError(asked: Asked, refusal: Refusal): SetupError {
  const { endpoint, id, revision, path, input } = asked;
  const { status, code } = refusal;
  const page = `${endpoint}/${id}`;
  if (code === "GatedRepo") return gated(asked, refusal);
  if (code === "RevisionNotFound") {
    return notThere({
      input: "--revision",
      value: revision,
      expected: `a branch, tag or commit of ${id}`,
      mend: `${page}/tree/main lists them.`,
    });
  }
  if (code === "EntryNotFound" && path !== null) {
    return notThere({
      input: path.endsWith(".gguf") ? "--gguf-file" : input,
      value: path.endsWith(".gguf") ? path : id,
      expected: `a repository that has ${path} at revision ${revision}`,
      mend: `${page}/tree/${revision} lists its files.`,
    });
  }
  if (code === "RepoNotFound" || status === 404) {
    return notThere({
      input,
      value: id,
      expected: `a model that is on ${endpoint} and may be read${asked.token ? " with this token" : ""}`,
      mend: asked.token
        ? "Check its spelling; if it is private, the token in HF_TOKEN needs access to it."
        : "Check its spelling; if it is private, set HF_TOKEN to a token that may read it.",
    });
  }
  if (status === 401 || status === 403) {
    const mend = asked.token
      ? "The token in HF_TOKEN is not accepted: it may have been revoked, or lack the right to read this model."
      : "Set HF_TOKEN to a token that may read this model.";
    return new SetupError(`${page} refuses access (${words(refusal)}). ${mend}`);
  }
  if (status === 429) {
    const mend = asked.token
      ? "Wait and run again: what is already there is kept."
      : "Wait and run again (what is already there is kept), or set HF_TOKEN: the limits with a token are higher.";
    return new SetupError(`${endpoint} has had too many requests from here (429). ${mend}`);
  }
  const what = path === null ? id : `${path} of ${id}`;
  const mend =
    refusal.html || status < 500
      ? "That is not what a hub answers: check HF_ENDPOINT, and whether a proxy or a login page stands in between."
      : "Try again later: what is already there is kept.";
  return new SetupError(`${endpoint} answered ${words(refusal)} when asked for ${what}. ${mend}`);
}

/**
 * An option names something that the hub doesn't have. Told as wrong input is, but as a SetupError:
 * it shows only when the run has begun.
 */
export function notThere(about: ConstructorParameters<typeof InputError>[0]): SetupError {
  return new SetupError(new InputError(about).message);
}

/** The licence page is always the hub's own: a mirror can't give access. */
function gated({ id, token }: Asked, { status }: Refusal): SetupError {
  const licence = `https://huggingface.co/${id}`;
  const mend = token
    ? `The token in HF_TOKEN belongs to somebody who has not been given access: accept the licence at ${licence} with that account, or use another token.`
    : `Accept the licence at ${licence}, make a token that may read it (Settings, Access Tokens), and set HF_TOKEN to it (in a workflow: hf-token).`;
  return new SetupError(
    `The model ${id} is gated: it is given only to those who have accepted its licence (${status}, GatedRepo). ${mend}`,
  );
}

function words({ status, message, html }: Refusal): string {
  const text = html ? "an HTML page" : message;
  return text === "" ? `status ${status}` : `status ${status}: ${text}`;
}
