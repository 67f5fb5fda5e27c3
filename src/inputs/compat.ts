/** The matrix as text to combinations with typed values. */
import { parseCompatValue } from "../drive/openclaw/compat-flags.ts";
import { type Axis, combinations, name } from "../plan/matrix.ts";
import type { Compat, CompatValue } from "../result.ts";
import { InputError } from "./error.ts";
import type { AxisText, Options } from "./options.ts";

/** Text to a flag's value; throws an InputError for a flag or value that there isn't. */
export type ParseFlag = (flag: string, text: string) => CompatValue;

/**
 * Of base as many as of head, in the same order, and so perhaps some twice.
 * @param parse which flags there are: those that scripted turns can apply, or the installed client's
 * @throws InputError for an unknown flag or value, or when nothing is left to run
 */
export function readMatrix(
  options: Pick<Options, "axes" | "include" | "exclude"> & Partial<Pick<Options, "inForce">>,
  parse: ParseFlag = parseCompatValue,
): Compat[] {
  const axes = options.axes.map((axis) => toAxis(axis, parse));
  const repeated = axes.find(
    (axis, index) => axes.findIndex((a) => a.flag === axis.flag) !== index,
  );
  if (repeated !== undefined) {
    throw new InputError({
      input: "--compat",
      value: repeated.flag,
      expected: "each flag once",
      mend: `Give all its values together: --compat ${repeated.flag}=VALUE,VALUE.`,
    });
  }
  const include = options.include.map((text) => readCombination("--include", text, parse));
  const exclude = options.exclude.map((text) => readCombination("--exclude", text, parse));
  const unused = exclude.findIndex(
    (out) => !combinations(axes, [], []).some((each) => containsAll(each, out)),
  );
  if (unused >= 0) {
    throw new InputError({
      input: "--exclude",
      value: options.exclude[unused] ?? "",
      expected: "values that some combination of the matrix has",
      mend: `The combinations are: ${combinations(axes, [], []).map(name).join("; ")}.`,
    });
  }
  const all = combinations(axes, include, exclude);
  const forced = (options.inForce?.axes ?? []).map(({ flag, values }) =>
    values.map((value) => [flag, parse(flag, value)] as const),
  );
  const inForce = Object.fromEntries(forced.flat());
  if (all.length > 0) return all.map((each) => ({ ...each, ...inForce }));
  throw new InputError({
    input: "--exclude",
    value: options.exclude.join("; "),
    expected: "at least one combination to be left",
    mend: "Exclude less, or include one.",
  });
}

function toAxis(text: AxisText, parse: ParseFlag): Axis {
  return {
    flag: text.flag,
    values: text.values.map((value) => parse(text.flag, value)),
  };
}

function readCombination(input: string, text: string, parse: ParseFlag): Compat {
  const pairs = text
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
  const compat: Compat = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) {
      throw new InputError({
        input,
        value: text,
        expected: "FLAG=VALUE,FLAG=VALUE",
        mend: `For example ${input} requiresStringContent=true,supportsTools=false.`,
      });
    }
    const flag = pair.slice(0, at).trim();
    compat[flag] = parse(flag, pair.slice(at + 1).trim());
  }
  return compat;
}

function containsAll(combination: Compat, part: Compat): boolean {
  return Object.entries(part).every(
    ([flag, value]) => JSON.stringify(combination[flag]) === JSON.stringify(value),
  );
}
