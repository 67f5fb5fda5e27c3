/** The options that become flags of inferrs: checked here, so that a typo doesn't cost a download. */
import type { EngineSpec, ModelSpec } from "../plan/types.ts";
import { InputError } from "./error.ts";
import { parseChoice, parseInteger, parsePositive } from "./parse.ts";
import type { OptionName, RawOptions } from "./table.ts";

/** As inferrs spells them (`quantize.rs`); it takes them in any case, and `Q4_K_M` for Q4K. */
const QUANTIZE = [
  ...["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2K", "Q3K", "Q4K", "Q5K", "Q6K"],
  "none",
] as const;
const DTYPES = ["f32", "f16", "bf16"] as const;

/** Flags that change how a model is served, and those that say which model it is. */
const SERVING = ["quantize", "dtype", "turbo-quant", "paged-attention"] as const;
const NAMING = ["revision", "gguf-file", "tokenizer-source"] as const;

/**
 * inferrs's own flags for the options, then `--server-arg` as it is.
 * @throws InputError for a wrong value, a flag given both ways, or an engine that knows none
 */
export function readServerArgs(raw: RawOptions, engine: EngineSpec): string[] {
  const passed = passedOn(raw);
  for (const name of [...SERVING, ...NAMING, "device"] as const) {
    const twice = textOf(raw, name) === null ? undefined : flagIn(passed, name);
    if (twice === undefined) continue;
    throw new InputError({
      input: `--${name}`,
      value: textOf(raw, name) ?? "",
      expected: `not --server-arg=${twice} beside it: it is the same flag of inferrs`,
      mend: "Leave one of the two out.",
    });
  }
  const flags = SERVING.flatMap((name) => {
    const text = textOf(raw, name);
    if (text === null) return [];
    startedOnly(name, text, engine);
    return [`--${name}=${readFlag(name, text)}`];
  });
  checkTogether(raw);
  return [...flags, ...passed];
}

function readFlag(name: (typeof SERVING)[number], text: string): string {
  switch (name) {
    case "quantize":
      return readQuantize(text);
    case "dtype":
      return parseChoice("--dtype", text.toLowerCase(), DTYPES);
    case "turbo-quant":
      if (/^(false|off|none)$/i.test(text)) return "false";
      return String(parseInteger("--turbo-quant", text, 1, 8));
    case "paged-attention":
      return String(parsePositive("--paged-attention", text, 1));
  }
}

function readQuantize(text: string): string {
  const plain = text.toUpperCase().replaceAll("-", "_");
  if (plain === "NONE" || plain === "FALSE") return "none";
  // Q4_K and Q4_K_M are llama.cpp's names of what inferrs calls Q4K.
  const own = plain.replace(/^(Q[2-6])_K(_[SML])?$/, "$1K");
  return parseChoice("--quantize", own, QUANTIZE);
}

/** Pairs of which inferrs would drop one and say so only in its log. */
function checkTogether(raw: RawOptions): void {
  const quantize = textOf(raw, "quantize");
  const other = (["paged-attention", "gguf-file"] as const).find((name) => textOf(raw, name));
  if (quantize === null || other === undefined || readQuantize(quantize) === "none") return;
  const why =
    other === "gguf-file" ? "a GGUF file is served as it is" : "it needs weights as they are";
  throw new InputError({
    input: "--quantize",
    value: quantize,
    expected: `none, or not given, with --${other}: ${why}, and inferrs would ignore --quantize`,
    mend: "Leave one of the two out.",
  });
}

/**
 * The model with what names its files.
 * @throws InputError where the model is none of the hub, or a value can't be what it says
 */
export function withHubOptions(model: ModelSpec, raw: RawOptions, engine: EngineSpec): ModelSpec {
  for (const name of NAMING) {
    const value = textOf(raw, name);
    if (value === null) continue;
    startedOnly(name, value, engine);
    if (model.kind !== "hub") {
      throw new InputError({
        input: `--${name}`,
        value,
        expected: `a model of the hub with it; --model ${model.kind === "directory" ? model.path : model.kind} is none`,
        mend: `Leave --${name} out, or give a hub id: --model owner/name.`,
      });
    }
  }
  if (model.kind !== "hub" || engine.kind !== "inferrs") return model;
  const passed = NAMING.map((name) => flagIn(passedOn(raw), name)).find((arg) => arg !== undefined);
  if (passed !== undefined) {
    throw new InputError({
      input: "--server-arg",
      value: passed,
      expected: "no flag that names the files of a hub model: they are fetched and checked first",
      mend: `Give it as an option of its own: ${passed.split("=")[0]}.`,
    });
  }
  return {
    ...model,
    revision: check("revision", textOf(raw, "revision"), REVISION) ?? "main",
    ggufFile: check("gguf-file", textOf(raw, "gguf-file"), GGUF),
    tokenizerSource: check("tokenizer-source", textOf(raw, "tokenizer-source"), HUB_ID),
  };
}

/** Of a hub id, `owner/name`. */
const HUB_ID = {
  pattern: /^[\w-][\w.-]*\/[\w.-]+$/,
  expected: "a hub id, owner/name",
  mend: "For example google/gemma-4-E2B-it.",
};
/** It becomes a part of a path and of a URL. */
const REVISION = {
  pattern: /^(?!.*\.\.)[\w][\w./+-]*(?<![/.])$/,
  expected: "the name of a branch or tag, or a commit",
  mend: "For example main, or the 40 digits of a commit.",
};
const GGUF = {
  pattern: /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\\\s]+\.gguf$/,
  expected: "the path of a .gguf file in the repository",
  mend: "For example gemma-4-E2B-it-Q4_K_M.gguf.",
};

function check(name: OptionName, value: string | null, rule: typeof HUB_ID): string | null {
  if (value === null || rule.pattern.test(value)) return value;
  const { expected, mend } = rule;
  throw new InputError({ input: `--${name}`, value, expected, mend });
}

/** These are flags of inferrs: no other engine has them. */
function startedOnly(name: OptionName, value: string, engine: EngineSpec): void {
  if (engine.kind === "inferrs") return;
  throw new InputError({
    input: `--${name}`,
    value,
    expected: `--engine inferrs with it; ${engine.kind === "sim" ? "the simulator" : "an attached server"} has no such setting`,
    mend: "Leave it out.",
  });
}

function passedOn(raw: RawOptions): string[] {
  const given = raw["server-arg"];
  return Array.isArray(given) ? given : [];
}

function flagIn(args: string[], flag: string): string | undefined {
  return args.find((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`));
}

function textOf(raw: RawOptions, name: OptionName): string | null {
  const value = raw[name];
  return typeof value === "string" && value !== "" ? value : null;
}
