/** One attempt at a cell by the real client: its turns, as the proxy and we saw them. */

import { filesNeeded, type TurnSeen, unmet, wasCompacted } from "../../analyze/expect.ts";
import { traceExchange } from "../../analyze/trace.ts";
import type { RunningEngine } from "../../engine/engine.ts";
import type { Scenario, ScenarioTurn } from "../../plan/scenario.ts";
import { type AttemptOptions, type AttemptRecord, watchOurselves } from "../attempt.ts";
import type { ProxiedExchange, Recording } from "../proxy/types.ts";
import { blotted } from "../secrets.ts";
import type { Exchange } from "../types.ts";
import { newSessionKey, type RealClient, type RealSession } from "./client.ts";
import { errorLines, hide } from "./client-log.ts";
import { spreadTurns } from "./spread.ts";
import type { ClientTurn } from "./types.ts";
import { watchFailures } from "./watch-failures.ts";
import { workspaceFile } from "./workspace.ts";

export type RealAttemptRecord = Omit<AttemptRecord, "exchanges"> & {
  exchanges: ProxiedExchange[];
  turns: ClientTurn[];
  clockNs: number;
};

/** How long a broken connection may precede the news of the engine's death. */
const DEATH_NEWS_MS = 300;
const DROP_TIMEOUT_MS = 3_000;
const MOST_REPLY_CHARACTERS = 300;

/**
 * Takes the scenario's turns in one fresh session, until one fails. The client is stopped when the
 * engine dies, when a turn takes longer than the time limit, and when it has sent the same in vain
 * again and again: what it would do beyond that is no measurement.
 */
export async function performRealAttempt(
  engine: RunningEngine,
  client: RealClient,
  session: RealSession,
  scenario: Scenario,
  options: AttemptOptions,
): Promise<RealAttemptRecord> {
  engine.beginPeak();
  const load = watchOurselves();
  const attemptStart = process.hrtime.bigint();
  const watch = watchFailures(engine);
  const recording = session.proxy.record(attemptStart, watch);
  const taker = { engine, client, session, options, attemptStart, recording, watch };
  const sessionKey = newSessionKey(scenario.name);
  const turns: ClientTurn[] = [];
  /** Of each request, the turn that it belongs to. */
  const steps: number[] = [];
  /** Of each turn's last request, how many messages it had. */
  const messages: number[] = [];
  for (const [index, turn] of spreadTurns(scenario.turns).entries()) {
    const taken = await takeTurn({ ...turn, index }, sessionKey, taker);
    const own = recording.exchanges().slice(steps.length);
    for (const _ of own) steps.push(index);
    messages.push(own.at(-1)?.shape?.roles.length ?? 0);
    turns.push(judged(taken, turn.expect, own, wasCompacted(messages), session));
    if (taken.turn.error !== null || taken.turn.stopped !== null) break;
  }
  const loads = await load.end();
  const exchanges = recording.end().map((exchange, at) => {
    const step = steps[at] ?? turns.length - 1;
    return { ...blotted(exchange, [...session.secrets, engine.apiKey]), step };
  });
  const broken = exchanges.some(({ end }) => end.kind !== "closed");
  if (broken && !options.signal.aborted) await Promise.race([engine.died, later(DEATH_NEWS_MS)]);
  const exit = engine.exit();
  const peak = exit?.peak ?? engine.peak();
  return {
    exchanges,
    turns,
    clockNs: Number(attemptStart),
    loggedPromptTokens: exchanges.map((exchange) => loggedTokens(engine, exchange)),
    exit: exit === null ? null : { ...exit, peak },
    silentCpuMs: watch.silentCpuMs(),
    peak,
    peakVramBytes: engine.peakVramBytes(),
    client: loads,
  };
}

interface Taker {
  engine: RunningEngine;
  client: RealClient;
  session: RealSession;
  options: AttemptOptions;
  attemptStart: bigint;
  recording: Recording;
  watch: ReturnType<typeof watchFailures>;
}

interface Taken {
  turn: Omit<ClientTurn, "unmet" | "toolsRun">;
  reply: string | null;
}

