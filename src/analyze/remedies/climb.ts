/**
 * Which rung is tried next, and which is chosen. Pure: the loop around it is
 *
 *     while ((step = climb(state)).kind === "try") {
 *       state.tried.push({ rungs: step.rungs, outcome: await turnWith(step.rungs) });
 *     }
 */
import type { Compat, OutcomeKind } from "../../result.ts";
import { OUTCOMES } from "../outcomes.ts";
import { type Rung, type RungSetting, rungsOf } from "./rungs.ts";

/** What a capture of the prompt with these rungs says of its size. */
export interface PromptSize {
  bytes: number;
  /** Null: not counted. */
  tokens: number | null;
}

export interface Tried {
  /** Ids of the rungs that were in force, in order; none: as configured. */
  rungs: readonly string[];
  /** Of the whole turn. `not-run`: it was not sent, because it doesn't fit. */
  outcome: OutcomeKind;
}

export interface ClimbState {
  ladder: readonly Rung[];
  /** In order, the first as configured. */
  tried: readonly Tried[];
  /** Size of the turn's longest prompt with these rungs; null: it was not captured. */
  sizeOf(rungs: readonly string[]): PromptSize | null;
  /** Whether the fit allows such a prompt; null: can't be told. */
  fits(size: PromptSize): boolean | null;
  /** Settings of the rung `fitting`, from the fit; empty: nothing to set. */
  fitting(rungs: readonly string[]): readonly RungSetting[];
}

export type Climb =
  | { kind: "try"; rungs: string[]; rung: Rung }
  | { kind: "chosen"; rungs: string[]; keepsTools: boolean }
  | { kind: "none"; outcome: OutcomeKind; because: string };

/** The next combination of rungs to try; the first that passes is chosen. */
export function climb(state: ClimbState): Climb {
  const last = state.tried.at(-1);
  if (last === undefined) throw new Error("a turn as configured comes first");
  if (last.outcome === "pass") {
    const keepsTools = rungsOf(state.ladder, last.rungs).every((rung) => rung.keepsTools);
    return { kind: "chosen", rungs: [...last.rungs], keepsTools };
  }
  // A prompt that was not sent because it is too long is mended by what makes it shorter.
  const failure = last.outcome === "not-run" ? "out-of-memory" : last.outcome;
  const from = position(state.ladder, last.rungs);
  let standing = last.rungs;
  for (const [index, rung] of state.ladder.entries()) {
    if (!rung.mends.includes(failure) || standing.includes(rung.id)) continue;
    // A flag of form may be needed at any time; of the rest none is gone back to.
    if (rung.level > 1 && index <= from) continue;
    const rungs = joined(state.ladder, standing, rung);
    const use = useOf(state, rung, rungs, standing);
    if (use === "try" && !wasTried(state, rungs)) return { kind: "try", rungs, rung };
    // It shortens the prompt, though not enough: the rungs above stand on it.
    if (use === "helps") standing = rungs;
  }
  const { meaning, remedy } = OUTCOMES[failure];
  const because = `No setting of OpenClaw's mends it. ${meaning} ${remedy ?? ""}`.trim();
  return { kind: "none", outcome: failure, because };
}

/** Flags and settings of a combination together; a later rung wins. */
export function settingsOf(
  ladder: readonly Rung[],
  rungs: readonly string[],
  fitting: readonly RungSetting[] = [],
): { compat: Compat; settings: RungSetting[] } {
  const chosen = rungsOf(ladder, rungs);
  const compat: Compat = Object.assign({}, ...chosen.map((rung) => rung.compat));
  const settings = new Map<string, unknown>();
  for (const rung of chosen) {
    const own = rung.id === "fitting" ? fitting : rung.settings;
    for (const { path, value } of own) settings.set(path, value);
  }
  return { compat, settings: [...settings].map(([path, value]) => ({ path, value })) };
}

/** Flags of form and the fitting figures change a prompt by a few bytes at most. */
export function sizeKey(ladder: readonly Rung[], rungs: readonly string[]): string {
  return rungsOf(ladder, rungs)
    .filter(({ level }) => level === 2 || level === 4)
    .map(({ id }) => id)
    .join();
}

/** What was in force stays, but for what the new rung makes pointless; in the ladder's order. */
function joined(ladder: readonly Rung[], before: readonly string[], rung: Rung): string[] {
  const kept = before.filter((id) => !rung.replaces.includes(id));
  return rungsOf(ladder, [...kept, rung.id]).map(({ id }) => id);
}

/** How far up it is, flags of form aside. */
function position(ladder: readonly Rung[], rungs: readonly string[]): number {
  return ladder.findLastIndex((rung) => rung.level > 1 && rungs.includes(rung.id));
}

function wasTried({ tried }: ClimbState, rungs: readonly string[]): boolean {
  return tried.some((each) => each.rungs.join() === rungs.join());
}

/** `vain`: it changes nothing that matters; `helps`: the prompt gets shorter, but still doesn't fit. */
function useOf(
  state: ClimbState,
  rung: Rung,
  rungs: readonly string[],
  before: readonly string[],
): "try" | "helps" | "vain" {
  if (rung.id === "fitting") return state.fitting(before).length === 0 ? "vain" : "try";
  if (rung.level === 1) return "try";
  const size = state.sizeOf(rungs);
  if (size === null) return "try";
  const now = state.sizeOf(before);
  if (rung.level === 2 && now !== null && size.bytes >= now.bytes) return "vain";
  return state.fits(size) === false ? "helps" : "try";
}
