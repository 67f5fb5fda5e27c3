import assert from "node:assert/strict";
import { test } from "node:test";
import { describeKnobs, KNOB_TABLE, parseKnobs } from "./knobs.ts";

test("nothing given: the defaults", () => {
  const knobs = parseKnobs([]);
  assert.equal(knobs["decode-speed"], 200);
  assert.equal(knobs["memory-base"], 60 * 2 ** 20);
  assert.equal(knobs["die-above"], null);
  assert.equal(knobs.hang, "none");
  assert.equal(knobs.usage, false);
});

test("a value of each kind; the last one wins; a bare flag is true", () => {
  const knobs = parseKnobs([
    ...["decode-speed=12.5", "load-time=1500", "luck=0.05", "die-above=1", "die-above=9000"],
    ...["memory-limit=1.5GiB", "crawl=0.25", "reject-arrays", "die-by=abort", "nonce=a=b c"],
  ]);
  assert.equal(knobs["decode-speed"], 12.5);
  assert.equal(knobs["load-time"], 1500);
  assert.equal(knobs.luck, 0.05);
  assert.equal(knobs["die-above"], 9000);
  assert.equal(knobs["memory-limit"], 1.5 * 2 ** 30);
  assert.equal(knobs.crawl, 0.25);
  assert.equal(knobs["reject-arrays"], true);
  assert.equal(knobs["die-by"], "abort");
  assert.equal(knobs.nonce, "a=b c");
});

test("hang alone hangs after the role chunk, and can be turned off again", () => {
  assert.equal(parseKnobs(["hang"]).hang, "role");
  assert.equal(parseKnobs(["hang=headers"]).hang, "headers");
  assert.equal(parseKnobs(["hang", "hang=false"]).hang, "none");
});

test("what is wrong is told: knob, value, what was expected", () => {
  const cases: [string, RegExp][] = [
    ["decode-speed=0", /decode-speed: got "0"; expected a number above 0 per second/],
    ["decode-speed=", /decode-speed: got ""; expected a number above 0/],
    ["load-time=-1", /load-time: got "-1"; expected a number of milliseconds/],
    ["flake=1.5", /flake: got "1.5"; expected a number from 0 to 1/],
    ["die-above=9k", /die-above: got "9k"; expected a whole number/],
    ["die-above=-1", /die-above: got "-1"; expected a whole number/],
    ["memory-limit=lots", /memory-limit: got "lots"; expected a size such as 8GiB/],
    ["usage=yes", /usage: got "yes"; expected true or false/],
    ["die-by=fire", /die-by: got "fire"; expected one of kill, abort/],
    ["die-by", /die-by: got "true"; expected one of kill, abort/],
    ["decode-sped=5", /"decode-sped": there is none of that name. Did you mean "decode-speed"\?/],
    ["xyzzy", /"xyzzy": there is none of that name. The knobs: prefill-speed, /],
    ["__proto__=1", /"__proto__": there is none of that name/],
  ];
  for (const [given, expected] of cases) assert.throws(() => parseKnobs([given]), expected);
});

test("the help tells every knob", () => {
  const help = describeKnobs();
  for (const name of Object.keys(KNOB_TABLE)) assert.match(help, new RegExp(`^ {2}${name}=`, "m"));
});
