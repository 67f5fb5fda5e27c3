/**
 * How large the prompts are that the real client sends, told by captures of them: each combination of
 * flags and settings once, because scenarios differ by little more than their own words.
 */
import type { CapturedTurns } from "./drive/real/captures.ts";
import { CaptureRefused } from "./drive/real/client.ts";
import { spreadTurns } from "./drive/real/spread.ts";
import { SetupError } from "./inputs/error.ts";
import type { Scenario } from "./plan/scenario.ts";
import { type CellSpec, combinationKey, type Plan } from "./plan/types.ts";

export interface PlannedSizes {
  cells: { cell: string; requestBytes: number }[];
  /** Of the cells that were captured themselves. */
  bodies: [cell: string, CapturedTurns][];
  /** Why some have no size; null where all have. */
  why: string | null;
}

type Capture = (cell: CellSpec, scenario: Scenario) => Promise<CapturedTurns>;

export function promptSizer(plan: Plan, capture: Capture) {
  const scenarios = plan.scenarios.filter(({ turns }) => turns.length > 0);
  const taken = scenarios.filter(({ name }) =>
    plan.cells.some(({ scenario }) => scenario === name),
  );
  /** The first turn of the one that takes the fewest words: the rest of a session adds its words. */
  const reference = taken.map(begun).toSorted((a, b) => wordsOf(a) - wordsOf(b))[0];
  /** A replay is captured anyway, scenario by scenario. */
  const capturedFor = (cell: CellSpec) =>
    plan.turn === "replayed" ? scenarios.find(({ name }) => name === cell.scenario) : reference;
  const sizeFrom = (cell: CellSpec, turns: CapturedTurns): number => {
    const bytes = Math.max(...turns.flat().map((body) => Buffer.byteLength(body)));
    const own = scenarios.find(({ name }) => name === cell.scenario);
    const from = capturedFor(cell);
    return own === undefined || from === undefined ? bytes : bytes + wordsOf(own) - wordsOf(from);
  };
  return {
    async planned(): Promise<PlannedSizes> {
      const sizes: PlannedSizes = { cells: [], bodies: [], why: null };
      const known = new Map<string, CapturedTurns>();
      for (const cell of plan.cells) {
        const scenario = capturedFor(cell);
        if (!cell.applicable || scenario === undefined) continue;
        const key = `${combinationKey(cell)} ${scenario.name}`;
        try {
          const turns = known.get(key) ?? (await capture(cell, scenario));
          known.set(key, turns);
          sizes.cells.push({ cell: cell.id, requestBytes: sizeFrom(cell, turns) });
          if (cell.scenario === scenario.name) sizes.bodies.push([cell.id, turns]);
        } catch (error) {
          // An outcome of its own cells; the others may be taken.
          if (error instanceof CaptureRefused) continue;
          if (!(error instanceof SetupError)) throw error;
          // The turns themselves will show what is wrong; asking on would take minutes each time.
          const text = `Which turns fit can't be told beforehand: ${error.message}`;
          return { ...sizes, why: text.endsWith(".") ? text : `${text}.` };
        }
      }
      return sizes;
    },
    /** Of a cell that may not be planned. */
    async of(cell: CellSpec): Promise<{ bytes: number } | { bytes: null; why: string }> {
      const scenario = capturedFor(cell);
      if (scenario === undefined) return { bytes: null, why: "no scenario has turns" };
      try {
        return { bytes: sizeFrom(cell, await capture(cell, scenario)) };
      } catch (error) {
        if (!(error instanceof SetupError || error instanceof CaptureRefused)) throw error;
        return { bytes: null, why: error.message };
      }
    },
  };
}

function begun(scenario: Scenario): Scenario {
  const turns = scenario.turns.slice(0, 1).map((turn) => ({ ...turn, repeat: 1 }));
  const whole = turns.length === scenario.turns.length && scenario.turns[0]?.repeat === 1;
  return whole ? scenario : { ...scenario, turns, digest: `${scenario.digest}/first-turn` };
}

/** Bytes of what a session's last prompt holds of the scenario's own: all that was said in it. */
function wordsOf(scenario: Scenario): number {
  return spreadTurns(scenario.turns).reduce(
    (sum, { message, script }) =>
      sum + Buffer.byteLength(JSON.stringify(message)) + Buffer.byteLength(JSON.stringify(script)),
    0,
  );
}
