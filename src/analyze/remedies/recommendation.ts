/** A chosen combination of rungs as a recommendation: each setting with why, its cost and the evidence. Pure. */
import { bytes, capital, count, list } from "../../report/format.ts";
import type { Compat, OutcomeKind, Recommendation } from "../../result.ts";
import { type PromptSize, settingsOf } from "./climb.ts";
import type { Fitting } from "./fitting.ts";
import { compatPath, type Rung, rungsOf } from "./rungs.ts";

export interface Evidence {
  provider: string;
  modelIndex: number;
  /** What failed with the rungs before each: by the rung's id. */
  mended: Readonly<Record<string, OutcomeKind>>;
  sizeOf(rungs: readonly string[]): PromptSize | null;
  /** How the sizes were had: `captured from OpenClaw 2026.9.6`. */
  sizesFrom: string;
  fitting: Fitting;
  /** Flags that the config has already. */
  configured: Compat;
  /** The settings as a config of OpenClaw's, JSON5. */
  render(what: { compat: Compat; settings: { path: string; value: unknown }[] }): string;
}

/** @param rungs ids of the chosen combination; `fitting` is added where there is something to set */
export function toRecommendation(
  ladder: readonly Rung[],
  rungs: readonly string[],
  evidence: Evidence,
): Recommendation {
  const fits = evidence.fitting.settings.length > 0 && ladder.some(({ id }) => id === "fitting");
  const ids = rungsOf(ladder, fits ? [...rungs, "fitting"] : rungs).map(({ id }) => id);
  const chosen = rungsOf(ladder, ids);
  const all = settingsOf(ladder, ids, evidence.fitting.settings);
  const because = (rung: Rung) => reasonOf(rung, ids, evidence);
  const flags = chosen.flatMap((rung) =>
    Object.entries(rung.compat).map(([flag, value]) => ({
      ...{ path: compatPath(evidence, flag), value, because: because(rung), cost: rung.cost },
    })),
  );
  const settings = all.settings.map(({ path, value }) => {
    const rung = chosen.findLast(({ id, settings }) =>
      id === "fitting" ? path in evidence.fitting.because : settings.some((s) => s.path === path),
    );
    if (rung?.id === "fitting") {
      const { because: why, cost } = evidence.fitting;
      return { path, value, because: why[path] ?? "", cost: cost[path] ?? "" };
    }
    const [first] = rung?.settings ?? [];
    if (rung === undefined || first === undefined) return { path, value, because: "", cost: "" };
    // What a rung saves is said once.
    return first.path === path
      ? { path, value, because: because(rung), cost: rung.cost }
      : { path, value, because: `goes with ${first.path}`, cost: "" };
  });
  const compat = { ...evidence.configured, ...all.compat };
  return {
    compat,
    settings: [...flags, ...settings],
    because: sentenceOf(chosen, ids, evidence),
    toolsKept: chosen.every(({ keepsTools }) => keepsTools) && compat.supportsTools !== false,
    openclawConfig: evidence.render({ compat, settings: all.settings }),
  };
}

/** What this rung saves beside those before it, or what failed without it. */
function reasonOf(rung: Rung, ids: readonly string[], evidence: Evidence): string {
  const failure = evidence.mended[rung.id];
  const before = ids.slice(0, ids.indexOf(rung.id));
  const saved = savingOf(before, [...before, rung.id], evidence);
  const parts = [
    ...(saved === null ? [] : [saved]),
    ...(failure === undefined ? [] : [withoutIt(failure)]),
  ];
  return parts.length === 0 ? rung.title : parts.join("; ");
}

function withoutIt(failure: OutcomeKind): string {
  return failure === "not-run" ? "without it the prompt doesn't fit" : `without it: ${failure}`;
}

function savingOf(
  before: readonly string[],
  after: readonly string[],
  evidence: Evidence,
): string | null {
  const from = evidence.sizeOf(before);
  const to = evidence.sizeOf(after);
  if (from === null || to === null || to.bytes >= from.bytes) return null;
  const tokens =
    from.tokens === null || to.tokens === null ? "" : `, ${count(from.tokens - to.tokens)} tokens`;
  return `saves ${bytes(from.bytes - to.bytes)} of ${bytes(from.bytes)}${tokens} (${evidence.sizesFrom})`;
}

function sentenceOf(chosen: readonly Rung[], ids: readonly string[], evidence: Evidence): string {
  if (chosen.length === 0) return "It works as configured.";
  const titles = chosen.map(({ title }) => title);
  const from = evidence.sizeOf([]);
  const to = evidence.sizeOf(ids.filter((id) => id !== "fitting"));
  const shorter =
    from !== null && to !== null && to.bytes < from.bytes
      ? `: the prompt shrinks from ${bytes(from.bytes)} to ${bytes(to.bytes)}`
      : "";
  const chatOnly = chosen.some(({ keepsTools }) => !keepsTools);
  return `${capital(list(titles))}${shorter}${chatOnly ? ". The agent can then only chat" : ""}.`;
}
