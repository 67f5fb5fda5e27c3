/**
 * The config that the real client gets for a cell: the user's over the guide's, the cell's flags and
 * settings in it, the provider under test pointed at our proxy, and everything by which it would
 * reach anything else taken out or off. Pure. It may hold secrets: it goes into the client's own
 * home and nowhere else.
 */
import { InputError } from "../../inputs/error.ts";
import type { ClientHome } from "../../provision/openclaw/types.ts";
import type { Compat } from "../../result.ts";
import { deepMerge } from "./config.ts";
import { parsePath, valueAt, withValue } from "./path.ts";

type Json = Record<string, unknown>;

export interface ClientConfigInputs {
  /** The config of OpenClaw's guide (bench/openclaw.json5). */
  base: unknown;
  /** The user's own with its includes read, else null. */
  user: unknown;
  compat: Compat;
  /** By path, with JSON values; null: as it is in the config. */
  settings: Record<string, unknown>;
  /** Where the provider under test is to be asked: the proxy's URL, with /v1. */
  baseUrl: string;
  /** Id under which the engine serves the model; null: the config's own. */
  modelId: string | null;
  home: Pick<ClientHome, "workspaceDir" | "logPath">;
  /** Where the gateway listens; absent: no gateway is started with it. */
  gateway?: { port: number; token: string };
}

export interface ClientConfig {
  config: Json;
  /** `provider/model`, as the client names what is under test. */
  reference: string;
  provider: string;
  modelId: string;
  /** What of the user's config is not used, by path: it would reach other things than the engine. */
  leftOut: string[];
}

/** What of the user's config makes the turn what it is; everything else is left out. */
const KEPT = ["$schema", "meta", "env", "secrets", "auth", "models", "agents", "tools"];
const KEPT_TOO = ["skills", "session", "messages", "commands", "memory"];

/** Models for other work: they are other providers' mostly, and would be asked beside the one under test. */
const OTHER_MODELS = [
  ...["utilityModel", "decisionModel", "imageModel", "mediaModels", "voiceModel"],
  ...["pdfModel", "modelPolicy"],
];

/** What of an agent says where it lives. */
const PLACES = ["workspace", "cwd", "agentDir", "sessionStore", "repoRoot", "sandbox", "heartbeat"];

/** The provider and model under test. */
export interface UnderTest {
  provider: string;
  modelId: string;
}

/**
 * @throws InputError when the provider under test doesn't speak `openai-completions`, or a setting's
 *   path can't be set
 */
export function clientConfig(inputs: ClientConfigInputs): ClientConfig {
  const { base, user, compat, settings, home } = inputs;
  const leftOut: string[] = [];
  const own = keep(asObject(user ?? {}, "the whole file"), leftOut);
  const merged = deepMerge(base, own) as Json;
  const { provider, modelId: configured } = underTest(merged);
  const modelId = inputs.modelId ?? configured;
  const reference = `${provider}/${modelId}`;
  const entry = providerEntry(merged, provider, { ...inputs, configured, modelId }, leftOut);
  const agents = agentsOf(merged, `${provider}/${configured}`, reference, leftOut);
  const models = {
    mode: "merge",
    ...asObject(merged.models ?? {}, "models"),
    providers: { [provider]: entry },
  };
  let config: unknown = { ...merged, models, agents };
  for (const [path, value] of Object.entries(settings)) config = set(config, path, value, inputs);
  // Flags win over a setting of the whole model entry.
  config = withCompat(config, provider, compat);
  config = deepMerge(config, isolation(home, inputs.gateway));
  return { config: config as Json, reference, provider, modelId, leftOut };
}

/** The provider of `agents.defaults.model.primary` where it is configured, else the guide's. */
export function underTest(merged: unknown): UnderTest {
  const model = valueAt(merged, ["agents", "defaults", "model"]);
  const named = typeof model === "string" ? model : valueAt(model, ["primary"]);
  const primary = typeof named === "string" ? named : "inferrs/";
  const at = primary.indexOf("/");
  const providers = asObject(valueAt(merged, ["models", "providers"]) ?? {}, "models.providers");
  const first = at < 0 ? primary : primary.slice(0, at);
  const provider = Object.hasOwn(providers, first) ? first : "inferrs";
  const entry = asObject(providers[provider] ?? {}, `models.providers.${provider}`);
  const list = Array.isArray(entry.models) ? (entry.models as Json[]) : [];
  const wanted = primary.slice(at + 1);
  const found = list.find((each) => each.id === wanted) ?? list[0];
  const api = String(found?.api ?? entry.api ?? "none");
  if (api !== "openai-completions") {
    throw new InputError({
      input: "--openclaw-config",
      value: `models.providers.${provider} with api ${api}`,
      expected: 'a provider with api: "openai-completions" as the one under test',
      mend: "Point agents.defaults.model.primary at one that speaks it: inferrs has no other API.",
    });
  }
  return { provider, modelId: String(found?.id ?? wanted) };
}

function keep(user: Json, leftOut: string[]): Json {
  const kept: Json = {};
  for (const [key, value] of Object.entries(user)) {
    if (!KEPT.includes(key) && !KEPT_TOO.includes(key)) leftOut.push(key);
    else kept[key] = value;
  }
  const env = kept.env;
  if (isObject(env)) {
    const { shellEnv, ...rest } = env;
    if (shellEnv !== undefined) leftOut.push("env.shellEnv");
    kept.env = rest;
  }
  return kept;
}

