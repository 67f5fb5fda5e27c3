import assert from "node:assert/strict";
import { test } from "node:test";
import { errorLines, hide, plainLines } from "./client-log.ts";

const ESC = String.fromCharCode(27);
const stamped = (text: string) =>
  `${ESC}[90m2026-11-26T16:12:51.224+00:00${ESC}[39m ${ESC}[33m[agent/embedded]${ESC}[39m ${text}`;

test("lines that tell of an error, once each, without colours and times", () => {
  const lines = plainLines(
    [
      stamped("tool-search: cataloged 52 tools behind compact prompt surface"),
      stamped("embedded run agent end: isError=true rawError=422 no"),
      stamped("embedded run agent end: isError=true rawError=422 no"),
      "2026-11-26T16:12:51.224+00:00 My error of a reply, which is nobody's business",
      `${ESC}[34m[session-sqlite]${ESC}[39m slow worker error`,
    ].join("\n"),
  );
  assert.equal(lines.length, 5);
  assert.deepEqual(errorLines(lines, []), [
    "[agent/embedded] embedded run agent end: isError=true rawError=422 no",
  ]);
});

test("secrets are blotted out, and long lines are cut", () => {
  const line = `[provider] error with canary-key and Bearer abc.def-1 ${"x".repeat(600)}`;
  const [shown] = errorLines([line], ["canary-key", "x"]);
  assert.match(shown ?? "", /error with \*\*\* and Bearer \*\*\* x/);
  assert.ok((shown ?? "").length <= 400);
  assert.equal(hide("k=canary-key", ["canary-key"]), "k=***");
});
