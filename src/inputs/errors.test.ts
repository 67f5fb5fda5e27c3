import assert from "node:assert/strict";
import { test } from "node:test";
import { readBase } from "./base.ts";
import { readKnobs } from "./check-engine.ts";
import { demoDefaults } from "./demo.ts";
import type { InputError } from "./error.ts";
import { readOptions } from "./options.ts";
import type { RawOptions } from "./table.ts";

const says = (act: () => unknown, wanted: RegExp) =>
  assert.throws(act, (error: InputError) => {
    assert.match(error.message, wanted);
    return true;
  });

test("of several knobs the wrong one is named, not those that the demo sets", () => {
  const { sim } = demoDefaults({ command: "demo", sim: ["rejct-arrays"] } as RawOptions);
  says(() => readKnobs(sim as string[]), /^--sim: got "rejct-arrays"; expected knobs/);
});

test("self beside another key of base names what was typed", () => {
  const raw = demoDefaults({ command: "demo", base: ["self", "sim=none"] } as RawOptions);
  says(() => readBase(raw), /^--base: got "self"; expected self alone/);
});

test("a flag that is out of place has no value that came", () => {
  says(() => readOptions({ engine: "sim", matrix: true }, {}, 1e9), /^--matrix: expected --plan/);
});

test("an empty id of a cell is an error of its own", () => {
  for (const cell of [[""], ["chat", " "]]) {
    says(
      () => readOptions({ engine: "sim", cell }, {}, 1e9),
      /^--cell: got ""; expected the id of a cell, or a scenario's name/,
    );
  }
});
