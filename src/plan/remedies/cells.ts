/** Cells of the ladder of remedies: the failed turn, or a session, with rungs in force. Pure. */
import { settingsOf } from "../../analyze/remedies/climb.ts";
import {
  CLIENT_CHARACTERS_PER_TOKEN,
  COMPACTS_AT,
  type Fitting,
  LEAST_WINDOW,
} from "../../analyze/remedies/fitting.ts";
import { modelPath } from "../../analyze/remedies/rungs.ts";
import type { CellState, RunState } from "../../journal/state.ts";
import type { CellSpec } from "../types.ts";
import { distance, same } from "./combination.ts";
import type { Facts } from "./facts.ts";

/** The failed turn with these rungs in force. */
export function cellOf(facts: Facts, rungs: string[], fitting: Fitting): CellSpec {
  const { from, whole } = facts;
  const { variant, scenario, load } = from.spec;
  const all = settingsOf(whole, rungs, fitting.settings);
  return {
    id: [variant, scenario, `rungs=${rungs.join("+")}`].join("/"),
    variant,
    scenario,
    ...withSettings(from.spec, all),
    ...(load === undefined ? {} : { load }),
    applicable: true,
    rung: { rungs, part: "turn" },
  };
}

function withSettings(
  spec: CellSpec,
  { compat, settings }: ReturnType<typeof settingsOf>,
): Pick<CellSpec, "compat" | "settings"> {
  const set = Object.fromEntries(settings.map(({ path, value }) => [path, value]));
  return { compat: { ...spec.compat, ...compat }, settings: { ...spec.settings, ...set } };
}

/** What the messages of the session's scenario add up to. */
const SESSION_BYTES = 21_000;

/** Of what the session's messages add, so much must take it over the mark. */
const SURE_TO_GROW = 0.75;

/** A window that it certainly fills, in the client's tokens. */
export const FILLED_WINDOW = Math.max(
  LEAST_WINDOW,
  Math.ceil((SESSION_BYTES * SURE_TO_GROW) / CLIENT_CHARACTERS_PER_TOKEN / COMPACTS_AT),
);

/**
 * A session that grows until it is compacted, with what would be recommended. Its window is the
 * recommended one, or where that is beyond what the session can fill, a smaller one.
 */
export function sessionOf(facts: Facts, rungs: string[], fitting: Fitting): CellSpec | null {
  const { state, remedies, from, whole } = facts;
  const scenario = remedies.session;
  if (scenario === null || state.plan.turn !== "real" || !facts.roomWanted) return null;
  const { variant } = from.spec;
  const all = settingsOf(whole, [...rungs, "fitting"], fitting.settings);
  const made = withSettings(from.spec, all);
  const path = `${modelPath(facts.context)}.contextWindow`;
  const wanted = made.settings?.[path] ?? remedies.current[path];
  const window = typeof wanted === "number" ? Math.min(wanted, FILLED_WINDOW) : FILLED_WINDOW;
  return {
    id: [variant, scenario, `rungs=${rungs.join("+")}`].join("/"),
    variant,
    scenario,
    compat: made.compat,
    settings: { ...made.settings, [path]: window },
    applicable: true,
    rung: { rungs, part: "session" },
  };
}

/** Planned or tried with just these flags and settings. */
export function cellLike(state: RunState, spec: CellSpec): CellState | null {
  const own = state.cells.get(spec.id);
  if (own !== undefined) return own;
  for (const cell of state.cells.values()) {
    const other = cell.spec;
    if (other.variant !== spec.variant || other.scenario !== spec.scenario) continue;
    if (!other.applicable || !same(other.load, spec.load)) continue;
    if (distance({ ...other, settings: {} }, spec.compat) > 0) continue;
    if (sameSettings(other.settings ?? {}, spec.settings ?? {})) return cell;
  }
  return null;
}

function sameSettings(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const paths = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...paths].every((path) => same(a[path], b[path]));
}
