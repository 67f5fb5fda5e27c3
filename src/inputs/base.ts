/** `--base KEY=VALUE`: base's options are head's own with some of them replaced. */
import { BASE_KEYS, ENGINE_KEYS, isList, REF, readBaseKey, SELF } from "./base-keys.ts";
import { InputError } from "./error.ts";
import type { OptionName, RawOptions } from "./table.ts";

export type GivenBase =
  /** Base is head again. */
  | { kind: "self" }
  | {
      kind: "variants";
      /** What was given, by option; an empty text or list takes head's own away. */
      own: RawOptions;
      /** A commit of the user's repository; null: none was named. */
      ref: string | null;
      /** Keys in the order in which they were first given. */
      keys: string[];
    };

/**
 * @returns null where nothing is compared
 * @throws InputError for a key that describes no variant, one given twice, or `self` beside others
 */
export function readBase(raw: RawOptions): GivenBase | null {
  const items = Array.isArray(raw.base) ? raw.base.map((item) => item.trim()) : [];
  if (items.length === 0) return null;
  if (items.some((item) => item === SELF)) {
    if (items.every((item) => item === SELF)) return { kind: "self" };
    throw new InputError({
      input: "--base",
      value: SELF,
      expected: `${SELF} alone: base is then head again, and nothing differs`,
      mend: "Leave one of the two out.",
    });
  }
  const texts = new Map<string, string[]>();
  for (const item of items) {
    const at = item.indexOf("=");
    const key = readBaseKey(at < 0 ? item : item.slice(0, at).trim(), item);
    if (at < 0) throw withoutValue(key);
    const values = texts.get(key) ?? [];
    if (values.length > 0 && (key === REF || !isList(key))) throw twice(key, item);
    texts.set(key, [...values, item.slice(at + 1).trim()]);
  }
  const own: RawOptions = {};
  for (const [key, values] of texts) {
    if (key === REF) continue;
    const name = key as OptionName;
    own[name] = isList(name) ? values.filter((value) => value !== "") : (values[0] ?? "");
  }
  const ref = texts.get(REF)?.[0] ?? null;
  if (ref === "") throw withoutValue(REF);
  return { kind: "variants", own, ref, keys: [...texts.keys()] };
}

/** Given for base, it isn't about what these of head's are about. */
const WITH: Partial<Record<OptionName, readonly OptionName[]>> = {
  inferrs: ["inferrs-sha256"],
  model: ["revision", "gguf-file", "tokenizer-source"],
  "base-url": ["restart-command"],
};

/**
 * Base's options: head's, with those that were given in their place. What belongs to head's engine or
 * model alone isn't taken over where base has another: a digest, a revision, the flags of an engine of
 * another kind.
 */
export function baseOptions(head: RawOptions, own: RawOptions): RawOptions {
  const kind = kindGiven(own);
  const other = kind !== null && kind !== kindOf(head);
  const names = Object.keys(own) as OptionName[];
  const left = new Set<string>([
    ...names.flatMap((name) => WITH[name] ?? []),
    ...(other ? ENGINE_KEYS : []),
  ]);
  // Values in force over head's matrix, not axes of their own.
  const { compat: _compat, setting: _setting, ...given } = own;
  const taken = Object.entries(head).filter(([name]) => !left.has(name));
  return { ...Object.fromEntries(taken), ...(other ? { engine: kind } : {}), ...given };
}

type Kind = "inferrs" | "external" | "sim";

function kindOf({ engine = "", "base-url": url = "" }: RawOptions): Kind {
  return kindGiven({ engine, "base-url": url }) ?? "inferrs";
}

/** By the options that only one kind has; null: none of them was given. */
function kindGiven(raw: RawOptions): Kind | null {
  const has = (name: OptionName) => String(raw[name] ?? "") !== "";
  if (has("engine")) return String(raw.engine) as Kind;
  if (has("base-url")) return "external";
  if (has("inferrs")) return "inferrs";
  return has("sim") ? "sim" : null;
}

/** An error in base's options that names them as they were given; any other as it is. */
export function ofBase(error: unknown, own: RawOptions): unknown {
  if (!(error instanceof InputError) || /^--base( |$)/.test(error.input)) return error;
  const key = error.input.replace(/^--/, "");
  const { value, expected, mend } = error;
  const inherited = !Object.hasOwn(own, key) && BASE_KEYS.some((name) => name === key);
  const away = `Base takes it over from head: --base ${key}= takes it away there. ${mend}`;
  return new InputError({
    input: `--base ${key}`,
    value,
    expected,
    mend: inherited ? away : mend,
  });
}

function withoutValue(key: string): InputError {
  return new InputError({
    input: "--base",
    value: key,
    expected: `KEY=VALUE, or ${SELF}`,
    mend:
      key === REF
        ? `For example --base ${REF}=main.`
        : `For example --base ${key}=VALUE; with nothing after the = base has the default.`,
  });
}

function twice(key: string, item: string): InputError {
  return new InputError({
    input: "--base",
    value: item,
    expected: `${key} once: it has one value`,
    mend: "Leave one of the two out.",
  });
}
