import assert from "node:assert/strict";
import { test } from "node:test";
import { oneLine } from "./text.ts";

test("one line, shortened by characters and not through the middle of one", () => {
  assert.equal(oneLine("  a\n\n b\tc ", 10), "a b c");
  assert.equal(oneLine("😀😀😀😀", 3), "😀😀…");
});
