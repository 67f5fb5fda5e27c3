import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { OPTION_TABLE, type OptionRow } from "../inputs/table.ts";
import { renderActionYml } from "./action-yml.ts";

const committed = readFileSync(new URL("../../action.yml", import.meta.url), "utf8");

test("action.yml is what the table of options makes of it", () => {
  assert.equal(committed, renderActionYml());
});

test("every option but those of the command line alone is an input, in the table's order", () => {
  const inputs = /^inputs:\n([\s\S]*?)^outputs:/m.exec(committed)?.[1] ?? "";
  const names = [...inputs.matchAll(/^ {2}(\S+):$/gm)].map((match) => match[1]);
  const rows: readonly OptionRow[] = OPTION_TABLE;
  assert.deepEqual(
    names,
    rows.filter(({ only }) => only !== "cli").map(({ name }) => name),
  );
});

test("the help speaks of inputs, not of the command line's dashes", () => {
  assert.match(committed, /implies engine: external/);
  assert.match(committed, /passed to inferrs as it is, e\.g\. --quantize=none; one per line/);
  assert.doesNotMatch(committed, /--base-url|--engine|command line wins/);
});

test("an expression stands in a default only, where GitHub evaluates it", () => {
  const lines = committed.split("\n").filter((line) => line.includes("${{"));
  assert.deepEqual(lines, [
    `    default: "\${{ matrix.label || join(matrix.*, ' ') }}"`,
    '    default: "${{ github.token }}"',
  ]);
});
