/** Results with hostile texts in every place, each beside one with harmless texts in the same places. */
import { type Result, resultSchema } from "../../result.ts";
import { SHORT } from "./corpus.ts";
import { inTurn, Places } from "./infect.ts";
import { hostileBases } from "./results.ts";

/** What reports look up by its name: with these kept, the parts that need them are there too. */
export const NAMED =
  /scenario|compat|variant|^cells\.\*\.id|base(Cell)?$|head$|\.cell$|\(key\)$|\.name$/;
export const HARMLESS = ["harmless"];

export const bases = Object.entries(hostileBases()).map(
  ([name, result]) => [name, new Places(resultSchema, result)] as const,
);

export interface Pair {
  told: string;
  hostile: Result;
  harmless: Result;
}

let made: Pair[] | null = null;

/** The same places, once with texts of the corpus and once with a harmless one. */
export function pairs(): readonly Pair[] {
  made ??= [...makePairs()];
  return made;
}

function* makePairs(): Generator<Pair> {
  let from = 0;
  for (const [name, places] of bases) {
    for (const where of ["first", "last"] as const) {
      for (const keep of [null, NAMED]) {
        // Of each pair its own: two runs side by side must not say the same by chance.
        const harmless = places.rewritten(inTurn([`harmless${from}`], where), keep);
        const hostile = places.rewritten(inTurn(SHORT, where, from), keep);
        yield { told: `${name}, ${where}, from ${from}`, hostile, harmless };
        from += 29;
      }
    }
  }
}

/** Another run to compare with: its texts differ from the first's. */
export function anotherThan(result: Result, text: string): Result {
  const other = structuredClone(result);
  other.environment.cpu.model += `y${text}`;
  other.environment.fingerprint += `y${text}`;
  for (const variant of other.variants) variant.server.args.push(`y${text}`);
  return other;
}

/** One after the other, from any number. */
export const textAt = (index: number): string => SHORT[index % SHORT.length] ?? "";
