/** Events to state. Pure: the same journal gives the same state, now or in a year. */
import { isDeepStrictEqual } from "node:util";
import { classify } from "../analyze/classify.ts";
import { classifyTurn } from "../analyze/classify-turn.ts";
import { readCrosscheck } from "../analyze/crosscheck.ts";
import { fitsOf } from "../analyze/fit/looks.ts";
import { judgeLost } from "../analyze/knowledge.ts";
import type { Call } from "../analyze/metrics.ts";
import { OUTCOMES } from "../analyze/outcomes.ts";
import { type Trace, traceExchange } from "../analyze/trace.ts";
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import type { Exchange } from "../drive/types.ts";
import type { StartFailure } from "../engine/types.ts";
import { isAttached, isJudged } from "../plan/types.ts";
import { type Chosen, type Memory, NOTHING_CHOSEN, type ResultVariant } from "../result.ts";
import { confirmationOf } from "./confirmation.ts";
import type { JournalEntry, JournalEvent } from "./events.ts";
import { toLook } from "./look.ts";
import { completeEnvironment, completePlan, completeVariant } from "./older.ts";
import type { Attempt, CellState, RunState, StartState } from "./state.ts";

/**
 * Folds a whole journal.
 * @returns null when it holds no `run-started` (the run was killed before it began)
 */
export function fold(entries: readonly JournalEntry[]): RunState | null {
  let state: RunState | null = null;
  for (const entry of entries) state = foldEntry(state, entry);
  return state;
}

/** Adds one entry. The state is changed in place: a long run has many attempts. */
export function foldEntry(state: RunState | null, entry: JournalEntry): RunState | null {
  if (entry.type === "run-started") return begin(entry);
  if (state === null) return null;
  state.elapsedMs = entry.tMs;
  apply(state, entry);
  return state;
}

function begin(entry: JournalEntry & { type: "run-started" }): RunState {
  return {
    plan: completePlan(entry.plan),
    tool: entry.tool,
    label: entry.label ?? null,
    command: entry.command ?? null,
    lockHead: entry.lock ?? null,
    startedAt: entry.at,
    elapsedMs: entry.tMs,
    environment: completeEnvironment(entry.environment),
    estimateMs: entry.estimateMs,
    openclawConfig: entry.openclawConfig,
    variants: new Map(
      entry.plan.variants.map((variant) => [
        variant.name,
        {
          ...{
            locked: null,
            provisioned: null,
            failure: null,
            failedStarts: 0,
            restarts: 0,
            crosscheck: null,
          },
          ...{ looks: [], fits: { memory: null, time: null }, windowTokens: null, rungSizes: [] },
        },
      ]),
    ),
    cells: new Map(entry.plan.cells.map((spec) => [spec.id, { spec, attempts: [] }])),
    starts: [],
    live: null,
    settleRequests: 0,
    crosscheckRequests: 0,
    guard: null,
    lockWaitMs: null,
    provisionMs: 0,
    provisionFromMs: entry.tMs,
    momentMs: 0,
    busy: [],
    moments: { start: null, end: null },
    warnings: [],
    interrupted: null,
    stopped: null,
    failed: null,
    ended: false,
  };
}

