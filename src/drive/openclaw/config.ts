/**
 * The OpenClaw config: the guide's own, the user's merged over it, and what we write out for the
 * user to merge back. Pure. No secret of the user's config gets past {@link mergeOpenClawConfig}.
 */
import JSON5 from "json5";
import { InputError } from "../../inputs/error.ts";
import { suggest } from "../../inputs/parse.ts";
import type { Compat, CompatValue } from "../../result.ts";
import { COMPAT_FLAGS, type CompatFlag } from "./compat-flags.ts";
import { parsePath, withValue } from "./path.ts";

type Json = Record<string, unknown>;

/** What of the merged config concerns the model under test, free of secrets. */
export interface OpenClawConfig {
  /** Key below `models.providers`. */
  provider: string;
  /** The provider's entry without its models. */
  providerEntry: Json;
  /** The model's entry. */
  modelEntry: Json;
  /** Alias of the model, if it has one. */
  alias: Json;
  /** Compat flags of the merged config that change a request: what every cell starts from. */
  baseCompat: Compat;
  /** Compat flags of the guide's config. */
  guideCompat: Compat;
  /** A literal secret stood in the user's config and was replaced by a reference. */
  redacted: boolean;
}

/** The reference that stands in for a literal secret. */
export const SECRET_REFERENCE = "${INFERRS_BENCH_API_KEY}";

/**
 * @param base the config of OpenClaw's guide (bench/openclaw.json5)
 * @param user the user's own, or null
 * @param flags `known`: those of this tool's own list, which scripted turns can apply; `any`: the
 *   client itself says which there are
 * @throws InputError when the user's config has no object where one belongs, or an unknown compat flag
 */
export function mergeOpenClawConfig(
  base: unknown,
  user: unknown,
  flags: "known" | "any" = "known",
): OpenClawConfig {
  const guide = pick(asObject(base, "the base config"));
  if (user === null || user === undefined) {
    return {
      ...guide,
      baseCompat: compatOf(guide.modelEntry),
      guideCompat: compatOf(guide.modelEntry),
      redacted: false,
    };
  }
  const own = asObject(user, "the whole file");
  const picked = pick(deepMerge(asObject(base, "the base config"), own) as Json);
  const before = JSON.stringify([picked.providerEntry, picked.modelEntry]);
  const providerEntry = redact(picked.providerEntry, guide.providerEntry) as Json;
  const modelEntry = redact(picked.modelEntry, guide.modelEntry) as Json;
  return {
    ...picked,
    providerEntry,
    modelEntry,
    baseCompat: compatOf(picked.modelEntry, flags),
    guideCompat: compatOf(guide.modelEntry),
    redacted: before !== JSON.stringify([providerEntry, modelEntry]),
  };
}

/** The whole of it, as the client itself would get it, free of secrets. */
export function redactedConfig(base: unknown, user: unknown): unknown {
  return redact(user === null || user === undefined ? base : deepMerge(base, user), base);
}

/** The provider and model under test: those of `agents.defaults.model.primary`, else the guide's. */
function pick(config: Json) {
  const defaults = at(config, "agents", "defaults");
  const model = defaults?.model;
  const primary = String(typeof model === "string" ? model : (at(model)?.primary ?? "inferrs/"));
  const providers = at(config, "models", "providers") ?? {};
  const named = primary.split("/")[0] ?? "inferrs";
  const provider = providers[named] === undefined ? "inferrs" : named;
  const entry = asObject(providers[provider] ?? {}, `models.providers.${provider}`);
  const { models, ...providerEntry } = entry;
  const list = Array.isArray(models) ? models : [];
  const wanted = primary.slice(primary.indexOf("/") + 1);
  const found = list.find((each) => (each as Json | null)?.id === wanted) ?? list[0] ?? {};
  const modelEntry = asObject(found, `models.providers.${provider}.models`);
  const called = at(defaults, "models", primary)?.alias;
  const alias = typeof called === "string" ? { alias: called } : {};
  return {
    provider,
    providerEntry: only(providerEntry, PROVIDER_KEYS),
    modelEntry: only(modelEntry, MODEL_KEYS),
    alias,
  };
}

