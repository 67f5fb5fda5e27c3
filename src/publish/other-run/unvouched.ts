/**
 * A result that a stranger may have written, made fit to be shown under our name: what a reader might
 * copy or follow is ours or not there. Figures, evidence and names stay as they were reported. Pure.
 */
import { OUTCOMES } from "../../analyze/outcomes.ts";
import { COMPAT_FLAGS } from "../../drive/openclaw/compat-flags.ts";
import type { Compat, Result } from "../../result.ts";

/** In place of the settings to copy. */
const NOT_SHOWN =
  "// Not shown: another run's artifact has them, and whoever wrote the pull request may have written it.\n// Read openclaw.json5 there before you use it.";

export function unvouched(result: Result): Result {
  const { recommendation, cells } = result;
  return {
    ...result,
    // Both would be commands to paste.
    command: null,
    lock: null,
    recommendation: recommendation && {
      ...recommendation,
      compat: knownFlags(recommendation.compat),
      settings: [],
      openclawConfig: NOT_SHOWN,
    },
    cells: cells.map((cell) => {
      const { meaning, remedy } = OUTCOMES[cell.outcome.kind];
      return { ...cell, outcome: { ...cell.outcome, meaning, remedy } };
    }),
  };
}

function knownFlags(compat: Compat): Compat {
  const isKnown = ([name, value]: [string, unknown]): boolean => {
    const type = Object.hasOwn(COMPAT_FLAGS, name) ? COMPAT_FLAGS[name]?.type : undefined;
    if (Array.isArray(type)) return type.includes(value);
    return type === "boolean" && typeof value === "boolean";
  };
  return Object.fromEntries(Object.entries(compat).filter(isKnown));
}
