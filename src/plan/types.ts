/** The plan: everything a run will do, fixed before anything is started. Plain data. */
import type { InferrsSpec } from "../provision/inferrs/spec.ts";
import type { Compat } from "../result.ts";
import type { Load } from "./load.ts";
import type { Scenario } from "./scenario.ts";

export type EngineSpec =
  /** `sha256`: what the user says that the archive, or the file of a path, must be. */
  | { kind: "inferrs"; inferrs: InferrsSpec; sha256: string | null }
  | { kind: "external"; baseUrl: string; apiKeyEnv: string | null }
  | { kind: "sim"; knobs: string[] };

export type ModelSpec =
  | {
      kind: "hub";
      id: string;
      /** Branch, tag or commit; absent in older journals: main. */
      revision?: string;
      ggufFile?: string | null;
      tokenizerSource?: string | null;
    }
  | { kind: "directory"; path: string }
  | { kind: "synthetic"; seed: number }
  /** Whatever an attached engine serves; an id narrows it. */
  | { kind: "served"; id: string | null };

export type Device = "auto" | "cpu" | "cuda" | "metal";

/** One thing under test. */
export interface VariantSpec {
  name: string;
  engine: EngineSpec;
  model: ModelSpec;
  device: Device;
  serverArgs: string[];
}

export interface CellSpec {
  id: string;
  variant: string;
  scenario: string;
  compat: Compat;
  /** How many turns are in flight at once; absent in older journals: one. */
  load?: Load;
  /** `ask`: it is probed and measured. Else it never runs, and this says why. */
  applicable: boolean;
}

export interface Plan {
  variants: VariantSpec[];
  scenarios: Scenario[];
  cells: CellSpec[];
  /** Measured engine starts of each variant; 1 for an attached engine. */
  starts: number;
  /** Measured rounds in each start. */
  rounds: number;
  maxTokens: number | null;
  /** Longest silence of a request, ms. */
  timeoutMs: number;
  timeBudgetMs: number | null;
  memoryLimitBytes: number | null;
  seed: number;
  /** Times an engine that died is started again, over the whole run. */
  maxRestarts: number;
  keepBodies: boolean;
}

/** How many probes a cell gets before anything else. */
export const PROBES = 2;

/** An attached engine has no process, no log, and can't be restarted. */
export function isAttached(variant: VariantSpec): boolean {
  return variant.engine.kind === "external";
}
