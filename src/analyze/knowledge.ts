/** What a run has learned of the token counts of cells that send the same bytes. Pure. */
import { type Attempt, attemptsOf, type CellState } from "../journal/state.ts";
import {
  type Calibration,
  lostTokens,
  openQuestion,
  type PlainReply,
  replyOf,
  type StreamedReply,
} from "./calibrate.ts";

/** The cells of the same variant that send the same bytes as this one; itself among them. */
export function twinsOf(cells: Iterable<CellState>, cell: CellState): CellState[] {
  const digest = probeOf(cell)?.requestDigest;
  if (digest === undefined) return [cell];
  return [...cells].filter(
    (each) =>
      each === cell ||
      (each.spec.variant === cell.spec.variant && probeOf(each)?.requestDigest === digest),
  );
}

/** Its first probe that was answered. */
function probeOf(cell: CellState): Attempt | undefined {
  return attemptsOf(cell, "probe").find((probe) => answered(probe));
}

/** A reply that was found to have lost tokens was still an answer. */
function answered(attempt: Attempt): boolean {
  const { kind } = attempt.finding;
  return kind === "pass" || kind === "tokens-lost" || kind === "tool-call-as-text";
}

/** What was learned so far for a cell and its twins. */
export function calibrationOf(cells: Iterable<CellState>, cell: CellState): Calibration {
  const twins = twinsOf(cells, cell);
  const attempts = twins.flatMap((each) => each.attempts);
  return {
    plain: attempts.filter((attempt) => attempt.phase === "calibrate").map(toPlain),
    streamed: firstOfEach(attempts).map(toStreamed),
  };
}

/** One streamed attempt for each prompt: the others say the same. */
function firstOfEach(attempts: readonly Attempt[]): Attempt[] {
  const seen = new Map<number, Attempt>();
  for (const attempt of attempts) {
    const streamed = attempt.phase === "probe" || attempt.phase === "measure";
    if (streamed && answered(attempt) && !seen.has(attempt.variation)) {
      seen.set(attempt.variation, attempt);
    }
  }
  return [...seen.values()];
}

/** A plain request that failed was asked, and taught nothing. */
function toPlain(attempt: Attempt): PlainReply {
  const good = attempt.finding.kind === "pass" || attempt.finding.kind === "empty-reply";
  return {
    variation: attempt.variation,
    limit: attempt.limit,
    calls: !good
      ? []
      : attempt.calls.map(({ trace, exchange }) => ({
          promptTokens: trace.usage?.promptTokens ?? null,
          outputTokens: trace.usage?.outputTokens ?? null,
          maxTokens: exchange.maxTokens ?? null,
          reply: replyOf(trace),
          finishReason: trace.finishReason,
        })),
  };
}

function toStreamed(attempt: Attempt): StreamedReply {
  return {
    variation: attempt.variation,
    calls: attempt.calls.map(({ trace }) => ({
      chunks: trace.chunkMs.length,
      reply: replyOf(trace),
      finishReason: trace.finishReason,
    })),
  };
}

/** What should be asked without streaming next, to count the tokens of a cell's replies. */
export interface Question {
  variation: number;
  limit: number | null;
}

/**
 * The first thing that is not known of a cell's streams and that a plain reply could tell.
 * @returns null when nothing more is to be asked
 */
export function nextQuestion(cells: Iterable<CellState>, cell: CellState): Question | null {
  const known = calibrationOf(cells, cell);
  for (const attempt of firstOfEach(cell.attempts)) {
    for (const [index, call] of attempt.calls.entries()) {
      if ((call.exchange.turn ?? 0) > 0) break;
      const open = openQuestion(call, index, attempt.variation, known);
      if (open !== null) return { variation: attempt.variation, ...open };
    }
  }
  return null;
}

/**
 * Judges again the streams of a prompt whose whole reply is known: one that lost tokens is no pass,
 * however fast it was. Changes the findings in place.
 */
export function judgeLost(cells: Iterable<CellState>, cell: CellState): void {
  const twins = twinsOf(cells, cell);
  const known = calibrationOf(twins, cell);
  if (known.plain.length === 0) return;
  for (const attempt of twins.flatMap((each) => each.attempts)) {
    if (attempt.phase === "calibrate" || attempt.finding.kind !== "pass") continue;
    for (const [index, call] of attempt.calls.entries()) {
      const evidence = lostTokens(call, index, attempt.variation, known);
      if (evidence === null) continue;
      const lagged = (attempt.client?.loopDelayMs ?? 0) >= LOSING_LAG_MS;
      attempt.finding = { kind: lagged ? "client-lagged" : "tokens-lost", evidence };
      break;
    }
  }
}

/** A reader that was kept away for so long may itself be why tokens were dropped. */
const LOSING_LAG_MS = 50;