async function takeTurn(
  { message, index }: { message: string; index: number },
  sessionKey: string,
  taker: Taker,
): Promise<Taken> {
  const { engine, client, session, options, attemptStart, watch } = taker;
  const { gateway, proxy, reference, secrets } = session;
  let stopped: ClientTurn["stopped"] = null;
  const hangUp = new AbortController();
  const stop = (why: NonNullable<ClientTurn["stopped"]>) => {
    if (stopped !== null || hangUp.signal.aborted) return;
    stopped = why;
    // In this order: what we cut was not hung up by the client.
    proxy.cutAll(why);
    hangUp.abort(why);
  };
  const mark = gateway.mark();
  void engine.died.then(() => stop("engine-died"));
  const timer = setTimeout(() => stop("timeout"), options.timeoutMs);
  const onStop = () => stop("run-stopped");
  options.signal.addEventListener("abort", onStop, { once: true });
  if (options.signal.aborted) onStop();
  watch.begin(() => stop("retries"));
  const exchange = await gateway.send({
    message,
    sessionKey,
    reference,
    // Our own limits are the timer and the engine's death.
    timeoutMs: options.timeoutMs + 60_000,
    signal: hangUp.signal,
    attemptStart,
  });
  clearTimeout(timer);
  options.signal.removeEventListener("abort", onStop);
  const ended = { ...exchange };
  hangUp.abort("over");
  watch.begin(null);
  if (stopped !== null && !(await gateway.dropped(mark, DROP_TIMEOUT_MS))) {
    await client.dropGateway();
  }
  const lines = gateway.linesSince(mark);
  const trace = traceExchange(ended);
  const reply = trace.text === "" ? null : trace.text;
  const first = ended.segments[0]?.tNs ?? null;
  return {
    reply,
    turn: {
      driver: "gateway",
      turn: index,
      beganNs: ended.sentNs,
      endedNs: ended.sentNs + ended.end.tNs,
      answeredNs: first === null ? null : ended.sentNs + first,
      exitCode: gateway.exit()?.exitCode ?? null,
      status: ended.status,
      reply:
        options.keepBodies && reply !== null
          ? hide(reply, secrets).slice(0, MOST_REPLY_CHARACTERS)
          : null,
      replyBytes: Buffer.byteLength(reply ?? ""),
      error: errorOf(ended, trace.error, stopped, gateway.exit(), secrets),
      errorLines: errorLines(lines, secrets),
      stopped,
    },
  };
}

function errorOf(
  exchange: Exchange,
  words: string | null,
  stopped: ClientTurn["stopped"],
  exit: { exitCode: number | null; signal: string | null } | null,
  secrets: readonly string[],
): ClientTurn["error"] {
  if (words !== null) return { kind: "reply", message: hide(words, secrets).slice(0, 500) };
  if (stopped !== null) return null;
  if (exit !== null) {
    const how = exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`;
    return { kind: "exited", message: `OpenClaw's gateway ended with ${how}` };
  }
  if (exchange.end.kind !== "closed") return { kind: "broken", message: exchange.end.error };
  const refused = exchange.status !== null && exchange.status >= 400;
  return refused ? { kind: "status", message: `HTTP ${exchange.status}` } : null;
}

/** Looked at at once: the next attempt has another workspace. */
function judged(
  { turn, reply }: Taken,
  expect: ScenarioTurn["expect"],
  exchanges: readonly ProxiedExchange[],
  compacted: boolean,
  { workspaceDir }: RealSession,
): ClientTurn {
  const calls = exchanges.map((exchange) => traceExchange(exchange).toolCalls);
  const files = filesNeeded(expect).map(
    (path) => [path, workspaceFile(workspaceDir, path)] as const,
  );
  const toolCalls = calls.flat();
  const seen: TurnSeen = { reply, files: new Map(files), toolCalls, compacted };
  // The gateway doesn't say what it ran: the calls whose results were in a later request.
  const ran = calls.flatMap((each, at) => {
    const answered = exchanges.slice(at + 1).some(({ shape }) => shape?.roles.includes("tool"));
    return answered ? each.map(({ name }) => ({ name, ok: null })) : [];
  });
  return { ...turn, toolsRun: ran, unmet: unmet(expect, seen) };
}

function loggedTokens(engine: RunningEngine, exchange: Exchange): number | null {
  if (exchange.kind !== "generate") return null;
  const { responseId } = traceExchange(exchange);
  return responseId === null ? null : engine.loggedPromptTokens(responseId);
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
