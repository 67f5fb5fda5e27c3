import assert from "node:assert/strict";
import { test } from "node:test";
import { combinations, name, nameOfSettings, shownCombination } from "./matrix.ts";

const axes = [
  { flag: "a", values: [true, false] },
  { flag: "b", values: [true, false] },
];
const names = (...args: Parameters<typeof combinations>) => combinations(...args).map(name);

test("the product, the first axis slowest", () => {
  assert.deepEqual(names(axes, [], []), [
    "a=true,b=true",
    "a=true,b=false",
    "a=false,b=true",
    "a=false,b=false",
  ]);
});

test("exclude takes away every combination that has its values", () => {
  assert.deepEqual(names(axes, [], [{ a: false }]), ["a=true,b=true", "a=true,b=false"]);
});

test("include adds a combination, or flags to those that match", () => {
  assert.deepEqual(names(axes, [{ a: "x", b: true }], []).at(-1), "a=x,b=true");
  assert.deepEqual(names(axes, [{ a: true, c: true }], []), [
    "a=true,b=true,c=true",
    "a=true,b=false,c=true",
    "a=false,b=true",
    "a=false,b=false",
  ]);
  assert.equal(
    names(axes, [{ c: true }], []).every((each) => each.endsWith("c=true")),
    true,
  );
});

test("what was excluded can be included again, and nothing stands twice", () => {
  assert.deepEqual(names(axes, [{ a: false, b: false }], [{ a: false }]), [
    "a=true,b=true",
    "a=true,b=false",
    "a=false,b=false",
  ]);
  assert.equal(names(axes, [{ a: true, b: true }], []).length, 4);
});

test("settings as text, and beside the flags; one that is null is not shown", () => {
  const settings = { "tools.allow": ["read"], "a.b": null };
  assert.equal(nameOfSettings(settings), 'tools.allow=["read"],a.b=null');
  assert.deepEqual(shownCombination({ compat: { x: true }, settings }), {
    x: true,
    "tools.allow": '["read"]',
  });
  assert.deepEqual(shownCombination({ compat: { x: true } }), { x: true });
});
