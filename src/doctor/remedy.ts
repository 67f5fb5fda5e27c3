/** The least costly settings for this server and this machine, by the ladder of remedies. */
import { join } from "node:path";
import { asObject } from "../analyze/json.ts";
import { type ClimbState, climb, type PromptSize, settingsOf } from "../analyze/remedies/climb.ts";
import { type Fitting, fittingOf, sessionFits } from "../analyze/remedies/fitting.ts";
import { toRecommendation } from "../analyze/remedies/recommendation.ts";
import {
  type LadderContext,
  ladder,
  type Rung,
  type RungSetting,
} from "../analyze/remedies/rungs.ts";
import { mergeOpenClawConfig, renderOpenClawConfig } from "../drive/openclaw/config.ts";
import { assetPath } from "../host/assets.ts";
import { readJson5 } from "../inputs/config-file.ts";
import type { Compat, OutcomeKind, Recommendation } from "../result.ts";
import { identitySettings } from "./identity.ts";
import { type UserConfig, valueOfPath } from "./user-config.ts";

const LEAST_MAX_TOKENS = 4096;

/** A turn with some rungs in force, and what fits the machine beside them. */
export interface TriedTurn {
  rungs: readonly string[];
  /** With the config's own. */
  compat: Compat;
  settings: readonly RungSetting[];
  keepsTools: boolean;
  /** Of its longest prompt; null: not known. */
  size: PromptSize | null;
}

export interface RemedyFacts {
  config: UserConfig | null;
  servedId: string;
  /** Null: as in the config. */
  baseUrl: string | null;
  sizeOf(rungs: readonly string[]): PromptSize | null;
  sizesFrom: string;
  fits(size: PromptSize): boolean | null;
  longestTokens: number | null;
  /** Upper bound, ms; null: not known. */
  prefillMs(tokens: number): number | null;
  /** What a turn with these flags comes to; `pass` where nothing speaks against it. */
  turnWith(tried: TriedTurn): Promise<OutcomeKind>;
  /** Flags that were seen to be needed: they are in force from the first turn on. */
  learned: Compat;
  /** How long the client waits for a silent server where nothing is configured. */
  defaultTimeoutSeconds: number;
  header: readonly string[];
}

export interface Remedied {
  /** Ids of the chosen rungs; none: as configured, or nothing mends it. */
  rungs: readonly string[];
  /** Null: no rung mends it. */
  recommendation: Recommendation | null;
  /** Why none does. */
  because: string | null;
}

/** The rungs for a user's config, or for the guide's where there is none. */
export function ladderFor(config: UserConfig | null): { context: LadderContext; rungs: Rung[] } {
  const target = config?.picked.target ?? null;
  const context: LadderContext = {
    provider: target?.provider ?? "inferrs",
    modelIndex: target?.modelIndex ?? 0,
    current: (path) => (config === null ? undefined : valueOfPath(config.config, path)),
    agents: Object.keys(
      asObject(config === null ? null : valueOfPath(config.config, "agents.entries")) ?? {},
    ),
  };
  return { context, rungs: ladder(context) };
}

