/** What fits, for the Result: the ladder, its curves, the longest prompt, and each scenario's turn. Pure. */
import type { CellState, Look, RunState, VariantState } from "../../journal/state.ts";
import { clientWaitsMs } from "../../plan/client-limits.ts";
import { nextLook } from "../../plan/ladder.ts";
import { climbing } from "../../plan/remedies/climbing.ts";
import type { LadderEnd, ResultCell, VariantFit } from "../../result.ts";
import { rungsOf } from "../remedies/rungs.ts";
import { longestPrompt } from "./longest.ts";
import { memoryKind, roomBytes, tokensIn } from "./looks.ts";
import { observedOf, seenOf, withinSeen } from "./observed.ts";
import { type AskedTurn, fitTurns } from "./turns.ts";

/** @returns null where no ladder was asked */
export function fitOf(
  state: RunState,
  cells: readonly ResultCell[],
  clientTimeoutMs: number | null,
): VariantFit[] | null {
  const fits = [...state.variants].flatMap(([name, variant]) =>
    variant.looks.length === 0 ? [] : [toFit(state, name, variant, cells, clientTimeoutMs)],
  );
  return fits.length === 0 ? null : fits;
}

function toFit(
  state: RunState,
  name: string,
  variant: VariantState,
  cells: readonly ResultCell[],
  clientTimeoutMs: number | null,
): VariantFit {
  const { looks, fits } = variant;
  const kind = memoryKind(looks);
  const memoryBytes = roomBytes(state, looks);
  const { windowTokens } = variant;
  const clientMs = clientTimeoutMs ?? clientWaitsMs(state.plan, name);
  const limits = { limitBytes: memoryBytes, windowTokens, timeLimitMs: clientTimeoutMs };
  const turns = turnsOf(state, name, variant, cells);
  const observed = observedOf(looks, turns);
  const bare: VariantFit = {
    variant: name,
    ladder: {
      end: endOf(state, name),
      tookMs: looks.reduce((sum, { tookMs }) => sum + tookMs, 0),
      budgetMs: state.plan.look?.budgetMs ?? 0,
      untilItBreaks: state.plan.look?.untilItBreaks ?? false,
    },
    points: looks.map((look) => ({
      rung: look.rung,
      promptTokens: look.promptTokens,
      requestBytes: look.requestBytes,
      ms: look.ms,
      peakBytes: kind === "vram" ? look.peakVramBytes : (look.peak?.bytes ?? null),
      outcome: look.finding.kind,
      evidence: look.finding.evidence,
    })),
    memory: fits.memory === null || kind === null ? null : { kind, curve: fits.memory.curve },
    time: fits.time === null ? null : { curve: fits.time.curve },
    limits: {
      memoryBytes,
      machineBytes: kind === null ? null : state.environment.memoryBytes,
      windowTokens,
      clientMs,
      clientFrom: clientTimeoutMs === null ? "default" : "config",
    },
    longest: withinSeen(longestPrompt(fits, limits), observed, looks),
    observed,
    turns: [],
    sentence: null,
  };
  return fitTurns(bare, turns);
}

function endOf(state: RunState, name: string): LadderEnd {
  const next = nextLook(state, name);
  return next?.kind === "over" ? next.end : "interrupted";
}

