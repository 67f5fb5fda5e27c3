import assert from "node:assert/strict";
import { test } from "node:test";
import { referencedVariables } from "./variables.ts";

test("references in texts and secrets from the environment; an escape is none", () => {
  const config = {
    a: "Bearer ${A_KEY} and ${B_KEY}",
    b: ["${A_KEY}", { deep: "x${C_1}y" }],
    c: "$${NOT_ONE} ${lower} $PLAIN",
    d: { source: "env", provider: "default", id: "FROM_REF" },
    e: { source: "file", id: "/not/a/variable" },
  };
  assert.deepEqual(referencedVariables(config), ["A_KEY", "B_KEY", "C_1", "FROM_REF"]);
});
