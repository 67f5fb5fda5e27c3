/** `--threshold`: the change that matters, in percent, for all metrics or by metric. */
import { FOLLOWED } from "../analyze/history/from-result.ts";
import type { ComparisonPlan } from "../plan/types.ts";
import { METRIC_NAMES } from "../result.ts";
import { InputError } from "./error.ts";
import { parsePositive, suggest } from "./parse.ts";

type Thresholds = ComparisonPlan["thresholds"];
type Named = keyof Thresholds;

/** Of what jumps more from start to start than it matters. */
const DEFAULTS: Thresholds = { default: 0.05, ttftMs: 0.1, loadMs: 0.1 };
/** Percent. */
const HIGHEST = 100;

/** As the reports call them: `ttft`, `decode`, `tool-call`. */
const FRIENDLY: Readonly<Record<string, Named>> = {
  ...Object.fromEntries(
    Object.entries(FOLLOWED).map(([name, { label }]) => [
      label.toLowerCase().replaceAll(" ", "-"),
      name as Named,
    ]),
  ),
  load: "loadMs",
};

/** A metric as `--threshold` and the reports call it. */
export function wordOf(metric: string): string {
  return Object.keys(FRIENDLY).find((word) => FRIENDLY[word] === metric) ?? metric;
}

/**
 * A number alone is for every metric that isn't named beside it.
 * @param items each with one or several, separated by commas
 * @throws InputError for a metric that there isn't, one given twice, or what is no share
 */
export function readThresholds(items: readonly string[]): Thresholds {
  const texts = items.flatMap((item) => item.split(",")).map((text) => text.trim());
  const given = new Map<Named, number>();
  for (const text of texts.filter((each) => each !== "")) {
    const at = text.indexOf("=");
    const name = at < 0 ? "default" : nameOf(text.slice(0, at).trim(), text);
    if (given.has(name)) throw twice(text);
    const percent = text.slice(at + 1).replace(/\s*%$/, "");
    given.set(name, parsePositive("--threshold", percent, HIGHEST) / 100);
  }
  const all = given.get("default");
  const usual: Thresholds = all === undefined ? DEFAULTS : { default: all };
  return { ...usual, ...Object.fromEntries(given) };
}

function nameOf(word: string, text: string): Named {
  const friendly = FRIENDLY[word.toLowerCase()];
  if (friendly !== undefined) return friendly;
  const names: readonly Named[] = [...METRIC_NAMES, "loadMs"];
  const found = names.find((name) => name === word);
  if (found !== undefined) return found;
  throw new InputError({
    input: "--threshold",
    value: text,
    expected: `a number (percent) for all metrics, or METRIC=PERCENT with a metric of ${Object.keys(FRIENDLY).join(", ")}, or its name in result.json`,
    mend: suggest(word, [...Object.keys(FRIENDLY), ...names]),
  });
}

function twice(text: string): InputError {
  return new InputError({
    input: "--threshold",
    value: text,
    expected: "each metric once",
    mend: "Leave one of the two out.",
  });
}