/** What of the entries is written out; anything else is the user's own and stays with the user. */
const PROVIDER_KEYS = ["baseUrl", "apiKey", "api", "timeoutSeconds", "headers"];
const MODEL_KEYS = [
  "id",
  "name",
  "api",
  "reasoning",
  "input",
  "cost",
  "contextWindow",
  "contextTokens",
  "maxTokens",
  "compat",
];

function only(entry: Json, keys: string[]): Json {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => keys.includes(key)));
}

/** Flags that change a request; an unknown one is an error, as it is for OpenClaw itself. */
function compatOf(entry: Json, flags: "known" | "any" = "known"): Compat {
  const compat = asObject(entry.compat ?? {}, "compat");
  if (flags === "any") {
    const plain = Object.entries(compat).filter((pair): pair is [string, CompatValue] =>
      isPlain(pair[1]),
    );
    return Object.fromEntries(plain);
  }
  const known: Compat = {};
  for (const [name, value] of Object.entries(compat)) {
    const row = COMPAT_FLAGS[name];
    if (row === undefined) {
      throw new InputError({
        input: "--openclaw-config",
        value: `compat.${name}`,
        expected: "a compat flag that OpenClaw knows",
        mend: suggest(name, Object.keys(COMPAT_FLAGS)),
      });
    }
    if (row.effect !== "applied") continue;
    known[name] = checked(name, row, value);
  }
  return known;
}

/** What a table can show; a flag that is an object is in the client's config all the same. */
function isPlain(value: unknown): value is CompatValue {
  const list = Array.isArray(value) && value.every((each) => typeof each === "string");
  return list || typeof value === "boolean" || typeof value === "string";
}

/** A value of the flag's own type: a wrong one would be found only when all is measured. */
function checked(name: string, row: CompatFlag, value: unknown): CompatValue {
  if (row.type === "boolean" && typeof value === "boolean") return value;
  const texts = Array.isArray(value) && value.every((each) => typeof each === "string");
  if (row.type === "list" && texts) return value as string[];
  if (Array.isArray(row.type) && typeof value === "string" && row.type.includes(value))
    return value;
  throw new InputError({
    input: `--openclaw-config compat.${name}`,
    value: String(JSON.stringify(value)),
    expected:
      row.type === "boolean"
        ? "true or false"
        : row.type === "list"
          ? "a list of texts"
          : row.type.join(" or "),
    mend: "",
  });
}

/**
 * Our settings only, ready to merge into OpenClaw's config: model, provider, compat flags.
 * @param what modelId and baseUrl null: as they are in the config; settings by path
 */
export function renderOpenClawConfig(
  config: OpenClawConfig,
  what: {
    modelId: string | null;
    baseUrl: string | null;
    compat: Compat;
    /** Other settings by path, as they stand in the user's config. */
    settings?: Readonly<Record<string, unknown>>;
    header: string[];
  },
): string {
  const id = what.modelId ?? String(config.modelEntry.id ?? "");
  const reference = `${config.provider}/${id}`;
  const ownName = config.modelEntry.id === id;
  const compat = { ...asObject(config.modelEntry.compat ?? {}, "compat"), ...what.compat };
  const { compat: _, ...entry } = config.modelEntry;
  const named = ownName ? entry : { ...entry, id, name: `${id} (inferrs)` };
  let value: unknown = {
    agents: {
      defaults: {
        model: { primary: reference },
        models: { [reference]: ownName ? config.alias : {} },
      },
    },
    models: {
      mode: "merge",
      providers: {
        [config.provider]: {
          ...config.providerEntry,
          ...(what.baseUrl === null ? {} : { baseUrl: what.baseUrl }),
          models: [{ ...named, compat }],
        },
      },
    },
  };
  for (const [name, set] of Object.entries(what.settings ?? {})) {
    const path = parsePath(name);
    // Null: as it is by default. The one model that is written here is the first, wherever it stands in the user's list.
    const here = path?.map((key, at) => (at === 4 && path[3] === "models" ? 0 : key));
    if (here !== undefined && set !== null) value = withValue(value, here, set);
  }
  const header = config.redacted
    ? [
        ...what.header,
        `Keys of your own config are not written here: ${SECRET_REFERENCE} stands for them.`,
      ]
    : what.header;
  const comment = header
    .map((line) => `// ${line.replace(/[\r\n\u2028\u2029]+/g, " ")}\n`)
    .join("");
  return `${comment}${compact(JSON5.stringify(value, { space: 2, quote: '"' }))}\n`;
}

