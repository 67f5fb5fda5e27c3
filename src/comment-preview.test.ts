/** What `report DIR... --comment` prints, and that it writes nothing. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { COMPARISONS } from "./report/fixtures/comparisons.ts";
import { renderJson } from "./report/json.ts";
import { report } from "./rerender.ts";
import type { Result } from "./result.ts";
import { failingCell, sampleResult } from "./testing/github/result.ts";

const dir = mkdtempSync(join(tmpdir(), "preview-"));
after(() => rmSync(dir, { recursive: true, force: true }));

function preview(runs: Record<string, Result>) {
  const cwd = mkdtempSync(join(dir, "runs-"));
  for (const [name, result] of Object.entries(runs)) {
    mkdirSync(join(cwd, name));
    writeFileSync(join(cwd, name, "result.json"), renderJson(result));
  }
  const said = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") =>
    ({
      write: (text: string) => {
        said[name] += text;
        return true;
      },
      isTTY: false,
    }) as never;
  const code = report(
    Object.keys(runs),
    { comment: true },
    {
      ...{ env: {}, cwd, stdout: stream("stdout"), stderr: stream("stderr"), entry: "cli" },
      signal: new AbortController().signal,
    },
  );
  const files = readdirSync(cwd, { recursive: true }).length;
  assert.equal(files, 2 * Object.keys(runs).length, "no file is written");
  return { code, ...said };
}

test("one run: the comment on stdout, its size on stderr", () => {
  const { code, stdout, stderr } = preview({ one: COMPARISONS.regression() });
  assert.equal(code, 0);
  assert.match(stdout, /^<!-- inferrs-bench:default -->\n### ❌ Regression: /);
  assert.match(stdout, /\n<!-- inferrs-bench-verdicts:v1 [\w-]+ -->\n$/);
  const size = stdout.length.toLocaleString("en");
  assert.equal(stderr, `${size} characters of 65,000 at most. Nothing is left out.\n`);
});

test("several, too long: in one, with what was left out", () => {
  const cells = Array.from({ length: 150 }, (_, n) =>
    failingCell(`${n}-${"s".repeat(150)}`, "http-error", "e".repeat(900)),
  );
  const { stdout, stderr } = preview({ cpu: sampleResult({ cells }), metal: sampleResult() });
  assert.match(stdout, /^<!-- inferrs-bench:default -->\n### /);
  assert.match(stdout, /<b>cpu<\/b>[\s\S]*<b>metal<\/b>/);
  assert.ok(stdout.length <= 65_000);
  assert.match(stderr, /at most\. .*(Left out|Shortened)/i);
});
