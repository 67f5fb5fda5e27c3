/** Why no verdict may be given although figures are there. Pure. */
import type { RunState } from "../../journal/state.ts";
import { BASE, HEAD } from "../../plan/types.ts";
import { list } from "../../report/format.ts";
import { differencesOf } from "./differs.ts";

/** @returns a sentence; null: base and head differ in nothing but what was meant to differ */
export function withheldBecause(state: RunState): string | null {
  const unmeant = differencesOf(state).filter(({ decides, intended }) => decides && !intended);
  const self = state.plan.comparison?.kind === "self";
  if (unmeant.length > 0) {
    const names = list(
      unmeant.map(({ what, base, head }) => `${what} (base ${base}, head ${head})`),
    );
    return self
      ? `Base is head again, and yet the two differ in what decides the figures: ${names}.`
      : `Base and head differ in what decides the figures and was not meant to differ: ${names}. Which of it made a difference can't be told.`;
  }
  const resident = residentVariants(state);
  if (resident.length > 0) {
    return `The restart command of ${list(resident)} left the same process serving: that is one start, however often it ran, and the luck of one start is no difference of the code.`;
  }
  const unsteady = unsteadyVariants(state);
  return unsteady.length === 0
    ? null
    : `${list(unsteady)} did not run with the same choices (quantization, KV bits, device) in every start: the figures of one side are of different things.`;
}

/** Variants whose restart command was seen to restart nothing. */
function residentVariants(state: RunState): string[] {
  return [BASE, HEAD].filter((name) => isWarnedOf(state, name, "not-restarted"));
}

function isWarnedOf({ warnings }: RunState, variant: string, wanted: string): boolean {
  return warnings.some(({ code, text }) => code === wanted && text.startsWith(`${variant}:`));
}

/** Variants whose starts differ among themselves. */
function unsteadyVariants(state: RunState): string[] {
  return [BASE, HEAD].filter((name) => {
    const own = state.starts.filter(({ variant }) => variant === name);
    const devices = new Set(own.flatMap(({ device }) => device ?? []));
    return devices.size > 1 || isWarnedOf(state, name, "choices-differ");
  });
}
