/** The plan: everything a run will do, fixed before anything is started. Plain data. */

import type { TurnKind } from "../drive/real/types.ts";
import type { InferrsSpec } from "../provision/inferrs/spec.ts";
import type { OpenClawSpec } from "../provision/openclaw/types.ts";
import type { Compat, MetricName } from "../result.ts";
import type { LookPlan } from "./ladder.ts";
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
  /** `synthetic`: a folder of random weights that this tool wrote; absent: it is not known to be. */
  | { kind: "directory"; path: string; synthetic?: true }
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
  /** Its own client, where it isn't the plan's; absent: the plan's. */
  openclaw?: OpenClawSpec | null;
  /** Of an attached engine: the command that restarts it, by the user's shell; null or absent: none. */
  restartCommand?: string | null;
}

/** Base is measured against head, in pairs of starts. Both names have four letters: equal paths. */
export const BASE = "base";
export const HEAD = "head";

export interface ComparisonPlan {
  /** `self`: base is head again, to see what this machine can tell. */
  kind: "variants" | "self";
  /** Options in which the two differ on purpose, by name, as given with `--base`. */
  intended: string[];
  /** The relative change that matters (0.05 is 5%), by metric; `default` for those without one. */
  thresholds: Partial<Record<MetricName | "loadMs", number>> & { default: number };
  /** Rounds of a start, fixed by the user; null: by what a start costs, once that is known. */
  rounds: number | null;
}

export interface CellSpec {
  id: string;
  variant: string;
  scenario: string;
  compat: Compat;
  /** Settings of the client by path, with JSON values; absent in older journals: none. */
  settings?: Record<string, unknown>;
  /** Bytes of its largest request, where they are known before it is sent. */
  requestBytes?: number;
  /** How many turns are in flight at once; absent in older journals: one. */
  load?: Load;
  /** It stands on the ladder of remedies; absent: it was planned. */
  rung?: RungCell;
  /** `ask`: it is probed and measured. Else it never runs, and this says why. */
  applicable: boolean;
  /** Of head in a comparison: base's cell that it is compared with; absent: none. */
  base?: string;
}

/** Which rungs are in force, and for what: the turn that failed, or a session that must survive. */
export interface RungCell {
  rungs: string[];
  part: "turn" | "session";
}

/** What the ladder of remedies starts from: the client's config as it is. */
export interface RemedyPlan {
  /** Key below `models.providers`. */
  provider: string;
  /** Compat flags of the config. */
  compat: Compat;
  /** Values that the rungs would change, by path; what isn't set is not there. */
  current: Record<string, unknown>;
  /** Agents with entries of their own. */
  agents: string[];
  /** The scenario whose session grows until it is compacted; null: it isn't asked. */
  session: string | null;
  /** Prompts that are captured at most. */
  most: number;
}

export interface Plan {
  /** Who takes the turns: our own scripted requests, bodies captured from the client, or the client. */
  turn?: TurnKind;
  /** Which client; null or absent: none is needed. */
  openclaw?: OpenClawSpec | null;
  /** Real turns are asked again by the client's plain command line, once for each combination. */
  confirm?: boolean;
  variants: VariantSpec[];
  /** Of two variants, `base` and `head`; null or absent: there is one, and nothing to compare. */
  comparison?: ComparisonPlan | null;
  scenarios: Scenario[];
  cells: CellSpec[];
  /** Measured engine starts of each variant, in a comparison at most; 1 for an attached engine. */
  starts: number;
  /** Measured rounds in each start. */
  rounds: number;
  maxTokens: number | null;
  /** Longest silence of a request, ms. */
  timeoutMs: number;
  timeBudgetMs: number | null;
  memoryLimitBytes: number | null;
  /** The ladder of remedies; null or absent: it isn't climbed. */
  remedies?: RemedyPlan | null;
  /** The ladder of prompts that tells what fits; absent in older journals: none. */
  look?: LookPlan;
  seed: number;
  /** Times an engine that died is started again, over the whole run. */
  maxRestarts: number;
  keepBodies: boolean;
}

/** Random weights can't do what they are asked: an answer is all that is wanted of them. */
export function isJudged(variant: VariantSpec): boolean {
  return !isSynthetic(variant);
}

/** Whether its weights are random: written for the run, or lying in a folder from before. */
export function isSynthetic({ model }: Pick<VariantSpec, "model">): boolean {
  return model.kind === "synthetic" || (model.kind === "directory" && model.synthetic === true);
}

/** Equal for cells that differ in their scenario (and load) alone: the client has one config for them. */
export function combinationKey({ variant, compat, settings }: CellSpec): string {
  return JSON.stringify([variant, compat, settings ?? {}]);
}

/** How many probes a cell gets before anything else. */
export const PROBES = 2;

/** What a run is about: in a comparison `head`, else its one variant. */
export function mainVariantOf({ variants }: Plan): VariantSpec | undefined {
  return variants.find((variant) => variant.name === HEAD) ?? variants[0];
}

/** An attached engine has no process, no log, and can't be restarted. */
export function isAttached(variant: VariantSpec): boolean {
  return variant.engine.kind === "external";
}
