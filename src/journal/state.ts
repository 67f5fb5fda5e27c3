/** What the journal adds up to so far: the scheduler and the Result read this and nothing else. */
import type { Finding } from "../analyze/classify.ts";
import type { Crosscheck } from "../analyze/crosscheck.ts";
import { refusal } from "../analyze/fit/gate.ts";
import type { Fits } from "../analyze/fit/looks.ts";
import type { Call } from "../analyze/metrics.ts";
import type { Moments } from "../analyze/moments.ts";
import { FLAKE_TRIES, OUTCOMES } from "../analyze/outcomes.ts";
import type { ClientTurn } from "../drive/real/types.ts";
import type { EngineExit, GuardMeans, StartFailure } from "../engine/types.ts";
import type { LockedVariant, LockHead } from "../lock/schema.ts";
import type { CellSpec, Plan } from "../plan/types.ts";
import type { Memory, Result, ResultVariant, Warning } from "../result.ts";
import type { AttemptPhase, ClientLoad } from "./events.ts";

/** One attempt at a cell, analysed. */
export interface Attempt {
  phase: AttemptPhase;
  start: number;
  round: number;
  /** Which of the prompts it sent: they differ from round to round. */
  variation: number;
  /** Of a plain request: how many tokens it asked for; null: as many as the stream. */
  limit: number | null;
  finding: Finding;
  /** Its generation requests, in order. */
  calls: Call[];
  /** SHA-256s of the request bodies that were sent, in order, joined by a space. */
  requestDigest: string;
  peak: Memory | null;
  peakVramBytes: number | null;
  /** From when to when, ms since the journal was opened; null in journals of older versions. */
  span: [number, number] | null;
  /** What this tool itself was at meanwhile; null in journals of older versions. */
  client: ClientLoad | null;
  /** Of the real client; null: the requests were our own. */
  turns: ClientTurn[] | null;
}

/** A turn by the client's plain command line. */
export interface Confirmation {
  driver: "infer" | "agent";
  finding: Finding;
  turnMs: number | null;
  clientBeforeMs: number | null;
}

/** One prompt of the ladder, analysed. */
export interface Look {
  start: number;
  /** Prompt tokens that were wanted, and those that the engine counted. */
  rung: number;
  promptTokens: number | null;
  requestBytes: number;
  stream: boolean;
  /** It might have had tools. */
  tools: boolean;
  finding: Finding;
  died: boolean;
  /** Until the prompt was read: TTFT, or the whole of a plain reply of one token. */
  ms: number | null;
  tookMs: number;
  peak: Memory | null;
  peakVramBytes: number | null;
  roomBytes: number | null;
}

export interface CellState {
  spec: CellSpec;
  attempts: Attempt[];
  /** Absent: it was not asked. */
  confirmed?: Confirmation[];
  /** What became of the bodies of a failed real turn, sent by us; absent: they were not. */
  replayed?: Finding;
  /** The client did not take its config: it was not asked. */
  refused?: string;
}

export interface StartState {
  variant: string;
  start: number;
  phase: "probe" | "measure";
  /** In a comparison: its pair of starts; null: none. */
  pair: number | null;
  confirming: boolean;
  rounds: number;
  /** Cells that are measured in it, of a pair's start; null: those of the plan. */
  cells: string[] | null;
  /** Ms since the journal was opened. */
  begunMs: number;
  /** Null while it lives. */
  endedMs: number | null;
  /** It was ended because it hung or did not become idle again. */
  lost: boolean;
  /** The first attempt of this life: its engine was cold. */
  first: { cell: string; attempt: Attempt } | null;
  readyMs: number | null;
  portsTaken: number;
  failure: StartFailure | null;
  /** Null while it lives, and for an attached engine. */
  exit: EngineExit | null;
  peak: Memory | null;
  /** On which device it served; null where nothing says. */
  device: string | null;
  /** False in journals of versions that didn't look. */
  deviceLookedFor: boolean;
  ended: boolean;
}

