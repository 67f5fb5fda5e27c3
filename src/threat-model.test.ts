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

test("every line that says what somebody can't do names a test", () => {
  for (const line of page.split("\n")) {
    if (!/^\| [a-z]/.test(line) || line.startsWith("| they")) continue;
    assert.match(line, /\.test\.ts\)/, line);
  }
});
