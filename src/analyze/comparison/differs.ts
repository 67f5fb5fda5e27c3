/** What differs between base and head, what of it was meant to, and what that leaves to say. Pure. */
import type { RunState } from "../../journal/state.ts";
import { BASE, HEAD } from "../../plan/types.ts";
import { list } from "../../report/format.ts";
import type { Comparison, ResultVariant, Warning } from "../../result.ts";
import { clientText, modelText, PART_LABELS } from "../history/key.ts";
import { flagsBetween } from "./flags.ts";
import { ENGINE, KINDS, MODEL, type VariantDifference } from "./follows.ts";
import { tokenDifferences } from "./tokens.ts";
import { combinationDifferences } from "./twins.ts";

interface Part {
  what: string;
  value: (variant: ResultVariant) => string | null;
  follows: readonly string[];
  decides?: false;
}

const KNOWN_BY_LOG: readonly Part[] = [
  {
    what: PART_LABELS.quantization,
    value: ({ server }) => server.chosen.quantization,
    follows: ["quantize", ...MODEL],
  },
  // The CPU computes with other numbers than a GPU.
  {
    what: PART_LABELS.dtype,
    value: ({ server }) => server.chosen.dtype,
    follows: ["dtype", "device", ...MODEL],
  },
  {
    what: PART_LABELS.turboQuant,
    value: ({ server }) => server.chosen.turboQuant,
    follows: ["turbo-quant", ...MODEL],
  },
  {
    what: PART_LABELS.pagedAttention,
    value: ({ server }) => server.chosen.pagedAttention,
    follows: ["paged-attention", ...MODEL],
  },
  {
    what: PART_LABELS.device,
    value: ({ server }) => server.deviceSeen,
    follows: ["device"],
  },
];

const PARTS: readonly Part[] = [
  { what: "engine", value: ({ engine }) => engine.kind, follows: KINDS },
  { what: "engine version", value: ({ engine }) => engine.version, follows: ENGINE },
  { what: "engine SHA-256", value: ({ engine }) => short(engine.sha256), follows: ENGINE },
  { what: "engine from", value: sourceText, follows: ENGINE, decides: false },
  { what: "base URL", value: ({ engine }) => engine.baseUrl, follows: KINDS },
  { what: "simulator's settings", value: knobsText, follows: KINDS },
  {
    what: "device asked for",
    value: ({ server }) => server.device,
    follows: ["device", ...KINDS],
    decides: false,
  },
  ...KNOWN_BY_LOG,
  {
    what: PART_LABELS.client,
    value: (variant) => clientText(variant),
    follows: ["openclaw-version", "openclaw-config", "setting"],
  },
  {
    what: "client's npm integrity",
    value: ({ openclaw }) => short(openclaw.integrity?.replace(/^sha512-/, "") ?? null),
    follows: ["openclaw-version"],
  },
  {
    what: "Node of the client",
    value: ({ openclaw }) => openclaw.node,
    follows: ["openclaw-version"],
  },
];

/** With whether each was meant; what only one side tells is no difference, and not here. */
export function differencesOf(state: RunState): (VariantDifference & { intended: boolean })[] {
  const [base, head] = variantsOf(state);
  if (base === null || head === null) return [];
  const flags = flagsBetween(base.server.args, head.server.args);
  const found = [
    ...PARTS.flatMap(({ what, value, follows, decides = true }) => {
      const [one, two] = [value(base), value(head)];
      if (one === null || two === null || one === two) return [];
      return [{ what, base: one, head: two, follows, decides }];
    }),
    ...modelDifference(base, head),
    ...flags.map(({ flag, base: one, head: two }) => ({
      ...{ what: `--${flag}`, base: one, head: two, decides: true },
      follows: ["server-arg", flag, ...otherKind(base, head)],
    })),
    ...combinationDifferences(state),
    ...tokenDifferences(state),
  ];
  const meant = meantOptions(state, flags);
  return found.map((each) => ({
    ...each,
    intended: each.follows.some((option) => meant.has(option)),
  }));
}

/** Named with `--base`; a server flag that was names what that flag is about. */
function meantOptions(
  { plan: { comparison } }: RunState,
  flags: readonly { flag: string }[],
): ReadonlySet<string> {
  const named = (comparison?.intended ?? []).map((each) => each.replace(/^-+|=.*$/gs, ""));
  const byFlags = named.includes("server-arg") ? flags.map(({ flag }) => flag) : [];
  return new Set([...named, ...byFlags]);
}

/** For the Result: what is told of it. */
export function shownDifferences(state: RunState): Comparison["differs"] {
  return differencesOf(state).map(({ what, base, head, intended }) => ({
    what,
    base,
    head,
    intended,
  }));
}

/** What the log of one side tells and that of the other doesn't: whether it is equal isn't known. */
export function comparisonWarnings(state: RunState): Warning[] {
  const [base, head] = variantsOf(state);
  if (base === null || head === null) return [];
  const untold = KNOWN_BY_LOG.filter(
    ({ value }) => (value(base) === null) !== (value(head) === null),
  );
  if (untold.length === 0) return [];
  const text = `Only one of base and head says its ${list(untold.map(({ what }) => what))}: whether the two are equal in it isn't known.`;
  return [{ code: "not-told", text }];
}

function variantsOf({ variants }: RunState): [ResultVariant | null, ResultVariant | null] {
  const of = (name: string) => variants.get(name)?.provisioned ?? null;
  return [of(BASE), of(HEAD)];
}

function short(digest: string | null): string | null {
  return digest === null ? null : digest.slice(0, 12);
}

function sourceText({ engine: { source } }: ResultVariant): string | null {
  if (source === null) return null;
  if (source.kind === "release") return `release ${source.tag}, ${source.asset}`;
  if (source.kind === "url") return source.url;
  return "commit" in source ? `commit ${short(String(source.commit))}` : "a file";
}

function knobsText({ engine: { kind, knobs } }: ResultVariant): string | null {
  if (kind !== "sim") return null;
  const set = Object.entries(knobs ?? {}).map(([knob, value]) => `${knob}=${value}`);
  return set.sort().join(" ") || "defaults";
}

/** What follows from an engine of another kind: it has no flags in common with the other. */
function otherKind(base: ResultVariant, head: ResultVariant): readonly string[] {
  return base.engine.kind === head.engine.kind ? [] : KINDS;
}

/** Beside an attached engine nothing but the name that it is served by can be compared. */
function modelDifference(base: ResultVariant, head: ResultVariant): VariantDifference[] {
  const named = base.model.kind === "served" || head.model.kind === "served";
  const text = (variant: ResultVariant) =>
    named ? variant.model.servedId || variant.model.id || null : modelText(variant);
  const [one, two] = [text(base), text(head)];
  if (one === null || two === null || one === two) return [];
  const follows = named ? [...MODEL, "base-url", "engine"] : MODEL;
  return [{ what: PART_LABELS.model, base: one, head: two, follows, decides: true }];
}