function apply(state: RunState, event: JournalEvent): void {
  switch (event.type) {
    case "run-started":
      return;
    case "engine-spawned":
      state.guard ??= event.guard ?? null;
      return;
    case "lock-taken":
      state.lockWaitMs = event.waitedMs;
      // Somebody else's run is neither our overhead nor our start.
      state.busy.push([state.elapsedMs - event.waitedMs, state.elapsedMs]);
      return;
    case "provisioned": {
      const variant = state.variants.get(event.variant.name);
      noteProvisioning(state);
      if (variant) {
        variant.provisioned = completeVariant(event.variant);
        variant.locked = event.locked ?? null;
      }
      return;
    }
    case "provision-failed": {
      const variant = state.variants.get(event.variant);
      // Also what fails later, like the wait for the machine, is told by this event.
      if (variant?.provisioned === null) noteProvisioning(state);
      if (variant) variant.failure = event.message;
      return;
    }
    case "start-begun": {
      const { variant, start, phase } = event;
      const fresh = { ready: false, unsettled: false, hung: false, lost: false };
      state.live = { variant, start, phase, ...fresh };
      state.starts.push({
        variant: event.variant,
        start: event.start,
        pair: event.pair ?? null,
        confirming: event.confirming ?? false,
        rounds: event.rounds ?? state.plan.rounds,
        cells: event.cells ?? null,
        phase: event.phase,
        begunMs: state.elapsedMs,
        endedMs: null,
        lost: false,
        first: null,
        readyMs: null,
        portsTaken: 0,
        failure: null,
        exit: null,
        peak: null,
        device: null,
        deviceLookedFor: false,
        ended: false,
      });
      return;
    }
    case "start-ready": {
      const start = currentStart(state);
      if (start) {
        start.readyMs = event.readyMs;
        start.device = event.device?.device ?? null;
        start.deviceLookedFor = event.device !== undefined;
        start.portsTaken = event.portsTaken ?? 0;
        state.busy.push([start.begunMs, state.elapsedMs]);
      }
      if (state.live) state.live.ready = true;
      const variant = state.variants.get(event.variant);
      if (variant === undefined) return;
      variant.failedStarts = 0;
      variant.windowTokens ??= event.windowTokens ?? null;
      if (variant.provisioned) {
        variant.provisioned.model.servedId = event.servedId;
        variant.provisioned.engine.version ??= event.version;
        noteChosen(state, variant.provisioned, event.chosen);
        variant.provisioned.server.deviceSeen ??= event.device?.device ?? null;
      }
      return;
    }
    case "start-failed": {
      const start = currentStart(state);
      if (start) {
        const { failure } = event;
        Object.assign(start, { failure, exit: failure.exit, ...endedNow(state) });
        state.busy.push([start.begunMs, state.elapsedMs]);
      }
      state.live = null;
      const variant = state.variants.get(event.variant);
      if (variant === undefined) return;
      variant.failedStarts += 1;
      // In a pair it has spent its slot; how many may fail is the comparison's to say.
      if (start?.pair != null) return;
      if (variant.failedStarts >= startsThatMayFail(state, event.variant)) {
        variant.failure = failureText(event.failure);
      }
      return;
    }
    case "attempt":
      applyAttempt(state, event);
      return;
    case "client-spawned":
      return;
    case "captured":
      for (const { cell: id, requestBytes } of event.cells) {
        const cell = state.cells.get(id);
        if (cell) cell.spec = { ...cell.spec, requestBytes };
      }
      return;
    case "rung-captured": {
      const { rungs, requestBytes: bytes, why } = event;
      state.variants.get(event.variant)?.rungSizes.push({ rungs, bytes, why });
      return;
    }
    case "rung-tried": {
      const { cell: spec, refused } = event;
      state.cells.set(spec.id, { spec, attempts: [], ...(refused === null ? {} : { refused }) });
      return;
    }
    case "replayed":
      applyReplayed(state, event);
      return;
    case "confirmed":
      applyConfirmed(state, event);
      return;
    case "crosschecked": {
      const variant = state.variants.get(event.variant);
      if (variant) variant.crosscheck = readCrosscheck(event);
      state.crosscheckRequests += event.exchanges.length;
      state.busy.push(...inFlight(event.atMs, event.exchanges));
      if (state.live)
        state.live.unsettled = event.exit === null && leavesWork(event.exchanges.at(-1));
      return;
    }
    case "looked": {
      const variant = state.variants.get(event.variant);
      const spec = state.plan.variants.find((each) => each.name === event.variant);
      if (variant === undefined || spec === undefined) return;
      const attached = isAttached(spec);
      const look = toLook(event, attached);
      variant.looks.push(look);
      variant.fits = fitsOf(variant.looks);
      state.busy.push(...inFlight(event.atMs, event.exchanges));
      const start = currentStart(state);
      if (start) start.peak = largerOf(start.peak, event.peak);
      if (state.live) {
        state.live.unsettled = event.exit === null && event.exchanges.some(leavesWork);
        state.live.hung = look.finding.kind === "engine-hung" && !attached;
      }
      return;
    }
    case "settled":
      state.settleRequests += event.requests;
      state.busy.push([state.elapsedMs - event.tookMs, state.elapsedMs]);
      if (state.live) Object.assign(state.live, { unsettled: false, lost: !event.idle });
      if (!event.idle) {
        const variant = state.variants.get(event.variant);
        const spec = state.plan.variants.find((each) => each.name === event.variant);
        if (variant && spec && isAttached(spec) && spec.restartCommand == null) {
          variant.failure = "the attached server did not become idle again after a failed request";
        }
      }
      return;
    case "engine-died": {
      const start = currentStart(state);
      if (start) {
        const peak = largerOf(start.peak, event.exit.peak);
        Object.assign(start, { exit: event.exit, peak, ...endedNow(state) });
      }
      state.live = null;
      const variant = state.variants.get(event.variant);
      if (variant) variant.restarts += 1;
      return;
    }
    case "start-ended": {
      const start = state.starts.find(
        (each) => each.variant === event.variant && each.start === event.start,
      );
      // A life that was ended because it hung counts as one that was lost.
      const lost = state.live?.hung === true || state.live?.lost === true;
      if (start) {
        const { exit, peak } = event;
        Object.assign(start, { exit, peak: peak ?? start.peak, lost, ...endedNow(state) });
      }
      const variant = state.variants.get(event.variant);
      if (variant && lost) variant.restarts += 1;
      state.live = null;
      return;
    }
    case "moment":
      state.moments[event.at] = event.moment;
      state.provisionFromMs = state.elapsedMs;
      if (event.at === "start") state.momentMs = event.tookMs ?? 0;
      return;
    case "warning":
      if (!state.warnings.some((each) => each.text === event.warning.text)) {
        state.warnings.push(event.warning);
      }
      return;
    case "interrupted":
      state.interrupted = event.signal;
      return;
    case "stopped":
      state.stopped = event.reason;
      return;
    case "failed":
      state.failed = event.message;
      return;
    case "run-ended":
      state.ended = true;
      return;
  }
}

