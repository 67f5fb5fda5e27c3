/** The providers of a config that can be a local server, and the one that is looked at. Pure. */
import { asArray, asObject, asString } from "../analyze/json.ts";
import { isLocalHost } from "../host/loopback.ts";
import type { Compat } from "../result.ts";

type Json = Record<string, unknown>;

/** A provider with `api: "openai-completions"` and one of its models. */
export interface ProviderTarget {
  /** Key below `models.providers`. */
  provider: string;
  baseUrl: string;
  /** As it stands in the config: it may be a secret. Null: none. */
  apiKey: string | null;
  /** A reference that only OpenClaw itself can resolve (a keychain, a file, a program). */
  keyElsewhere: boolean;
  /** Position of the model in the provider's list; null: it lists none. */
  modelIndex: number | null;
  modelId: string | null;
  reasoning: boolean;
  contextWindow: number | null;
  maxTokens: number | null;
  timeoutSeconds: number | null;
  compat: Compat;
}

export interface Picked {
  /** Null: the config has no provider of this kind. */
  target: ProviderTarget | null;
  /** The others of the kind. */
  others: string[];
  /** Why this one, in words. */
  because: string;
}

/**
 * The primary model's provider where it is on this machine or network, else the first that is. One
 * that is elsewhere may be paid for by the request: it is asked only when it is named.
 * @param config includes and references in place
 * @param wanted `--provider`; it wins
 */
export function pickProvider(config: unknown, wanted: string | null): Picked {
  const providers = asObject(asObject(asObject(config)?.models)?.providers) ?? {};
  const names = Object.keys(providers).filter((name) => speaks(asObject(providers[name])));
  const primary = primaryOf(config);
  const at = primary?.indexOf("/") ?? -1;
  const named = at > 0 ? (primary ?? "").slice(0, at) : null;
  const local = names.filter((name) => isLocal(asString(asObject(providers[name])?.baseUrl) ?? ""));
  const none = (because: string): Picked => ({ target: null, others: names, because });
  const chosen = (name: string, because: string): Picked => ({
    target: targetOf(name, asObject(providers[name]) ?? {}, named === name ? primary : null),
    others: names.filter((each) => each !== name),
    because,
  });
  if (wanted !== null) {
    return names.includes(wanted)
      ? chosen(wanted, "as --provider says")
      : none(`it has no provider ${wanted} with api: openai-completions`);
  }
  if (named !== null && local.includes(named)) return chosen(named, "the primary model's");
  const [first] = local;
  if (first !== undefined) {
    const only =
      local.length === 1 ? "the only one on this machine or network" : "the first local one";
    return chosen(first, `${only}; the primary model is another provider's`);
  }
  return names.length === 0
    ? none("it has no provider with api: openai-completions")
    : none(
        "none of its providers is on this machine or network; one is asked when it is named: --provider NAME",
      );
}

/** `agents.defaults.model`, which may be a text or an object. */
function primaryOf(config: unknown): string | null {
  const model = asObject(asObject(asObject(config)?.agents)?.defaults)?.model;
  return asString(model) ?? asString(asObject(model)?.primary);
}

function speaks(entry: Json | null): boolean {
  if (entry === null || asString(entry.baseUrl) === null) return false;
  const models = asArray(entry.models).map(asObject);
  const api = asString(entry.api);
  return api === "openai-completions" || models.some((each) => each?.api === "openai-completions");
}

function targetOf(provider: string, entry: Json, primary: string | null): ProviderTarget {
  const models = asArray(entry.models).map(asObject);
  const wanted = primary?.slice(primary.indexOf("/") + 1) ?? null;
  const found = models.findIndex((model) => model?.id === wanted);
  const modelIndex = found >= 0 ? found : models.length > 0 ? 0 : null;
  const model = modelIndex === null ? null : (models[modelIndex] ?? null);
  const key = entry.apiKey;
  return {
    provider,
    baseUrl: asString(model?.baseUrl) ?? asString(entry.baseUrl) ?? "",
    apiKey: asString(key),
    keyElsewhere: asObject(key) !== null,
    modelIndex,
    modelId: asString(model?.id) ?? wanted,
    reasoning: model?.reasoning === true,
    contextWindow: whole(model?.contextTokens) ?? whole(model?.contextWindow),
    maxTokens: whole(model?.maxTokens),
    timeoutSeconds: whole(entry.timeoutSeconds),
    compat: (asObject(model?.compat) ?? {}) as Compat,
  };
}

function whole(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
}

function isLocal(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && isLocalHost(new URL(baseUrl).hostname);
}
