import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenizerJson } from "../provision/synthetic/tokenizer.ts";
import { turnsOf } from "./load.ts";
import { markOf, variationOf, variationOfTurn } from "./variation.ts";

const ROUNDS = 64;
const MOST_USERS = 256;
const SEEDS = [0, 1, 7, 113, 65_537, 899_999, 900_000, 2 ** 31 - 1];

/** Every prompt that a long run under the heaviest load sends. */
function allVariations(): number[] {
  const turns = turnsOf({ kind: "closed", concurrency: MOST_USERS });
  const own = [
    variationOf("probe", 0),
    variationOf("warmup", 0),
    ...Array.from({ length: ROUNDS }, (_, round) => variationOf("measure", round)),
  ];
  return Array.from({ length: turns }, (_, turn) =>
    own.map((each) => variationOfTurn(each, turn)),
  ).flat();
}

test("every prompt of a run has a mark of its own, all of one length", () => {
  const variations = allVariations();
  assert.equal(variations.length, 66 * 512);
  assert.equal(new Set(variations).size, variations.length);
  for (const seed of SEEDS) {
    const marks = variations.map((variation) => markOf(variation, seed));
    assert.equal(new Set(marks).size, marks.length, `seed ${seed}`);
    assert.ok(marks.every((mark) => /^\[\d{6}\] $/.test(mark)));
  }
});

test("marks are fixed by the seed, and another seed has others", () => {
  assert.equal(markOf(3, 1), markOf(3, 1));
  const of = (seed: number) =>
    allVariations()
      .slice(0, 66)
      .map((each) => markOf(each, seed));
  assert.notDeepEqual(of(1), of(2));
  assert.equal(of(1).filter((mark) => of(2).includes(mark)).length, 0);
});

test("probes send one prompt, warm-ups another, rounds one each until they come again", () => {
  const phases = [variationOf("probe", 0), variationOf("probe", 3), variationOf("warmup", 0)];
  assert.deepEqual([phases[0] === phases[1], phases[0] === phases[2]], [true, false]);
  assert.equal(variationOf("measure", 0), variationOf("measure", ROUNDS));
  assert.notEqual(variationOf("measure", 0), variationOf("measure", ROUNDS - 1));
});

test("prompts that differ by their mark begin to differ in its first digits", () => {
  // A cache that keeps blocks of tokens has nothing to keep: the marks of neighbours share little.
  const marks = Array.from({ length: ROUNDS }, (_, round) =>
    markOf(variationOf("measure", round), 1),
  );
  const shared = marks.slice(1).map((mark, index) => {
    const before = marks[index] ?? "";
    return [...mark].findIndex((char, at) => char !== before[at]);
  });
  assert.ok(Math.max(...shared) <= 4, `${Math.max(...shared)} characters are the same`);
});

test("every mark costs the same tokens in the synthetic model's tokenizer", () => {
  const { model } = JSON.parse(tokenizerJson()) as { model: { merges: string[] } };
  const ranks = new Map(model.merges.map((merge, rank) => [merge, rank]));
  const marks = allVariations()
    .slice(0, 2000)
    .map((each) => markOf(each, 1));
  const counts = new Set(marks.map((mark) => encode(`${mark}Hello there`, ranks).length));
  assert.equal(counts.size, 1, [...counts].join());
  // The yardstick itself: "there" was learned, digits were not.
  assert.ok(encode(" the", ranks).length < " the".length);
});

/** Byte pair encoding as its inventors have it: the earliest merge first. */
function encode(text: string, ranks: ReadonlyMap<string, number>): string[] {
  const pieces = text.match(/ ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu) ?? [];
  return pieces.flatMap((piece) => {
    const symbols = [...piece.replaceAll(" ", "\u0120")];
    for (;;) {
      const pairs = symbols.slice(1).map((right, at) => ranks.get(`${symbols[at]} ${right}`));
      const best = Math.min(...pairs.map((rank) => rank ?? Number.POSITIVE_INFINITY));
      const at = pairs.indexOf(best);
      if (at < 0) return symbols;
      symbols.splice(at, 2, `${symbols[at]}${symbols[at + 1]}`);
    }
  });
}
