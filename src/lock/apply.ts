/** `--locked`: the options are the lock's, and what is given beside it says where things are. */
import { basename } from "node:path";
import { InputError } from "../inputs/error.ts";
import type { Options } from "../inputs/options.ts";
import { OPTION_TABLE, type OptionName, type OptionRow, type RawOptions } from "../inputs/table.ts";
import { isLocked } from "./options.ts";
import { baseItem, isScenarioPath } from "./read-command.ts";
import type { Lock, LockedVariant } from "./schema.ts";

/**
 * @param locked the options of the lock's command
 * @param beside what was given with `--locked`
 * @throws InputError that names every option which would change what is measured
 */
export function withLocked(lock: Lock, locked: RawOptions, beside: RawOptions): RawOptions {
  const refused: string[] = [];
  const merged: RawOptions = { ...locked };
  for (const row of OPTION_TABLE as readonly OptionRow[]) {
    const name = row.name as OptionName;
    const value = beside[name];
    if (value === undefined || name === "command") continue;
    if (!isLocked(row)) merged[name] = value;
    else if (name === "base") refused.push(...putBase(lock, merged, listOf(value)));
    else if (name === "scenario") refused.push(...putScenarios(merged, listOf(value)));
    else if (isPlace(lock, locked, name)) merged[name] = value;
    else refused.push(`--${name}`);
  }
  if (refused.length === 0) return merged;
  throw new InputError({
    input: "--locked",
    value: `${[...new Set(refused)].join(", ")} beside it`,
    expected:
      "the lock's own options: beside it stand what changes nothing that is measured (--out, --label, --fail-on, --history, …), and where this machine has a file that the lock pins by its digest",
    mend: "Leave them out; or make another lock: inferrs-bench run … --plan --lock.",
  });
}

/** The lock pins what it is, or says that nothing does, and not where it is. */
function isPlace(lock: Lock, locked: RawOptions, name: OptionName): boolean {
  if (name === "openclaw-config") return locked[name] !== undefined;
  const head = lock.variants.find((variant) => variant.name === "head");
  return head !== undefined && isPlaceOf(head, name);
}

function isPlaceOf({ engine, model, openclaw }: LockedVariant, name: string): boolean {
  if (name === "inferrs") return engine.kind === "path" || engine.kind === "url";
  if (name === "model") return model.kind === "directory";
  if (name === "openclaw-version") return openclaw !== null && openclaw.integrity === null;
  return name === "base-url" && engine.kind === "external";
}

function putBase(lock: Lock, merged: RawOptions, items: readonly string[]): string[] {
  const base = lock.variants.find((variant) => variant.name === "base");
  return items.flatMap((item) => {
    const [key] = baseItem(item);
    const all = listOf(merged.base);
    const at = all.findIndex((each) => baseItem(each)[0] === key);
    if (at < 0 || base === undefined || !isPlaceOf(base, key)) return [`--base ${key}`];
    merged.base = all.with(at, item);
    return [];
  });
}

/** A scenario of one's own is known by its file's name. */
function putScenarios(merged: RawOptions, items: readonly string[]): string[] {
  return items.flatMap((item) => {
    const all = listOf(merged.scenario);
    const at = all.findIndex(
      (each) => isScenarioPath(each) && basename(each) === basename(item) && isScenarioPath(item),
    );
    if (at < 0) return [`--scenario ${item}`];
    merged.scenario = all.with(at, item);
    return [];
  });
}

function listOf(value: RawOptions[OptionName]): string[] {
  return Array.isArray(value) ? value : [];
}

/** The options of a variant, with `latest`, `main` and the like as the lock found them. */
export function pinned(options: Options, lock: LockedVariant | undefined): Options {
  if (lock === undefined) return options;
  const { engine, model, openclaw } = options;
  const own: Partial<Options> = {};
  if (engine.kind === "inferrs" && lock.engine.kind === "release") {
    const { version } = lock.engine;
    own.engine = { ...engine, inferrs: { kind: "version", version } };
  }
  // What is on PATH where the lock was made may be missing here: the newest release is no stand-in.
  if (
    lock.engine.kind === "path" &&
    engine.kind === "inferrs" &&
    engine.inferrs.kind === "default"
  ) {
    own.engine = { ...engine, inferrs: { kind: "path", path: "inferrs" } };
  }
  if (model.kind === "hub" && lock.model.kind === "hub") {
    const { commit, ggufFile, tokenizer } = lock.model;
    const { tokenizerSource = null } = model;
    const source = tokenizer === null ? null : (tokenizerSource ?? tokenizer.id);
    own.model = { ...model, revision: commit, ggufFile, tokenizerSource: source };
  }
  if (openclaw !== null && lock.openclaw !== null && lock.openclaw.integrity !== null) {
    own.openclaw = { kind: "version", version: lock.openclaw.version };
  }
  return { ...options, ...own };
}

/** The commit that a name stood for when the lock was made. */
export function withPinnedRef(raw: RawOptions, lock: Lock): RawOptions {
  const base = lock.variants.find((variant) => variant.name === "base");
  if (!Array.isArray(raw.base) || base?.engine.kind !== "built") return raw;
  const { commit } = base.engine;
  return {
    ...raw,
    base: raw.base.map((item) => (baseItem(item)[0] === "ref" ? `ref=${commit}` : item)),
  };
}
