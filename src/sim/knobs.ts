/** Everything that can be turned on the simulator: one table, read by its parser and its help. */

export interface KnobRow {
  /**
   * `rate`: per second, above 0. `duration`: milliseconds. `fraction`: 0 to 1. `integer`: whole,
   * not negative. `size`: bytes, with or without a unit. `seconds`: with decimals.
   */
  kind:
    | "rate"
    | "duration"
    | "fraction"
    | "integer"
    | "size"
    | "seconds"
    | "flag"
    | "choice"
    | "text";
  choices?: readonly string[];
  /** What a bare `KNOB` (or `KNOB=true`) chooses, of `choices`. */
  bare?: string;
  /** As it would be written; null: off. */
  default: string | null;
  help: string;
}

const row = <const Row extends KnobRow>(value: Row): Row => value;

export const KNOB_TABLE = {
  "prefill-speed": row({ kind: "rate", default: "4000", help: "prompt tokens per second" }),
  "decode-speed": row({ kind: "rate", default: "200", help: "reply tokens per second" }),
  luck: row({
    kind: "fraction",
    default: "0",
    help: "standard deviation of the speed from start to start (0.05 is 5%)",
  }),
  noise: row({
    kind: "fraction",
    default: "0",
    help: "standard deviation of the speed from request to request",
  }),
  seed: row({ kind: "integer", default: "1", help: "of luck, noise and flakes" }),
  start: row({
    kind: "integer",
    default: "0",
    help: "which start of the engine this is; its luck follows from seed, variant and this",
  }),
  variant: row({
    kind: "text",
    default: null,
    help: "whose start this is: base's and head's of one number have luck and noise of their own",
  }),
  "load-time": row({ kind: "duration", default: "100", help: "time until the model is loaded" }),
  "load-error": row({
    kind: "text",
    default: null,
    help: "loading the model fails with this text; /health says 500",
  }),
  "reject-arrays": row({
    kind: "flag",
    default: "false",
    help: "refuse content arrays with 422, as releases before 2026-04-09 do",
  }),
  "reject-tools": row({ kind: "flag", default: "false", help: "refuse tool schemas with 400" }),
  window: row({
    kind: "integer",
    default: "131072",
    help: "context window in tokens; longer prompts get 400",
  }),
  "memory-base": row({ kind: "size", default: "60MiB", help: "memory once the model is loaded" }),
  "memory-curve": row({
    kind: "choice",
    choices: ["linear", "quadratic", "stepped"],
    default: "linear",
    help: "how memory grows with the prompt",
  }),
  "memory-per-token": row({
    kind: "size",
    default: null,
    help: "linear: bytes per token (16KiB); quadratic: bytes per token squared (56); stepped: bytes per 2,048 tokens (256MiB)",
  }),
  "memory-noise": row({
    kind: "fraction",
    default: "0",
    help: "standard deviation, from prompt to prompt, of what a prompt takes beyond the model",
  }),
  "memory-limit": row({ kind: "size", default: null, help: "memory at which it dies" }),
  "die-above": row({
    kind: "integer",
    default: null,
    help: "prompt tokens above which it dies of memory",
  }),
  "die-by": row({
    kind: "choice",
    choices: ["kill", "abort"],
    default: "kill",
    help: "how it dies of memory: SIGKILL, as from a kernel, or the allocator's abort",
  }),
  hang: row({
    kind: "choice",
    choices: ["none", "role", "headers"],
    bare: "role",
    default: "none",
    help: "never answers: after the role chunk, or before the headers",
  }),
  "hang-above": row({
    kind: "integer",
    default: null,
    help: "hang only for prompts of more tokens than this",
  }),
  crawl: row({ kind: "seconds", default: null, help: "seconds for each reply token" }),
  "truncate-after": row({
    kind: "integer",
    default: null,
    help: "streams end after this many tokens, without finish_reason and [DONE]",
  }),
  "error-after": row({
    kind: "integer",
    default: null,
    help: "generation fails after this many tokens",
  }),
  "error-form": row({
    kind: "choice",
    choices: ["content", "event"],
    default: "content",
    help: "how a stream tells that it failed: as text with finish_reason error, as inferrs does, or as an error event, as others do",
  }),
  flake: row({
    kind: "fraction",
    default: "0",
    help: "this share of the generation requests fails with 500",
  }),
  "crash-after": row({
    kind: "integer",
    default: null,
    help: "panics (exit 101) in the generation request after this many",
  }),
  "tool-calls": row({
    kind: "choice",
    choices: ["none", "prose", "structured"],
    default: "none",
    help: "what a request with tools gets: plain text, a call written as text, or tool_calls",
  }),
  "silent-tokens": row({
    kind: "fraction",
    default: "0",
    help: "share of reply tokens without text: counted, but sent in no chunk",
  }),
  "stop-early": row({
    kind: "integer",
    default: null,
    help: "the reply ends by itself (finish_reason stop) after this many tokens",
  }),
  "empty-reply": row({ kind: "flag", default: "false", help: "the reply has no text at all" }),
  usage: row({
    kind: "flag",
    default: "false",
    help: "send a usage chunk when asked (stream_options.include_usage), as other servers do",
  }),
  nonce: row({ kind: "text", default: null, help: "a text appended to every error text" }),
};