/**
 * Fetching and preparing has no event for its beginning: it begins with the run, after the moment
 * that older versions read first, or where the one before ended. Warnings come in the middle of it.
 */
function noteProvisioning(state: RunState): void {
  state.busy.push([state.provisionFromMs, state.elapsedMs]);
  state.provisionMs += state.elapsedMs - state.provisionFromMs;
  state.provisionFromMs = state.elapsedMs;
}

/** Starts of one variant that chose differently can't be summed up. */
function noteChosen(state: RunState, variant: ResultVariant, chosen: Chosen | undefined): void {
  if (chosen === undefined) return;
  const first = variant.server.chosen;
  if (isDeepStrictEqual(first, NOTHING_CHOSEN)) variant.server.chosen = chosen;
  else if (!isDeepStrictEqual(first, chosen)) {
    const text = `${variant.name}: the engine did not choose the same in every start (${JSON.stringify(first)}, later ${JSON.stringify(chosen)}): its figures are of different things.`;
    apply(state, { type: "warning", warning: { code: "choices-differ", text } });
  }
}

function endedNow(state: RunState): Pick<StartState, "ended" | "endedMs"> {
  return { ended: true, endedMs: state.elapsedMs };
}

/**
 * Outside of pairs: what never was ready won't be; what was gets a second try. In a comparison a
 * failed start may decide, so that one that fails is seen to do so more often than once.
 */
function startsThatMayFail({ plan, starts }: RunState, variant: string): number {
  if (plan.comparison != null) return 3;
  return starts.some((each) => each.variant === variant && each.readyMs !== null) ? 2 : 1;
}

/** A wrong device is mended by an input: what mends it stands beside what was seen. */
function failureText({ kind, evidence }: StartFailure): string {
  const mend = kind === "wrong-device" ? `. ${OUTCOMES[kind].remedy}` : "";
  return `${kind}: ${evidence}${mend}`;
}

function largerOf(a: Memory | null, b: Memory | null): Memory | null {
  return b !== null && b.bytes > (a?.bytes ?? -1) ? b : a;
}

function currentStart(state: RunState): StartState | undefined {
  return state.starts.findLast(
    (each) => each.variant === state.live?.variant && each.start === state.live.start,
  );
}

