import assert from "node:assert/strict";
import { test } from "node:test";
import { flagsBetween } from "./flags.ts";

test("flags are compared by name and value, however they are written", () => {
  assert.deepEqual(
    flagsBetween(["--quantize=Q4K", "--verbose"], ["--verbose", "--quantize", "Q4K"]),
    [],
  );
  assert.deepEqual(
    flagsBetween(["--turbo-quant=8"], ["--turbo-quant=false", "--paged-attention"]),
    [
      { flag: "turbo-quant", base: "8", head: "false" },
      { flag: "paged-attention", base: "not set", head: "set" },
    ],
  );
});