export type KnobName = keyof typeof KNOB_TABLE;

type Value<Row extends KnobRow> = Row["kind"] extends "flag"
  ? boolean
  : Row["kind"] extends "text"
    ? string
    : Row["kind"] extends "choice"
      ? NonNullable<Row["choices"]>[number]
      : number;

/** Every knob with its value; null where the knob is off. */
export type Knobs = {
  [Name in KnobName]: (typeof KNOB_TABLE)[Name]["default"] extends null
    ? Value<(typeof KNOB_TABLE)[Name]> | null
    : Value<(typeof KNOB_TABLE)[Name]>;
};

const NAMES = Object.keys(KNOB_TABLE) as KnobName[];

/**
 * Reads `KNOB=VALUE` texts over the defaults; a later one wins, a bare `KNOB` means `KNOB=true`.
 * @throws Error that names the knob, the value and what was expected
 */
export function parseKnobs(list: readonly string[]): Knobs {
  const knobs: Record<string, unknown> = {};
  for (const name of NAMES) {
    const text: string | null = KNOB_TABLE[name].default;
    knobs[name] = text === null ? null : parseValue(name, text);
  }
  for (const item of list) {
    const [, name, text] = /^([^=]*)=?(.*)$/s.exec(item) ?? [];
    const known = NAMES.find((candidate) => candidate === name);
    if (known === undefined) throw new Error(unknownKnob(name ?? item));
    knobs[known] = parseValue(known, item.includes("=") ? (text ?? "") : "true");
  }
  return knobs as Knobs;
}

/** The table as text, for `--help`: a line for each knob and one for what it does. */
export function describeKnobs(): string {
  return NAMES.map((name) => {
    const knob: KnobRow = KNOB_TABLE[name];
    const shown = knob.default === null ? "off" : knob.default;
    return `  ${name}=${placeholder(knob)}  (${shown})\n      ${knob.help}`;
  }).join("\n");
}

function placeholder(knob: KnobRow): string {
  if (knob.kind === "choice") return (knob.choices ?? []).join("|");
  if (knob.kind === "flag") return "true|false";
  const named = { rate: "PER_SECOND", duration: "MS", seconds: "S", fraction: "FRACTION" };
  return { ...named, integer: "N", size: "SIZE", text: "TEXT" }[knob.kind];
}

const UNIT_BYTES: Record<string, number> = {
  "": 1,
  b: 1,
  ...{ k: 1e3, kb: 1e3, kib: 2 ** 10, m: 1e6, mb: 1e6, mib: 2 ** 20 },
  ...{ g: 1e9, gb: 1e9, gib: 2 ** 30, t: 1e12, tb: 1e12, tib: 2 ** 40 },
};

function parseValue(name: KnobName, text: string): unknown {
  const knob: KnobRow = KNOB_TABLE[name];
  const number = text.trim() === "" ? Number.NaN : Number(text);
  const reject = (expected: string): never => {
    throw new Error(`simulator knob ${name}: got "${text}"; expected ${expected}.`);
  };
  switch (knob.kind) {
    case "rate":
      return number > 0 && Number.isFinite(number) ? number : reject("a number above 0 per second");
    case "duration":
    case "seconds": {
      const unit = knob.kind === "duration" ? "milliseconds" : "seconds";
      return number >= 0 && Number.isFinite(number) ? number : reject(`a number of ${unit}`);
    }
    case "fraction":
      return number >= 0 && number <= 1 ? number : reject("a number from 0 to 1");
    case "integer":
      return /^\d{1,15}$/.test(text) ? number : reject("a whole number, 0 or above");
    case "size": {
      const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
      const factor = UNIT_BYTES[(unit ?? "?").toLowerCase()];
      if (factor === undefined) return reject("a size such as 8GiB, 500MB or a number of bytes");
      return Number(digits) * factor;
    }
    case "flag":
      return text === "true" || (text === "false" ? false : reject("true or false"));
    case "choice": {
      const wanted = text === "true" ? (knob.bare ?? text) : text === "false" ? "none" : text;
      return (knob.choices ?? []).includes(wanted)
        ? wanted
        : reject(`one of ${(knob.choices ?? []).join(", ")}`);
    }
    case "text":
      return text;
  }
}

function unknownKnob(name: string): string {
  const near = NAMES.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 3))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint =
    near === undefined ? `The knobs: ${NAMES.join(", ")}.` : `Did you mean "${near.candidate}"?`;
  return `simulator knob "${name}": there is none of that name. ${hint}`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const current = [line];
    for (let column = 1; column <= b.length; column++) {
      const swap = (previous[column - 1] ?? 0) + (a[line - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