function applyAttempt(state: RunState, event: JournalEvent & { type: "attempt" }): void {
  const cell = state.cells.get(event.cell);
  const variant = state.plan.variants.find((each) => each.name === event.variant);
  if (cell === undefined || variant === undefined) return;
  const traces = event.exchanges.map(traceExchange);
  const toolNames = toolNamesOf(state, cell);
  const facts = { ...event, traces, toolNames, attached: isAttached(variant) };
  const finding =
    event.turns === undefined
      ? classify(facts)
      : classifyTurn({
          ...facts,
          turns: event.turns,
          exchanges: event.exchanges as ProxiedExchange[],
          timeoutMs: state.plan.timeoutMs,
          judged: isJudged(variant),
        });
  const attempt: Attempt = {
    phase: event.phase,
    start: event.start,
    round: event.round,
    variation: event.variation ?? 0,
    limit: event.limit ?? null,
    finding,
    calls: toCalls(event.exchanges, traces, event.loggedPromptTokens),
    requestDigest: event.exchanges
      .filter((exchange) => (exchange.turn ?? 0) === 0)
      .map((exchange) => exchange.requestDigest ?? "-")
      .join(" "),
    peak: event.peak ?? event.exit?.peak ?? null,
    peakVramBytes: event.peakVramBytes ?? null,
    span: spanOf(event),
    client: event.client ?? null,
    turns: event.turns ?? null,
  };
  cell.attempts.push(attempt);
  // In an open loop the pauses between requests are the plan's, not this tool's.
  const paced = event.exchanges.some(({ dueNs }) => dueNs !== undefined);
  if ((paced || attempt.turns !== null) && attempt.span !== null) state.busy.push(attempt.span);
  else if (event.atMs !== undefined) state.busy.push(...inFlight(event.atMs, event.exchanges));
  judgeLost(state.cells.values(), cell);
  const start = currentStart(state);
  if (start && start.first === null) start.first = { cell: cell.spec.id, attempt };
  if (start) start.peak = largerOf(start.peak, event.peak);
  if (state.live) {
    state.live.unsettled = event.exit === null && event.exchanges.some(leavesWork);
    state.live.hung = finding.kind === "engine-hung" && !isAttached(variant);
  }
}

/** The command line's turns: their outcomes stand beside the cell's own. */
function applyConfirmed(state: RunState, event: JournalEvent & { type: "confirmed" }): void {
  const cell = state.cells.get(event.cell);
  const variant = state.plan.variants.find((each) => each.name === event.variant);
  if (cell === undefined || variant === undefined) return;
  cell.confirmed = event.runs.map((run) => confirmationOf(run, state, variant));
  const last = event.runs.at(-1);
  if (last !== undefined) {
    state.busy.push([event.atMs, event.atMs + last.turn.endedNs / 1e6]);
  }
  const exchanges = event.runs.flatMap((run) => run.exchanges);
  if (state.live) state.live.unsettled = event.exit === null && exchanges.some(leavesWork);
}

function applyReplayed(state: RunState, event: JournalEvent & { type: "replayed" }): void {
  const cell = state.cells.get(event.cell);
  const variant = state.plan.variants.find((each) => each.name === event.variant);
  if (cell === undefined || variant === undefined) return;
  const traces = event.exchanges.map(traceExchange);
  const toolNames = toolNamesOf(state, cell);
  cell.replayed = classify({ ...event, traces, toolNames, attached: isAttached(variant) });
  state.busy.push(...inFlight(event.atMs, event.exchanges));
  if (state.live) state.live.unsettled = event.exit === null && event.exchanges.some(leavesWork);
}

/** Tools that a cell's requests offer, as far as its scenario says. */
function toolNamesOf(state: RunState, { spec }: CellState): string[] {
  if (spec.compat.supportsTools === false) return [];
  const scenario = state.plan.scenarios.find((each) => each.name === spec.scenario);
  const scripted = (scenario?.turns ?? []).flatMap(({ script }) =>
    script.flatMap((reply) => ("calls" in reply ? reply.calls.map(({ name }) => name) : [])),
  );
  return [...(scenario?.tools ?? []).map((tool) => tool.function.name), ...scripted];
}

function spanOf({ atMs, exchanges, turns }: JournalEvent & { type: "attempt" }): Attempt["span"] {
  if (atMs === undefined) return null;
  const ends = inFlight(atMs, exchanges).map(([, end]) => end);
  for (const turn of turns ?? []) ends.push(atMs + turn.endedNs / 1e6);
  return [atMs, Math.max(atMs, ...ends)];
}

/** When requests were in flight, ms since the journal was opened. */
function inFlight(atMs: number, exchanges: readonly Exchange[]): [number, number][] {
  return exchanges.map(({ sentNs, end }) => [atMs + sentNs / 1e6, atMs + (sentNs + end.tNs) / 1e6]);
}

/** A response that wasn't read to its end may still be computed: inferrs doesn't stop at a hang-up. */
function leavesWork(last: Exchange | undefined): boolean {
  return last !== undefined && last.end.kind !== "closed" && last.end.kind !== "refused";
}

function toCalls(
  exchanges: readonly Exchange[],
  traces: readonly Trace[],
  logged: readonly (number | null)[],
): Call[] {
  return exchanges.flatMap((exchange, index) => {
    const trace = traces[index];
    if (exchange.kind !== "generate" || trace === undefined) return [];
    const tokens = {
      prompt: trace.usage?.promptTokens ?? logged[index] ?? null,
      output: trace.usage?.outputTokens ?? null,
      first: null,
    };
    return [{ exchange, trace, tokens }];
  });
}
