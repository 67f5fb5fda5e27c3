/** What went wrong with a request, and how that is told. */
import { SetupError } from "../../inputs/error.ts";
import type { GithubFailure } from "../../publish/github-errors.ts";
import { oneLine } from "../../publish/text.ts";
import { askedWaitMs } from "../net/patience.ts";

/** A refusal, a silence or a broken connection: perhaps worth another try. */
export class RequestFailed extends Error {
  readonly failure: GithubFailure;

  constructor(failure: GithubFailure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = "RequestFailed";
    this.failure = failure;
  }
}

/** @returns a {@link RequestFailed} of a connection that broke */
export function broken(message: string, options?: ErrorOptions): RequestFailed {
  return new RequestFailed({ kind: "no-answer", message: oneLine(message, 300) }, options);
}

/** @param url its host is named; query strings may hold signatures */
export function toSetupError(
  what: string,
  url: string,
  failure: GithubFailure,
  context: { token: boolean; nowMs: number; tries: number },
): SetupError {
  const host = new URL(url).host;
  const tried = context.tries > 1 ? ` after ${context.tries} tries` : "";
  if (failure.kind === "no-answer") {
    return new SetupError(
      `${what}: ${host} failed${tried} (${failure.message}). ` +
        "Check the network; a proxy is taken from HTTPS_PROXY and NO_PROXY. " +
        "With --inferrs PATH nothing is fetched, with --offline what is cached is used.",
    );
  }
  const said = `${host} says ${failure.status}${failure.message === "" ? "" : `: ${failure.message}`}`;
  const wait = askedWaitMs((name) => failure.headers[name], context.nowMs);
  if (wait !== null) {
    const at = new Date(context.nowMs + wait).toISOString().slice(0, 19).replace("T", " ");
    const token = context.token
      ? "The token's limit is used up."
      : "Without a token GitHub allows 60 requests an hour: give one (input github-token; GITHUB_TOKEN on the command line).";
    return new SetupError(`${what}: ${said}. The limit resets at ${at} UTC. ${token}`);
  }
  if (failure.status === 401) {
    return new SetupError(
      `${what}: ${said}. The token is not valid there: correct it or leave it out (input github-token; GITHUB_TOKEN or GH_TOKEN).`,
    );
  }
  return new SetupError(`${what}: ${said}${tried}.`);
}

/** What a page says for itself: the title of HTML, the message of JSON, else how it begins. */
export function messageOf(text: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1];
  if (title !== undefined) return `an HTML page, "${oneLine(title, 120)}"`;
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return oneLine(message ?? text, 200);
}
