import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings, settingCombinations } from "./settings.ts";

test("one value or several, as JSON5; a bare word is a text", () => {
  assert.deepEqual(readSettings(["tools.allow=['read', \"a|b\"]|[]"]), [
    { path: "tools.allow", values: [["read", "a|b"], []] },
  ]);
  assert.deepEqual(readSettings(["a.b=never|4096|true|null|{x: 1}"])[0]?.values, [
    ...["never", 4096, true, null, { x: 1 }],
  ]);
  assert.deepEqual(readSettings(['models.providers["a=b"].x=1']), [
    { path: 'models.providers["a=b"].x', values: [1] },
  ]);
  assert.deepEqual(readSettings(["a=1|1"])[0]?.values, [1]);
});

test("what is no setting is refused", () => {
  assert.throws(() => readSettings(["a.b"]), /expected PATH=VALUE/);
  assert.throws(() => readSettings(["a.b="]), /a value after the =/);
  assert.throws(() => readSettings(["a.b=[1,"]), /JSON5 after the =/);
  assert.throws(() => readSettings(["a=1", "a=2"]), /each setting once/);
});

test("a secret in plain text is refused without being repeated; a reference is none", () => {
  const refused = (text: string) => {
    assert.throws(
      () => readSettings([text]),
      (error: Error) =>
        /no secret in plain text/.test(error.message) && !error.message.includes("sk-1"),
    );
  };
  refused("models.providers.x.apiKey=sk-1");
  refused("models.providers.x={apiKey: 'sk-1'}");
  refused("models.providers.x.headers={a: 'sk-1'}");
  refused("env.vars.ANY=sk-1");
  const [axis] = readSettings(['models.providers.x.apiKey="${MY_KEY}"']);
  assert.deepEqual(axis?.values, ["${MY_KEY}"]);
});

test("every combination of the values; one that is empty without any", () => {
  assert.deepEqual(settingCombinations([]), [{}]);
  const axes = readSettings(["a=1|2", "b=x"]);
  assert.deepEqual(settingCombinations(axes), [
    { a: 1, b: "x" },
    { a: 2, b: "x" },
  ]);
});
