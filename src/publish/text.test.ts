import assert from "node:assert/strict";
import { test } from "node:test";
import { oneLine, withoutControls } from "./text.ts";

test("control characters, colours and direction marks are gone, line ends stay", () => {
  assert.equal(withoutControls("a\u001b[31mb\u001b[0m\u0007\r\nc\u202ed\te"), "ab\n\ncd\te");
});

test("one line, shortened by characters and not through the middle of one", () => {
  assert.equal(oneLine("  a\n\n b\tc ", 10), "a b c");
  assert.equal(oneLine("😀😀😀😀", 3), "😀😀…");
});