/** Climbs until a rung works by what the steps have shown and the fit foretells. */
export async function remedy(facts: RemedyFacts): Promise<Remedied> {
  const { context, rungs } = ladderFor(facts.config);
  const configured = facts.config?.picked.target?.compat ?? {};
  const mended: Record<string, OutcomeKind> = {};
  const fitting = (ids: readonly string[]) => fittingFor(facts, context, ids);
  const tried: { rungs: readonly string[]; outcome: OutcomeKind }[] = [];
  const window = facts.config?.picked.target?.contextWindow ?? null;
  const state: ClimbState = {
    ladder: rungs,
    tried,
    sizeOf: facts.sizeOf,
    fits: (size) => sessionFits(facts, size, window),
    fitting: (ids) => fitting(ids).settings,
  };
  // What fits the machine is set whatever else is: what is tried is what is recommended.
  const attempt = async (ids: readonly string[]) => {
    const fit = fitting(ids).settings;
    const all = settingsOf(rungs, fit.length === 0 ? ids : [...ids, "fitting"], fit);
    const compat: Compat = { ...configured, ...all.compat };
    const keepsTools = compat.supportsTools !== false;
    const size = facts.sizeOf(ids);
    const { settings } = all;
    const outcome = await facts.turnWith({ rungs: ids, compat, settings, keepsTools, size });
    tried.push({ rungs: ids, outcome });
  };
  const needed = rungs.filter(({ compat }) => isPart(compat, facts.learned));
  for (const rung of needed) mended[rung.id] = rung.mends[0] ?? "http-error";
  await attempt(needed.map(({ id }) => id));
  let step = climb(state);
  while (step.kind === "try") {
    mended[step.rung.id] = tried.at(-1)?.outcome ?? "not-run";
    await attempt(step.rungs);
    step = climb(state);
  }
  if (step.kind === "none") return { rungs: [], recommendation: null, because: step.because };
  const recommendation = toRecommendation(rungs, step.rungs, {
    provider: context.provider,
    modelIndex: context.modelIndex,
    mended,
    sizeOf: facts.sizeOf,
    sizesFrom: facts.sizesFrom,
    fitting: fitting(step.rungs),
    configured,
    render: ({ compat, settings }) => render(facts, compat, settings),
  });
  const identity = identitySettings(facts.config, facts.servedId);
  const settings = [...identity, ...recommendation.settings];
  const [named] = identity;
  const because =
    named === undefined
      ? recommendation.because
      : `The config names the served model: ${facts.servedId}.${recommendation.settings.length === 0 ? "" : ` ${recommendation.because}`}`;
  return {
    rungs: step.rungs,
    recommendation: { ...recommendation, settings, because },
    because: null,
  };
}

function isPart(part: Compat, whole: Compat): boolean {
  const entries = Object.entries(part);
  return (
    entries.length > 0 &&
    entries.every(([flag, value]) => JSON.stringify(whole[flag]) === JSON.stringify(value))
  );
}

function fittingFor(facts: RemedyFacts, context: LadderContext, ids: readonly string[]): Fitting {
  const target = facts.config?.picked.target ?? null;
  return fittingOf({
    provider: context.provider,
    modelIndex: context.modelIndex,
    longestTokens: facts.longestTokens,
    promptTokens: facts.sizeOf(ids)?.tokens ?? null,
    prefillMs: facts.prefillMs,
    contextWindow: target?.contextWindow ?? null,
    maxTokens: target?.maxTokens ?? LEAST_MAX_TOKENS,
    timeoutSeconds: target?.timeoutSeconds ?? null,
    defaultTimeoutSeconds: facts.defaultTimeoutSeconds,
  });
}

/** Over the user's own provider, or the guide's: only what belongs to the model under test. */
function render(
  facts: RemedyFacts,
  compat: Compat,
  settings: readonly { path: string; value: unknown }[],
): string {
  const config = mergeOpenClawConfig(guideConfig(), underTest(facts.config));
  return renderOpenClawConfig(config, {
    modelId: facts.servedId,
    baseUrl: facts.baseUrl,
    compat,
    settings: Object.fromEntries(settings.map(({ path, value }) => [path, value])),
    header: [...facts.header],
  });
}

/** The provider entry of OpenClaw's guide. */
export function guideConfig(): unknown {
  return readJson5("bench/openclaw.json5", join(assetPath("bench"), "openclaw.json5"), "");
}

/** The user's config with the provider under test as the primary model's; null: there is none. */
export function underTest(config: UserConfig | null): unknown {
  const target = config?.picked.target ?? null;
  if (config === null || target === null) return null;
  const primary = `${target.provider}/${target.modelId ?? ""}`;
  const whole = asObject(config.config) ?? {};
  const agents = asObject(whole.agents) ?? {};
  const defaults = asObject(agents.defaults) ?? {};
  return { ...whole, agents: { ...agents, defaults: { ...defaults, model: { primary } } } };
}