/** Each scenario's largest prompt; where some are without tools, the largest of those, too. */
function turnsOf(
  state: RunState,
  name: string,
  { looks }: VariantState,
  cells: readonly ResultCell[],
): AskedTurn[] {
  interface Asked {
    title: string;
    cell: CellState;
    bytes: number;
    counted: number | null;
    /** All that send it. */
    ids: string[];
  }
  const groups = new Map<string, Asked>();
  for (const cell of state.cells.values()) {
    const { spec } = cell;
    const bytes = bytesOf(cell);
    if (spec.variant !== name || !spec.applicable || bytes === null) continue;
    // Those of the ladder of remedies follow in its order.
    if (spec.rung !== undefined) continue;
    const toolsOff = spec.compat.supportsTools === false && hasTools(state, spec.scenario);
    const title = toolsOff ? `${spec.scenario} without tools` : spec.scenario;
    const known = groups.get(title);
    const ids = [...(known?.ids ?? []), spec.id];
    const asked = { title, cell, bytes, counted: countedIn(cell), ids };
    // Combinations differ by a few bytes: one that was counted knows more than one that wasn't.
    const better =
      known === undefined ||
      (asked.counted ?? 0) > (known.counted ?? 0) ||
      (known.counted === null && bytes > known.bytes);
    groups.set(title, better ? asked : { ...known, ids });
  }
  const planned = [...groups.values()].map(({ title, cell, bytes, counted, ids }): AskedTurn => {
    const seen = cells.find(({ id }) => id === cell.spec.id);
    const sent = cells.filter(({ id }) => ids.includes(id));
    return {
      name: title,
      requestBytes: bytes,
      promptTokens: counted ?? tokensIn(looks, bytes).value,
      tokensSource: counted === null ? "estimated" : "measured",
      measuredBytes: seen?.peakMemory?.bytes ?? null,
      measuredMs: least(sent),
      seen: seenOf(sent.map(({ outcome }) => outcome.kind)),
    };
  });
  return [...planned, ...rungTurns(state, name, looks, cells)];
}

/** The failed turn's prompt at each rung of the ladder of remedies that was captured. */
function rungTurns(
  state: RunState,
  name: string,
  looks: readonly Look[],
  cells: readonly ResultCell[],
): AskedTurn[] {
  const climbed = climbing(state, name);
  const sizes = state.variants.get(name)?.rungSizes ?? [];
  if (climbed === null) return [];
  return sizes.flatMap(({ rungs, bytes }): AskedTurn[] => {
    if (bytes === null) return [];
    const titles = rungsOf(climbed.ladder, rungs).map(({ title }) => title);
    const tried = climbed.tried.find((each) => each.rungs.join() === rungs.join());
    const counted = tried === undefined ? null : countedIn(tried.cell);
    const seen = cells.find(({ id }) => id === tried?.cell.spec.id);
    return [
      {
        name: titles.join(", "),
        requestBytes: bytes,
        promptTokens: counted ?? tokensIn(looks, bytes).value,
        tokensSource: counted === null ? "estimated" : "measured",
        measuredBytes: seen?.peakMemory?.bytes ?? null,
        seen: seenOf(seen === undefined ? [] : [seen.outcome.kind]),
      },
    ];
  });
}

/** Until its prompt was read, at most: a plain reply is there when all of it is. */
function least(cells: readonly ResultCell[]): number | null {
  const times = cells.flatMap(({ metrics }) => {
    const read = metrics.ttftMs ?? metrics.totalMs ?? metrics.turnMs;
    return read == null ? [] : [read.median];
  });
  return times.length === 0 ? null : Math.min(...times);
}

/** Tokens of its longest prompt; null where none was counted. */
function countedIn({ attempts }: CellState): number | null {
  const counts = attempts.flatMap(({ calls }) =>
    calls.flatMap(({ tokens }) => (tokens.prompt === null ? [] : [tokens.prompt])),
  );
  return counts.length === 0 ? null : Math.max(...counts);
}

function bytesOf(cell: CellState): number | null {
  const sent = cell.attempts.flatMap(({ calls }) =>
    calls.map(({ exchange }) => exchange.requestBytes),
  );
  return sent.length > 0 ? Math.max(...sent) : (cell.spec.requestBytes ?? null);
}

function hasTools(state: RunState, scenario: string): boolean {
  const found = state.plan.scenarios.find(({ name }) => name === scenario);
  return (found?.tools.length ?? 0) + (found?.turns.length ?? 0) > 0;
}
