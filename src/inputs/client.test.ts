import assert from "node:assert/strict";
import { test } from "node:test";
import { covering } from "./client.ts";
import { readOptions } from "./options.ts";

test("every value of every axis is checked, in as few configs as that takes", () => {
  const matrix = [
    { a: true, b: true },
    { a: true, b: false },
    { a: false, b: true },
    { a: false, b: false },
  ];
  const settings = [{ s: 1 }, { s: 2 }];
  const chosen = covering(matrix, settings);
  const seen = new Set(
    chosen.flatMap(([at, compat]) => [
      ...Object.entries(compat).map(String),
      ...Object.entries(settings[at] ?? {}).map(String),
    ]),
  );
  assert.deepEqual([...seen].sort(), ["a,false", "a,true", "b,false", "b,true", "s,1", "s,2"]);
  assert.ok(chosen.length < matrix.length * settings.length);
  assert.deepEqual(covering([{}], [{}]), [[0, {}]]);
});

test("what only the client can apply needs the client", () => {
  const read = (raw: object) => readOptions({ engine: "sim", ...raw }, {}, 1e9);
  for (const raw of [{ setting: ["a.b=1"] }, { "openclaw-version": "latest" }]) {
    assert.throws(() => read(raw), /expected --turn replayed or real with it/);
  }
  assert.equal(read({}).openclaw, null);
  const real = read({ turn: "real", setting: ["a.b=1|2"] });
  assert.deepEqual(real.openclaw, { kind: "version", version: "2026.9.6" });
  assert.deepEqual(real.settings, [{ path: "a.b", values: [1, 2] }]);
  assert.throws(() => read({ turn: "reel" }), /Did you mean "real"/);
});
