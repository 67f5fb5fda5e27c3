import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fitSummary, SUMMARY_LIMIT_BYTES, writeSummary } from "./summary.ts";

test("a report that fits is left as it is", () => {
  assert.equal(fitSummary("# short\n"), "# short\n");
});

test("a long one is cut at a line's end, by bytes, and says so", () => {
  const line = `${"é".repeat(99)}\n`;
  const cut = fitSummary(line.repeat(10_000));
  assert.ok(Buffer.byteLength(cut) <= SUMMARY_LIMIT_BYTES);
  assert.ok(Buffer.byteLength(cut) > SUMMARY_LIMIT_BYTES - 500);
  assert.ok(!cut.includes("\ufffd"));
  assert.match(cut, /é\n\n> The report is longer than GitHub takes/);
});

test("a runner without summaries is told, not thrown", async () => {
  const broken = {
    addRaw: () => broken,
    write: () => Promise.reject(new Error("no GITHUB_STEP_SUMMARY")),
  };
  const told = await writeSummary(broken as unknown as Parameters<typeof writeSummary>[0], "x");
  assert.equal(told, "no GITHUB_STEP_SUMMARY");
});

test("what this step has written before counts", async () => {
  const dir = mkdtempSync(join(tmpdir(), "summary-"));
  try {
    const file = join(dir, "step-summary");
    writeFileSync(file, "x".repeat(SUMMARY_LIMIT_BYTES - 1000));
    let text = "";
    const summary = {
      addRaw: (given: string) => {
        text += given;
        return summary;
      },
      write: () => {
        writeFileSync(file, text, { flag: "a" });
        text = "";
        return Promise.resolve(summary);
      },
    } as unknown as Parameters<typeof writeSummary>[0];
    assert.equal(await writeSummary(summary, "a line\n".repeat(1000), file), null);
    assert.ok(statSync(file).size <= SUMMARY_LIMIT_BYTES);
    assert.equal(await writeSummary(summary, "a line\n".repeat(1000), file), null);
    assert.ok(statSync(file).size <= SUMMARY_LIMIT_BYTES);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
