/** Is it up, and does it serve what the config names? */
import { toText } from "../analyze/sse.ts";
import { errorWords } from "../analyze/trace.ts";
import { modelsIn } from "../engine/ready.ts";
import { list } from "../report/format.ts";
import type { Answer } from "./asker.ts";
import { type DoctorStep, failed, passed } from "./steps.ts";
import type { Walk } from "./walk-state.ts";

const POLL_EVERY_MS = 250;

/** `/health`: 200, else loading (waited for a while), a load that failed, or a server that has no such route. */
export async function health(walk: Walk, signal: AbortSignal): Promise<DoctorStep> {
  const from = performance.now();
  const sent = "GET /health";
  let answer = await walk.asker.get("/health");
  while (
    answer.exchange.status === 503 &&
    performance.now() - from < walk.loadWaitMs &&
    !signal.aborted
  ) {
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
    answer = await walk.asker.get("/health");
  }
  const { status, end, segments } = answer.exchange;
  const tookMs = performance.now() - from;
  const words = errorWords(toText(segments));
  if (status === null) {
    walk.over = "no server answers";
    const came = end.kind === "closed" ? "closed without an answer" : end.error;
    const remedy =
      "Start the server (inferrs serve MODEL --host HOST --port PORT), or correct host and port of the provider's baseUrl.";
    return failed("health", "unreachable", { sent, came, tookMs, evidence: came, remedy });
  }
  const came = `HTTP ${status}${words === "" ? "" : `: ${words.slice(0, 200)}`}`;
  if (status === 503) {
    walk.over = "the model is still being loaded";
    const remedy = `It was still loading after ${Math.round(tookMs / 1000)} s: wait until /health answers 200, then run the doctor again (--timeout SECONDS waits longer).`;
    return failed("health", "not-ready", { sent, came, tookMs, evidence: came, remedy });
  }
  if (status >= 500) {
    walk.over = "the server could not load its model";
    const remedy =
      "Look at the server's log for the first error; start it again with a model and a format that it knows.";
    return failed("health", "load-failed", { sent, came, tookMs, evidence: came, remedy });
  }
  if (status >= 400) {
    return passed("health", {
      sent,
      came: `${came}; it has no such route, and needs none`,
      tookMs,
    });
  }
  return passed("health", { sent, came, tookMs });
}

/** What the server lists, and which of it may be asked. */
export interface Served {
  ids: string[];
  /** The only id that is ever sent; null: none can be named without loading another model. */
  id: string | null;
}

/**
 * `/v1/models`. The id that may be used is the loaded one where the server says which; else the
 * config's where it is listed; else the only one.
 * @param wanted the config's, or the one of `--model`
 */
export async function models(
  walk: Walk,
  wanted: string | null,
): Promise<{ step: DoctorStep; served: Served }> {
  const sent = "GET /v1/models";
  const answer = await walk.asker.get("/v1/models");
  const { tookMs } = answer;
  const none = { ids: [], id: null };
  const { status } = answer.exchange;
  if (status === null) {
    walk.over = "no server answers";
    const came = wordsOf(answer);
    return { step: failed("models", "unreachable", { sent, came, tookMs }), served: none };
  }
  if (status === 401 || status === 403) {
    walk.over = "the server refuses the key";
    const came = wordsOf(answer);
    const remedy =
      "Set the provider's apiKey in OpenClaw's config (or --api-key-env NAME) to the key that the server wants.";
    return { step: failed("models", "http-error", { sent, came, tookMs, remedy }), served: none };
  }
  const { models: ids, loaded } = modelsIn(toText(answer.exchange.segments));
  const shown = ids.length === 0 ? "no model" : list(ids.slice(0, 8));
  const more = ids.length > 8 ? ` and ${ids.length - 8} more` : "";
  const note = loaded !== null && ids.length > 1 ? `; it has ${loaded} loaded` : "";
  const came = status === 200 ? `it lists ${shown}${more}${note}` : wordsOf(answer);
  const told = { sent, came, tookMs };
  if (status !== 200) {
    walk.over = "its models aren't known, and no other name may be tried";
    return { step: failed("models", "http-error", told), served: none };
  }
  const single = ids.length === 1 ? (ids[0] ?? null) : null;
  const listedWanted = wanted !== null && ids.includes(wanted) ? wanted : null;
  const id = loaded ?? listedWanted ?? single;
  if (id === null) {
    walk.over =
      ids.length === 0
        ? "the server lists no model"
        : "it doesn't say which of its models is loaded, and another name may make it load another";
    const remedy =
      ids.length === 0
        ? "Start the server with a model."
        : `Name one of those in the config, or here with --model ID.`;
    return { step: failed("models", "model-missing", { ...told, remedy }), served: { ids, id } };
  }
  if (wanted !== null && wanted !== id) {
    const remedy = `Use the served id in OpenClaw's config: ${id} in place of ${wanted}. What follows was asked of ${id}.`;
    const meaning = listedWanted
      ? `The server has ${id} loaded; the config names ${wanted}.`
      : `The server doesn't list ${wanted}, which the config names.`;
    const told = { sent, came, tookMs, evidence: came, remedy, meaning };
    return { step: failed("models", "model-missing", told), served: { ids, id } };
  }
  const which = wanted === null ? "" : `; that is the config's`;
  return { step: passed("models", { ...told, came: `${came}${which}` }), served: { ids, id } };
}

function wordsOf({ exchange }: Answer): string {
  if (exchange.status === null) {
    return exchange.end.kind === "closed" ? "closed without an answer" : exchange.end.error;
  }
  return `HTTP ${exchange.status}: ${errorWords(toText(exchange.segments)).slice(0, 200)}`;
}
