import assert from "node:assert/strict";
import { test } from "node:test";
import { dotted, parsePath, valueAt, withValue } from "./path.ts";

test("points, numbers in brackets, names in quotes", () => {
  assert.deepEqual(parsePath("agents.defaults.skills"), ["agents", "defaults", "skills"]);
  assert.deepEqual(parsePath('models.providers["my.one"].models[0].compat'), [
    ...["models", "providers", "my.one", "models", 0, "compat"],
  ]);
});

test("what is no path, or would reach an object's own workings", () => {
  for (const text of [
    "",
    ".",
    "a..b",
    "a.",
    "a[",
    'a["b',
    "a b",
    "__proto__.x",
    'a["constructor"]',
  ]) {
    assert.equal(parsePath(text), null, text);
  }
});

test("a value is put in without touching what was given", () => {
  const config = { a: { list: [{ id: 1 }, { id: 2 }], kept: true } };
  const path = parsePath("a.list[1].name") ?? [];
  const changed = withValue(config, path, "x");
  assert.deepEqual(changed, { a: { list: [{ id: 1 }, { id: 2, name: "x" }], kept: true } });
  assert.deepEqual(config.a.list[1], { id: 2 });
  assert.equal(valueAt(changed, path), "x");
  assert.equal(dotted(path), "a.list.1.name");
  assert.deepEqual(withValue({}, ["a", "b"], 1), { a: { b: 1 } });
});
