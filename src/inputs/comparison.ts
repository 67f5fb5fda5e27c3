/** Base's options beside head's, and what a comparison of the two is to go by. */
import type { ComparisonPlan } from "../plan/types.ts";
import { baseOptions, type GivenBase, ofBase, readBase } from "./base.ts";
import { isList, REF, SELF } from "./base-keys.ts";
import { InputError } from "./error.ts";
import { type AxisText, type Options, readAxis, readOptions } from "./options.ts";
import { readSettings } from "./settings.ts";
import { OPTION_TABLE, type OptionName, type OptionRow, type RawOptions } from "./table.ts";
import { readThresholds } from "./thresholds.ts";

/** One thing that was given for base, in the user's words. */
export interface GivenDifference {
  what: string;
  base: string;
  head: string;
}

export interface ComparedOptions {
  base: Options;
  /** What was given for base, by option. */
  own: RawOptions;
  comparison: ComparisonPlan;
  /** Base's commit, by the name that was given; null: none was. */
  ref: string | null;
  /** What was given for base, and what head has; empty where base is head again. */
  differs: GivenDifference[];
}

/**
 * @param head the options as they were read for head
 * @returns null where nothing is compared; `--threshold` is checked in any case
 * @throws InputError for what is wrong with base, or with the two together
 */
export function readComparison(
  raw: RawOptions,
  head: Options,
  machine: { env: NodeJS.ProcessEnv; memoryBytes: number; gpuBytes: number },
): ComparedOptions | null {
  const thresholds = readThresholds(listOf(raw, "threshold"));
  const given = readBase(raw);
  if (given === null) return null;
  const rounds = typeof raw.rounds === "string" && raw.rounds !== "" ? head.rounds : null;
  const base = given.kind === "self" ? head : readBaseOptions(raw, head, given, machine);
  checkTogether(head, base);
  const intended = given.kind === "self" ? [] : given.keys;
  return {
    base,
    own: given.kind === "self" ? {} : given.own,
    comparison: {
      kind: given.kind,
      intended,
      thresholds,
      rounds,
    },
    ref: given.kind === "self" ? null : given.ref,
    differs: given.kind === "self" ? [] : differences(raw, given),
  };
}

function readBaseOptions(
  raw: RawOptions,
  head: Options,
  { own, ref }: GivenBase & { kind: "variants" },
  { env, memoryBytes, gpuBytes }: { env: NodeJS.ProcessEnv; memoryBytes: number; gpuBytes: number },
): Options {
  try {
    const options = readOptions(baseOptions(raw, own), env, memoryBytes, gpuBytes);
    const base = { ...options, inForce: readInForce(own, head) };
    if (ref === null && isSame(head, base)) throw nothingDiffers(raw);
    return base;
  } catch (error) {
    throw ofBase(error, own);
  }
}

function nothingDiffers(raw: RawOptions): InputError {
  return new InputError({
    input: "--base",
    value: listOf(raw, "base").join(" "),
    expected: "something that head doesn't have already",
    mend: `To measure the same twice, for what this machine can tell: --base ${SELF}.`,
  });
}

function readInForce(own: RawOptions, head: Options): Options["inForce"] {
  const axes = listOf(own, "compat").map((text) => one(text, readAxis(text)));
  const texts = listOf(own, "setting");
  if (texts.length > 0 && head.turn === "scripted") {
    throw new InputError({
      input: "--setting",
      value: texts.join(" "),
      expected: "--turn replayed or real with it: scripted turns don't run OpenClaw",
      mend: "Add --turn real, or leave it out.",
    });
  }
  const settings = readSettings(texts);
  const several = settings.find(({ values }) => values.length > 1);
  if (several !== undefined) throw oneValue("--setting", several.path);
  return { axes, settings };
}

function one(text: string, axis: AxisText): AxisText {
  if (axis.values.length === 1) return axis;
  throw oneValue("--compat", text);
}

function oneValue(input: string, value: string): InputError {
  return new InputError({
    input,
    value,
    expected: "one value: the axes are head's, and base has this value in each of its cells",
    mend: "Compare one after the other.",
  });
}

function isSame(head: Options, base: Options): boolean {
  const none = base.inForce.axes.length + base.inForce.settings.length === 0;
  return none && JSON.stringify(head) === JSON.stringify(base);
}

/** Either both can be started again, or neither. */
function checkTogether(head: Options, base: Options): void {
  const fixed = [base, head].map(
    ({ engine, restartCommand }) => engine.kind === "external" && restartCommand === null,
  );
  if (fixed[0] === fixed[1]) return;
  const [which, flag] = fixed[0]
    ? ["base", "--base restart-command=COMMAND"]
    : ["head", "--restart-command COMMAND"];
  throw new InputError({
    input: "--base",
    value: `${which} is a running server`,
    expected: "either both started afresh again and again, or both running servers",
    mend: `Say how ${which}'s server is restarted: ${flag}.`,
  });
}

/** In the words of the options; a URL's query may be secret. */
function differences(
  raw: RawOptions,
  { own, ref, keys }: GivenBase & { kind: "variants" },
): GivenDifference[] {
  return keys.map((key) => {
    if (key === REF) return { what: "commit", base: ref ?? "", head: "HEAD" };
    const name = key as OptionName;
    if (!isList(name)) return { what: name, base: shown(own, name), head: shown(raw, name) };
    if (name === "compat" || name === "setting") {
      const axes = listOf(raw, name).join(" ") || notGiven(name);
      return { what: name, base: `${listOf(own, name).join(" ")} in every cell`, head: axes };
    }
    // Of lists only what the other doesn't have.
    const [one, two] = [listOf(own, name), listOf(raw, name)];
    return { what: name, base: without(one, two), head: without(two, one) };
  });
}

function without(items: readonly string[], others: readonly string[]): string {
  return items.filter((item) => !others.includes(item)).join(" ") || "without";
}

function shown(raw: RawOptions, name: OptionName): string {
  const value = String(raw[name] ?? "");
  if (value !== "") return value.replace(/^(https?:\/\/[^?#]*)[?#].*/, "$1");
  return notGiven(name);
}

function notGiven(name: OptionName): string {
  const row: OptionRow | undefined = OPTION_TABLE.find((each) => each.name === name);
  return row?.default === undefined ? "none" : `not given (${row.default})`;
}

function listOf(raw: RawOptions, name: OptionName): string[] {
  const value = raw[name];
  return Array.isArray(value) ? value : [];
}
