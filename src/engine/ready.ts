/** Waits until a server serves. */

import { asArray, asObject, asString, parseJson } from "../analyze/json.ts";
import { toText } from "../analyze/sse.ts";
import { errorWords } from "../analyze/trace.ts";
import type { MeasuringClient } from "../drive/client.ts";
import type { Exchange } from "../drive/types.ts";
import type { StartFailure } from "./types.ts";

const POLL_EVERY_MS = 25;

export type Readiness =
  /** `loaded`: the one that inferrs has in memory; null where the server doesn't say. */
  | { kind: "ready"; models: string[]; loaded: string | null }
  | { kind: "failed"; failure: Omit<StartFailure, "exit"> };

/**
 * Asks `/health` until it is 200 (503 is "loading", 500 is "the load failed"), then `/v1/models`.
 * @param stop ends the wait at once (the process died, the run was stopped)
 * @param wanted of a server that we know less of: one without `/health` (404) is ready when it lists
 *   its models, and this one, if any, among them
 */
export async function waitUntilReady(
  client: MeasuringClient,
  timeoutMs: number,
  stop: AbortSignal,
  wanted: { healthRoute: "optional"; model: string | null } | null = null,
): Promise<Readiness> {
  const deadline = performance.now() + timeoutMs;
  let last = "no answer";
  while (performance.now() < deadline && !stop.aborted) {
    const health = await get(client, "/health", stop);
    if (health.status === 200) return await listModels(client, stop);
    if (health.status === 500) {
      const words = errorWords(toText(health.segments));
      return failed("load-failed", `/health answered 500: ${words}`);
    }
    if (health.status === 404 && wanted !== null) {
      const listed = await listModels(client, stop);
      if (listed.kind === "ready" && lists(listed.models, wanted.model)) return listed;
    }
    last = health.status === null ? describeEnd(health) : `/health answered ${health.status}`;
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
  }
  const seconds = (timeoutMs / 1000).toFixed(0);
  return failed("not-ready", `not ready after ${seconds} s; at last: ${last}`);
}

function lists(models: readonly string[], model: string | null): boolean {
  return model === null ? models.length > 0 : models.includes(model);
}

/** The ids that `/v1/models` lists. */
export async function listModels(client: MeasuringClient, stop: AbortSignal): Promise<Readiness> {
  const answer = await get(client, "/v1/models", stop);
  if (answer.status === null) return failed("unreachable", describeEnd(answer));
  const text = toText(answer.segments);
  if (answer.status !== 200) {
    return failed("not-ready", `/v1/models answered ${answer.status}: ${errorWords(text)}`);
  }
  return { kind: "ready", ...modelsIn(text) };
}

/** What an answer of `/v1/models` lists. */
export function modelsIn(text: string): { models: string[]; loaded: string | null } {
  const listed = asArray(asObject(parseJson(text))?.data)
    .map(asObject)
    .map((model) => ({ id: asString(model?.id), owner: asString(model?.owned_by) ?? "" }))
    .filter((model): model is { id: string; owner: string } => model.id !== null);
  // inferrs lists every model of its cache, and says of which it has loaded by its owner alone.
  const loaded = listed.find(({ owner }) => owner.endsWith("(loaded)"))?.id ?? null;
  return { models: listed.map(({ id }) => id), loaded };
}

function get(client: MeasuringClient, path: string, signal: AbortSignal): Promise<Exchange> {
  return client.send(
    { method: "GET", path, body: null, step: 0, kind: "get", stream: false },
    { timeoutMs: 5_000, signal, keepBodies: false, attemptStart: process.hrtime.bigint() },
  );
}

function describeEnd(exchange: Exchange): string {
  return exchange.end.kind === "closed" ? "closed without an answer" : exchange.end.error;
}

function failed(kind: StartFailure["kind"], evidence: string): Readiness {
  return { kind: "failed", failure: { kind, evidence } };
}
