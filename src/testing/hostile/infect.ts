/**
 * Puts a text into every place of a value where any text may stand, and nowhere else: which places
 * those are the schema says, so that a field that is added later is covered too.
 */
import type { z } from "zod";
import { visible } from "../../report/escape.ts";

type Path = readonly (string | number)[];

interface Place {
  path: Path;
  /** Of a record's entry its key, else the text itself. */
  kind: "key" | "text";
}

/** What the old text becomes. The same must become the same, and different ones must stay different. */
export type Rewrite = (old: string) => string;

/**
 * A text for each old one, in turn; with a number, so that different ones stay different.
 *
 * @param where the text stands first, before its number, or last: what it does at the end of a line
 * @param from with which it begins: another one puts other texts into the same places
 */
export function inTurn(texts: readonly string[], where: "first" | "last", from = 0): Rewrite {
  const known = new Map<string, string>();
  return (old) => {
    const text = texts[(from + known.size) % texts.length] ?? "";
    const number = `n${known.size}n`;
    // A terminal's title that nothing ends takes all behind it along: then there would be no text.
    const first = where === "first" && visible(text + number).includes(number);
    const now = known.get(old) ?? (first ? text + number : number + text);
    known.set(old, now);
    return now;
  };
}

/** Where any text may stand: found once for a schema and a value, and used for many texts. */
export class Places<T> {
  readonly #value: unknown;
  readonly #schema: z.ZodType<T>;
  readonly #places: Place[];

  constructor(schema: z.ZodType<T>, value: T) {
    this.#schema = schema;
    this.#value = JSON.parse(JSON.stringify(value)) as unknown;
    const named = new Map<string, Place[]>();
    for (const place of placesOf(this.#value, [])) {
      named.set(nameOf(place), [...(named.get(nameOf(place)) ?? []), place]);
    }
    this.#places = [...named.values()].filter((places) => this.#takes(places)).flat();
  }

  /** How they are called, with `*` for a number: for a test that they are not fewer than they were. */
  get names(): string[] {
    return [...new Set(this.#places.map(nameOf))];
  }

  /**
   * The value with every one of them rewritten. It fits the schema.
   *
   * @param keep places (as `names` calls them) that stay as they are: what a report looks up by its name
   */
  rewritten(rewrite: Rewrite, keep: RegExp | null = null): T {
    const value = structuredClone(this.#value);
    const chosen = this.#places.filter((place) => keep === null || !keep.test(nameOf(place)));
    // Keys last, and the deepest first: a path must still lead where it led.
    const texts = chosen.filter(({ kind }) => kind === "text");
    const keys = chosen.filter(({ kind }) => kind === "key");
    for (const place of texts) change(value, place, rewrite);
    for (const place of keys.sort((a, b) => b.path.length - a.path.length)) {
      change(value, place, rewrite);
    }
    return this.#schema.parse(value);
  }

  #takes(places: readonly Place[]): boolean {
    const tried = structuredClone(this.#value);
    for (const place of places)
      change(tried, place, (old) => `any text, ä <b> ${"long ".repeat(200)}${old}`);
    return this.#schema.safeParse(tried).success;
  }
}

function nameOf({ path, kind }: Place): string {
  const parts = path.map((part) => (typeof part === "number" ? "*" : part));
  return parts.join(".") + (kind === "key" ? " (key)" : "");
}

function* placesOf(value: unknown, path: Path): Generator<Place> {
  if (typeof value === "string") yield { path, kind: "text" };
  else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* placesOf(each, [...path, index]);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      yield { path: [...path, key], kind: "key" };
      yield* placesOf(each, [...path, key]);
    }
  }
}

function change(root: unknown, { path, kind }: Place, rewrite: Rewrite): void {
  let holder = root as Record<string | number, unknown>;
  for (const part of path.slice(0, -1)) holder = holder[part] as typeof holder;
  const last = path.at(-1) ?? "";
  if (kind === "text") {
    holder[last] = rewrite(String(holder[last]));
    return;
  }
  // In place: the order of a record's entries is seen.
  const entries = Object.entries(holder);
  for (const key of Object.keys(holder)) delete holder[key];
  for (const [key, value] of entries) {
    const named = key === last ? rewrite(key) : key;
    // `__proto__` as an own key.
    Object.defineProperty(holder, named, {
      value,
      ...{ enumerable: true, configurable: true, writable: true },
    });
  }
}