/** The provider with its one model; other providers and models are none of this run's business. */
function providerEntry(
  merged: Json,
  provider: string,
  inputs: ClientConfigInputs & { configured: string; modelId: string },
  leftOut: string[],
): Json {
  const { configured, modelId, baseUrl } = inputs;
  const providers = asObject(valueAt(merged, ["models", "providers"]), "models.providers");
  for (const name of Object.keys(
    asObject(valueAt(inputs.user, ["models", "providers"]) ?? {}, "models.providers"),
  )) {
    if (name !== provider) leftOut.push(`models.providers.${name}`);
  }
  // A service is started by whoever serves, and a proxy would lead past ours.
  const { models, localService, ...entry } = asObject(
    providers[provider],
    `models.providers.${provider}`,
  );
  if (localService !== undefined) leftOut.push(`models.providers.${provider}.localService`);
  const list = Array.isArray(models) ? (models as Json[]) : [];
  const { baseUrl: _, ...model } = list.find((each) => each.id === configured) ?? list[0] ?? {};
  const named =
    configured === modelId ? model : { ...model, id: modelId, name: `${modelId} (inferrs)` };
  return { ...entry, baseUrl, models: [named] };
}

function agentsOf(merged: Json, configured: string, reference: string, leftOut: string[]): Json {
  const agents = asObject(merged.agents ?? {}, "agents");
  const defaults = asObject(agents.defaults ?? {}, "agents.defaults");
  const kept: Json = {};
  for (const [key, value] of Object.entries(defaults)) {
    if (OTHER_MODELS.includes(key) || PLACES.includes(key)) leftOut.push(`agents.defaults.${key}`);
    else kept[key] = value;
  }
  const model = isObject(kept.model) ? kept.model : {};
  if (Array.isArray(model.fallbacks) && model.fallbacks.length > 0) {
    leftOut.push("agents.defaults.model.fallbacks");
  }
  const known = asObject(kept.models ?? {}, "agents.defaults.models");
  kept.model = { primary: reference };
  kept.models = { [reference]: known[configured] ?? {} };
  const main = mainAgent(asObject(agents.entries ?? {}, "agents.entries"), leftOut);
  return { defaults: kept, ...(main === null ? {} : { entries: { main } }) };
}

/** The default agent, which takes the turns as `main`; the others have none to take. */
function mainAgent(entries: Json, leftOut: string[]): Json | null {
  const agents = Object.entries(entries).filter((each): each is [string, Json] =>
    isObject(each[1]),
  );
  const chosen =
    agents.find(([, { default: first }]) => first === true) ??
    agents.find(([id]) => id === "main") ??
    agents[0];
  for (const [id] of agents) if (id !== chosen?.[0]) leftOut.push(`agents.entries.${id}`);
  if (chosen === undefined) return null;
  const [id, agent] = chosen;
  const kept: Json = {};
  for (const [key, value] of Object.entries(agent)) {
    if (["model", "models", "default", ...OTHER_MODELS, ...PLACES].includes(key)) {
      if (key !== "default") leftOut.push(`agents.entries.${id}.${key}`);
    } else kept[key] = value;
  }
  return kept;
}

function withCompat(config: unknown, provider: string, compat: Compat): unknown {
  const path = ["models", "providers", provider, "models", 0, "compat"];
  const before = valueAt(config, path);
  return withValue(config, path, { ...(isObject(before) ? before : {}), ...compat });
}

/** One setting; what we must keep in our hands can't be one. */
function set(config: unknown, text: string, value: unknown, inputs: ClientConfigInputs): unknown {
  const path = parsePath(text);
  const wrong = (expected: string, mend: string) =>
    new InputError({ input: "--setting", value: text, expected, mend });
  if (path === null) {
    throw wrong(
      "a path into OpenClaw's config",
      'For example agents.defaults.skills, or models.providers["my.one"].timeoutSeconds.',
    );
  }
  if (value === null) return config;
  const ours = valueAt(isolation(inputs.home, { port: 0, token: "" }), path);
  if (ours !== undefined && !isObject(ours)) {
    throw wrong(
      "a setting that may be set",
      "inferrs-bench sets it itself, so that the client stays in its own folder and reaches nothing but the engine.",
    );
  }
  if (path[0] === "models" && path.includes("baseUrl")) {
    throw wrong("a setting that may be set", "Which server is asked is said with --base-url.");
  }
  return withValue(config, path, value);
}

/** What is ours whatever the user's config says. */
export function isolation(
  home: ClientConfigInputs["home"],
  gateway: ClientConfigInputs["gateway"],
): Json {
  return {
    logging: { file: home.logPath },
    update: { checkOnStart: false, auto: { enabled: false } },
    telemetry: { enabled: false },
    discovery: { mdns: { mode: "off" } },
    cron: { enabled: false },
    models: { catalogRefresh: { enabled: false } },
    agents: {
      defaults: {
        workspace: home.workspaceDir,
        heartbeat: { every: "0m" },
        sandbox: { mode: "off" },
      },
    },
    tools: { fs: { workspaceOnly: true } },
    gateway: {
      mode: "local",
      bind: "loopback",
      controlUi: { enabled: false },
      ...(gateway === undefined
        ? {}
        : {
            port: gateway.port,
            auth: { mode: "token", token: gateway.token },
            http: { endpoints: { chatCompletions: { enabled: true } } },
          }),
    },
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: unknown, place: string): Json {
  if (isObject(value)) return value;
  throw new InputError({
    input: "--openclaw-config",
    value: place,
    expected: "an object there",
    mend: "See bench/openclaw.json5 for the shape.",
  });
}
