/** The corpus of hostile texts in what other programs read: JSON, outputs, annotations, HTML, XML. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { merge } from "../analyze/merged/merged.ts";
import { writeMerged } from "../merged-files.ts";
import { toMergedResult } from "../merged-result.ts";
import { annotations } from "../publish/annotations.ts";
import { OUTPUT_DESCRIPTIONS, outputs } from "../publish/outputs.ts";
import { reportRuns } from "../report-runs.ts";
import { type Result, resultSchema } from "../result.ts";
import { sameMarkdown, skeleton } from "../testing/hostile/markdown.ts";
import { pairs, textAt } from "../testing/hostile/pairs.ts";
import { quiet, unheardByRunner } from "../testing/hostile/terminal.ts";
import { skeletonOfXml } from "../testing/hostile/xml.ts";
import { renderHtml } from "./html/page.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import { renderMergedMarkdown } from "./merged-markdown.ts";
import type { Reported } from "./reported.ts";

describe("what other programs read", () => {
  test("result.json is read back as it was", () => {
    for (const { told, hostile } of pairs()) {
      const read: unknown = JSON.parse(renderJson(hostile));
      assert.deepEqual(resultSchema.parse(read), JSON.parse(JSON.stringify(hostile)), told);
    }
  });

  test("merged.json, as a file and in a log: read back as it was, and nothing in it is heard", () => {
    const dir = mkdtempSync(join(tmpdir(), "hostile-merged-"));
    try {
      const label = "##[stop-commands]t";
      for (const [index, { told, hostile }] of pairs().entries()) {
        if (index % 7 !== 0) continue;
        const runs = ["x", label].map((name) => ({
          ...{ name: `${name}${textAt(index * 3)}`, history: null },
          result: { ...hostile, label: name },
        }));
        const missing = [{ name: label, why: textAt(index * 5) }];
        const { merged } = writeMerged({ runs, missing }, dir, assert.fail);
        const text = readFileSync(join(dir, "merged.json"), "utf8");
        unheardByRunner(text, told);
        const wanted = toMergedResult({ runs, missing }, merged);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(wanted)), told);
      }
      let said = "";
      const write = (text: string) => {
        said += text;
        return true;
      };
      const stdout = { write };
      const reported = { cwd: dir, env: {}, stdout, stderr: stdout };
      const host = reported as unknown as Parameters<typeof reportRuns>[2];
      for (const json of [true, false]) {
        said = "";
        reportRuns(["."], { json, out: "again", expect: [label] }, host);
        assert.ok(said.length > 100);
        unheardByRunner(said, `json: ${json}`);
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test("outputs: each on lines of its own, without control characters", () => {
    const names = Object.keys(OUTPUT_DESCRIPTIONS);
    for (const { told, hostile: result } of pairs()) {
      const end = { result, exitCode: 0, files: [], outDir: "out" };
      const said = outputs(end as unknown as Parameters<typeof outputs>[0]);
      assert.deepEqual(Object.keys(said), names, told);
      for (const [name, value] of Object.entries(said)) {
        quiet(value, `${name}, ${told}`);
        if (name !== "regressed-metrics") assert.doesNotMatch(value, /\n/, `${name}, ${told}`);
      }
      if (said["recommended-compat"] !== "") JSON.parse(said["recommended-compat"]);
      // As many lines as metrics: a name can't add one.
      const regressed = result.comparison?.metrics.filter(
        ({ verdict }) => verdict === "regression",
      );
      const lines = said["regressed-metrics"].split("\n").filter((line) => line !== "");
      assert.ok(lines.length <= (regressed?.length ?? 0), told);
    }
  });

  test("annotations are of one line, and as many as with harmless texts", () => {
    for (const { told, hostile, harmless } of pairs()) {
      const said = annotations(hostile);
      assert.deepEqual(
        said.map(({ level }) => level),
        annotations(harmless).map(({ level }) => level),
        told,
      );
      for (const { title, message } of said) {
        // As a runner is told it: on one line, behind the command's own name.
        quiet(`${title}: ${message}`, told);
        assert.doesNotMatch(title + message, /\n/, told);
      }
    }
  });
});

/** Several side by side, one that is missing, all with texts of the corpus. */
function* reportedPairs(): Generator<{ told: string; hostile: Reported; harmless: Reported }> {
  const all = pairs();
  for (const [index, { told, hostile, harmless }] of all.entries()) {
    const text = textAt(index * 11);
    const reported = (result: Result, other: Result | undefined, name: string) => ({
      runs: [
        { name: `a${name}`, result, history: null },
        ...(other === undefined || index % 2 === 0
          ? []
          : [{ name: `b${name}`, result: other, history: null }]),
      ],
      missing: index % 3 === 0 ? [{ name: `c${name}`, why: `It ended${name}.` }] : [],
    });
    yield {
      told,
      hostile: reported(hostile, all[index - 1]?.hostile, text),
      harmless: reported(harmless, all[index - 1]?.harmless, ""),
    };
  }
}

describe("the page", () => {
  test("has the elements that it has with harmless texts, and its data as they are", () => {
    for (const { told, hostile, harmless } of reportedPairs()) {
      const page = renderHtml(hostile);
      assert.deepEqual(pageSkeleton(page), pageSkeleton(renderHtml(harmless)), told);
    }
  });
});

/** Of a drawing: how many there are follows from the texts' lengths, and none can do anything. */
const DRAWN =
  /^\s+(g|path|rect|line|circle|text|tspan|title)( (class|d|x|y|dy|width|height|rx|cx|cy|r))*$/;

/** Elements and the names of their attributes: of values only what loads or runs something. */
function pageSkeleton(page: string): string[] {
  const lines = skeleton(page).map((line) =>
    line
      // A chart's id is a digest of what tells it from the others: texts are in it.
      .replace(/\bc[0-9a-f]{12}\b/g, "c0")
      .replace(/ ([\w:-]+)="((?:[^"\\]|\\.)*)"/g, (_, name: string, value: string) =>
        /^(on|href|src|action|style|http-equiv|id$|for$)/.test(name) && !value.startsWith("#")
          ? ` ${name}=${value}`
          : ` ${name}`,
      ),
  );
  return lines.filter((line) => !DRAWN.test(line));
}

describe("JUnit", () => {
  test("is well-formed XML with the elements that it has with harmless texts", async () => {
    for (const { told, hostile, harmless } of reportedPairs()) {
      assert.deepEqual(
        skeletonOfXml(renderJunit(hostile)),
        skeletonOfXml(renderJunit(harmless)),
        told,
      );
    }
  });
});

describe("several runs in one comment", () => {
  test("the merged report keeps its elements", async () => {
    const context = { renderConfig: () => "{}", guideCompat: {} };
    for (const { told, hostile, harmless } of reportedPairs()) {
      const write = (reported: Reported) =>
        renderMergedMarkdown(reported, { budget: 1e9, merged: merge(reported, context) });
      sameMarkdown(write(hostile), write(harmless), told);
    }
  });
});