/** Puts short lists and objects on one line, as one would write them by hand. */
function compact(text: string): string {
  for (let before = ""; ; ) {
    before = text;
    text = text.replace(/([{[])\n\s+([^{}[\]]*?),\n\s*([}\]])/g, (whole, open, inner) => {
      const line = inner.replace(/\n\s+/g, " ");
      if (line.length > 70) return whole;
      return open === "{" ? `{ ${line} }` : `[${line}]`;
    });
    if (text === before) return text;
  }
}

/** User over base; lists are replaced, but for models, whose entries are matched by id. */
export function deepMerge(base: unknown, user: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(user)) return mergeLists(base, user);
  if (!isObject(base) || !isObject(user)) return user === undefined ? base : user;
  const merged: Json = { ...base };
  for (const [key, value] of Object.entries(user)) {
    if (key !== "__proto__") merged[key] = deepMerge(base[key], value);
  }
  return merged;
}

function mergeLists(base: unknown[], user: unknown[]): unknown[] {
  const withIds = [...base, ...user].every((each) => isObject(each) && typeof each.id === "string");
  if (!withIds) return user;
  return user.map((each) => {
    const same = base.find((other) => isObject(other) && isObject(each) && other.id === each.id);
    return same === undefined ? { ...(base[0] as Json), ...(each as Json) } : deepMerge(same, each);
  });
}

/** Keys whose values are secret wherever they stand; references like ${NAME} are none. */
const SECRET_KEY = /key$|token$|secret|passw|authorization|cookie|credential|bearer/i;
const REFERENCE = /^\$\{[^}]+\}$/;
/** Objects whose values are secret whatever their keys are. */
const HOLDERS = /^(headers|env|auth|request)$/i;

/** Whether a value that is put in at a path would be a secret in plain text. */
export function isPlainSecret(path: readonly (string | number)[], value: unknown): boolean {
  if (typeof value === "string") {
    const secret = path.some((key) => SECRET_KEY.test(String(key)) || HOLDERS.test(String(key)));
    return secret && !REFERENCE.test(value);
  }
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, inner]) => isPlainSecret([...path, key], inner));
}

/** Replaces what is secret; what stands just so in the guide's own config is not. */
function redact(value: unknown, guide: unknown, key = "", inHeaders = false): unknown {
  if (typeof value === "string") {
    if (value === guide || REFERENCE.test(value)) return value;
    if (SECRET_KEY.test(key) || inHeaders) return SECRET_REFERENCE;
    return withoutCredentials(value);
  }
  if (Array.isArray(value)) return value.map((each) => redact(each, undefined, key, inHeaders));
  if (!isObject(value)) return value;
  const theirs = isObject(guide) ? guide : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const hidden = inHeaders || HOLDERS.test(name);
      return [name, redact(inner, theirs[name], name, hidden)];
    }),
  );
}

/** A URL keeps neither user name, password nor query. */
function withoutCredentials(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.username === "" && url.password === "" && url.search === "") return text;
  url.username = "";
  url.password = "";
  url.search = "";
  return url.toString();
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(value: unknown, ...path: string[]): Json | null {
  const found = path.reduce<unknown>(
    (each, key) => (isObject(each) ? each[key] : undefined),
    value,
  );
  return isObject(found) ? found : null;
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
