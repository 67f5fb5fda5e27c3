import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "./options.ts";
import type { RawOptions } from "./table.ts";

const look = (raw: RawOptions) => readOptions({ engine: "sim", ...raw }, {}, 16e9).look;
const attached = { engine: "external", "base-url": "http://127.0.0.1:8080/v1" };

test("the ladder takes a minute, less of a running server, and a tenth of the time budget", () => {
  assert.deepEqual(look({}), { budgetMs: 60_000, untilItBreaks: false });
  assert.equal(look(attached).budgetMs, 20_000);
  assert.equal(look({ suite: "smoke" }).budgetMs, 10_000);
  assert.equal(look({ suite: "smoke", scenario: ["agent-turn"] }).budgetMs, 60_000);
  assert.equal(look({ "time-budget": "120" }).budgetMs, 12_000);
  assert.equal(look({ "time-budget": "7200" }).budgetMs, 60_000);
});

test("--fit-budget: so many seconds, or no ladder", () => {
  assert.equal(look({ "fit-budget": "5.5" }).budgetMs, 5500);
  assert.equal(look({ "fit-budget": "0" }).budgetMs, 0);
  assert.throws(() => look({ "fit-budget": "-1" }), /--fit-budget: got "-1"/);
});

test("--until-it-breaks is refused for somebody's running server", () => {
  assert.equal(look({ "until-it-breaks": true }).untilItBreaks, true);
  assert.throws(
    () => look({ ...attached, "until-it-breaks": true }),
    /--until-it-breaks: expected .*a running server is somebody's/s,
  );
});