/** The engine that is up now. */
export interface Live {
  variant: string;
  start: number;
  phase: "probe" | "measure";
  /** False until it is ready. */
  ready: boolean;
  /** It may still be at work on a request that we gave up on. */
  unsettled: boolean;
  /** It took a request and does nothing: waiting for it is of no use. */
  hung: boolean;
  /** It did not become idle again and is being ended. */
  lost: boolean;
}

export interface RungSize {
  rungs: string[];
  /** Null: it could not be captured. */
  bytes: number | null;
  why: string | null;
}

export interface VariantState {
  provisioned: ResultVariant | null;
  /** What pins it; null until it was provisioned, and in older journals. */
  locked: LockedVariant | null;
  /** Why nothing of it can run. */
  failure: string | null;
  /** Failed starts in a row. */
  failedStarts: number;
  restarts: number;
  /** One chat on every route, compared; null until it was asked. */
  crosscheck: Crosscheck | null;
  /** The ladder of prompts so far, and what it foretells. */
  looks: Look[];
  fits: Fits;
  /** Of the engine, as its log says; null: unknown. */
  windowTokens: number | null;
  /** Prompts with rungs of the ladder of remedies, as they were captured. */
  rungSizes: RungSize[];
}

export interface RunState {
  plan: Plan;
  tool: { version: string };
  label: string | null;
  command: string[] | null;
  /** Null in older journals. */
  lockHead: LockHead | null;
  startedAt: string;
  elapsedMs: number;
  environment: Result["environment"];
  estimateMs: number | null;
  openclawConfig: unknown;
  variants: Map<string, VariantState>;
  cells: Map<string, CellState>;
  starts: StartState[];
  live: Live | null;
  settleRequests: number;
  crosscheckRequests: number;
  /** How the engines are kept within bounds; null until one was started. */
  guard: GuardMeans | null;
  /** How long the run waited for its turn on this machine; null: it needed none, or not yet. */
  lockWaitMs: number | null;
  /** How long fetching and preparing engines and models took. */
  provisionMs: number;
  /** When the next of them began at the earliest, ms since the journal was opened. */
  provisionFromMs: number;
  /** How long looking at the machine took, before the first engine. */
  momentMs: number;
  /** When something was fetched, an engine was starting or a request in flight, ms since the journal was opened. */
  busy: [number, number][];
  /** Null in journals of older versions, and for what a killed run never came to. */
  moments: Moments;
  warnings: Warning[];
  interrupted: string | null;
  stopped: "time-budget" | null;
  failed: string | null;
  ended: boolean;
}

/** Attempts of a phase. */
export function attemptsOf(cell: CellState, phase: AttemptPhase): Attempt[] {
  return cell.attempts.filter((attempt) => attempt.phase === phase);
}

/**
 * A cell is retired when it has never passed and has met one failure as often as the table says, or
 * so many failures of any kind that it hardly can be a flake. One pass keeps it.
 */
export function isRetired(cell: CellState): boolean {
  const findings = attemptsOf(cell, "probe").map((probe) => probe.finding);
  if (findings.some((finding) => finding.kind === "pass")) return false;
  if (findings.length >= FLAKE_TRIES) return true;
  return findings.some((finding) => {
    const needed = finding.transient ? FLAKE_TRIES : OUTCOMES[finding.kind].settledBy;
    return findings.filter((other) => other.kind === finding.kind).length >= needed;
  });
}

/** It has been probed enough: it is either retired or worth measuring. */
export function isProbed(cell: CellState, probes: number): boolean {
  return isRetired(cell) || (attemptsOf(cell, "probe").length >= probes && hasPassed(cell));
}

/** Some probe of it passed. */
export function hasPassed(cell: CellState): boolean {
  return attemptsOf(cell, "probe").some((probe) => probe.finding.kind === "pass");
}

/** Planned cells that may still be asked something. */
export function liveCellsLeft(state: RunState): CellState[] {
  return [...state.cells.values()].filter(
    (cell) =>
      cell.spec.applicable &&
      cell.spec.rung === undefined &&
      !isRetired(cell) &&
      refusal(state, cell) === null,
  );
}
