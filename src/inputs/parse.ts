/** Text to value, with an {@link InputError} that names the input when it can't be. */
import leven from "leven";
import { InputError } from "./error.ts";

/** A whole number from `min` to `max`. */
export function parseInteger(input: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text.trim()) && value >= min && value <= max) return value;
  throw new InputError({
    input,
    value: text,
    expected: `a whole number from ${min} to ${max}`,
    mend: `For example ${input} ${Math.max(min, 3)}.`,
  });
}

/** A positive number, at most `max`. */
export function parsePositive(input: string, text: string, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0 && value <= max) return value;
  throw new InputError({
    input,
    value: text,
    expected: `a number above 0 and at most ${max}`,
    mend: "Write it with a point, e.g. 0.25.",
  });
}

const UNIT_BYTES: Record<string, number> = {
  "": 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gib: 1024 ** 3,
  t: 1e12,
  tb: 1e12,
  tib: 1024 ** 4,
};

/** A size in bytes: `12GiB`, `8G`, `500MB`, `1073741824`. */
export function parseSize(input: string, text: string): number {
  const match = /^([\d.]+)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNIT_BYTES[match?.[2]?.toLowerCase() ?? "?"];
  const value = Number(match?.[1]);
  if (unit !== undefined && Number.isFinite(value) && value * unit >= 1) {
    return Math.round(value * unit);
  }
  throw new InputError({
    input,
    value: text,
    expected: "a size such as 12GiB, 8G, 500MB or a number of bytes",
    mend: "GiB counts in 1024s, GB in 1000s.",
  });
}

/** One of a few words; the error suggests the nearest. */
export function parseChoice<T extends string>(
  input: string,
  text: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new InputError({
    input,
    value: text,
    expected: `one of ${choices.join(", ")}`,
    mend: suggest(text, choices),
  });
}

/** `Did you mean "x"?`, or nothing when no name is near. */
export function suggest(text: string, names: readonly string[]): string {
  const [nearest] = names
    .map((name) => ({ name, distance: leven(text.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  if (nearest === undefined) return "";
  const limit = Math.max(2, Math.floor(nearest.name.length / 3));
  return nearest.distance <= limit ? `Did you mean "${nearest.name}"?` : "";
}
