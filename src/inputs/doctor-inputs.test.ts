import assert from "node:assert/strict";
import { test } from "node:test";
import { doctorInputs } from "./doctor-inputs.ts";

test("what doctor takes is passed on; what the Action itself reads isn't", () => {
  const given = { command: "doctor", out: "o", "base-url": "http://127.0.0.1:1/v1", sim: ["a=1"] };
  assert.deepEqual(doctorInputs(given), { "base-url": "http://127.0.0.1:1/v1", sim: ["a=1"] });
});

test("what it doesn't take is named, all of it", () => {
  assert.throws(() => doctorInputs({ suite: "quick", base: ["self"], engine: "sim" }), {
    name: "InputError",
    message:
      /^suite, base: got "quick, self"; expected only what doctor takes: base-url, .*Leave out suite, base/,
  });
});
