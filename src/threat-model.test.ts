/** docs/threat-model.md names tests: each must be there. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const PAGE = new URL("../docs/threat-model.md", import.meta.url);
const page = readFileSync(PAGE, "utf8");
const named = [...page.matchAll(/\[([^\]]+)\]\((\.\.\/[^)\s]+\.test\.ts)\)/g)].map(
  ([, name = "", path = ""]) => ({ name, url: new URL(path, PAGE), path }),
);
test("every test that the threat model names is there", () => {
  assert.ok(named.length > 50);
  for (const { name, url, path } of named) {
    assert.ok(existsSync(url), `${path} is not there`);
    const text = readFileSync(url, "utf8");
    const begins = [`test("${name}`, `test(\`${name}`, `test(\n  "${name}`];
    assert.ok(
      begins.some((begin) => text.includes(begin)),
      `${path} has no test "${name}"`,
    );
  }
});

test("every line that says what somebody can't do names a test by its number, and each is listed once", () => {
  const listed = [...page.matchAll(/^(\d+)\. \[.+\.test\.ts\)/gm)].map(([, number]) =>
    Number(number),
  );
  assert.deepEqual(
    listed,
    listed.map((_, index) => index + 1),
  );
  const meant = new Set<number>();
  for (const line of page.split("\n")) {
    if (!/^\| [a-z]/.test(line) || line.startsWith("| they")) continue;
    const numbers = /\| ([\d, ]+) \|$/.exec(line)?.[1]?.split(", ").map(Number) ?? [];
    assert.ok(numbers.length > 0, line);
    for (const number of numbers) {
      assert.ok(listed.includes(number), line);
      meant.add(number);
    }
  }
  assert.equal(meant.size, listed.length);
});
