/** The corpus of hostile texts in every place of a report in Markdown. Judged by parsing. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compareResults } from "../analyze/compare-results.ts";
import { historyReport, keptHistorySchema } from "../analyze/history/report.ts";
import type { Result } from "../result.ts";
import { CORPUS, SHORT } from "../testing/hostile/corpus.ts";
import { inTurn, Places } from "../testing/hostile/infect.ts";
import { cmarkGfm, gfmToHtml, sameMarkdown, skeleton } from "../testing/hostile/markdown.ts";
import { anotherThan, bases, HARMLESS, NAMED, pairs, textAt } from "../testing/hostile/pairs.ts";
import { keptBases } from "../testing/hostile/results.ts";
import { compareMarkdown } from "./compare.ts";
import { code, fence, md, plain } from "./escape.ts";
import { historyMarkdown } from "./history.ts";
import { renderMarkdown } from "./markdown.ts";

const noCmark = (() => {
  try {
    execFileSync("cmark-gfm", ["--version"]);
    return false;
  } catch {
    return "cmark-gfm isn't here: apt-get install cmark-gfm";
  }
})();

/** With every part in it. */
const WHOLE = { budget: 1e9 };

/** Between them they have every part. */
const WITH_ALL = new Set(["setUpFailed", "climbed", "broken"]);

describe("Markdown", () => {
  test("each text alone, in each way of escaping, makes nothing but text", () => {
    const contexts: [string, (text: string) => string][] = [
      ["paragraph", (text) => md(text)],
      ["after a word", (text) => `word ${md(text)} word`],
      ["between figures", (text) => `12${md(text)}12`],
      ["heading", (text) => `### ${md(text)}`],
      ["item", (text) => `- ${md(text)}\n- next`],
      ["quote", (text) => `> ${md(text)}\n\nnext`],
      ["strong", (text) => `**x${md(text)}x**`],
      ["row", (text) => `| a | b |\n| :-- | --: |\n| ${md(text)} | ${code(text)} |\n| c | d |`],
      [
        "folded",
        (text) => `<details><summary>x ${md(text)}</summary>\n\n${md(text)}\n\n</details>`,
      ],
      ["small", (text) => `<sub>${md(text)}</sub>`],
      ["code", (text) => `a ${code(text)} b`],
      ["fence", (text) => `${fence(text, "text")}\n\nnext`],
      ["fence in an item", (text) => `- x\n\n${fence(text, "json5")}\n\n- y`],
    ];
    for (const text of SHORT) {
      for (const [where, write] of contexts) {
        sameMarkdown(write(`x${text}x`), write("xhx"), `${where}: ${JSON.stringify(text)}`);
        if (plain(text) !== "") {
          sameMarkdown(write(text), write("h"), `${where}, alone: ${JSON.stringify(text)}`);
        }
      }
    }
  });

  test("any mixture of them does neither", () => {
    const mixture = fc
      .array(fc.oneof(fc.constantFrom(...SHORT), fc.string({ unit: "binary", maxLength: 4 })), {
        ...{ minLength: 1, maxLength: 6 },
      })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(mixture, mixture, (one, other) => {
        const write = (a: string, b: string) =>
          [
            `### x${md(a)}: ${md(b)}`,
            `| a | b |\n| :-- | --: |\n| x${md(a)} | ${code(b)}<br>${md(b)}x |`,
            `<details><summary>x ${md(b)}</summary>\n\nx${md(a)}\n\n${fence(b, "text")}\n\n</details>`,
            `> x${md(a)}${md(b)}`,
          ].join("\n\n");
        sameMarkdown(write(one, other), write("h", "h"), JSON.stringify([one, other]));
      }),
      { numRuns: 300 },
    );
  });

  test("the whole report keeps its elements, whatever stands in every place of the result", () => {
    for (const { told, hostile, harmless } of pairs()) {
      sameMarkdown(renderMarkdown(hostile, WHOLE), renderMarkdown(harmless, WHOLE), told);
    }
  });

  test("GitHub's own parser agrees", { skip: noCmark }, () => {
    for (const { told, hostile, harmless } of pairs()) {
      const write = (result: Result) => renderMarkdown(result, WHOLE);
      sameMarkdown(write(hostile), write(harmless), told, cmarkGfm);
    }
  });

  test("the section of the history, and two runs side by side", () => {
    for (const [name, kept] of Object.entries(keptBases())) {
      const places = new Places(keptHistorySchema, kept);
      for (let from = 0; from < SHORT.length; from += 7) {
        const write = (texts: readonly string[]) =>
          historyMarkdown(historyReport(places.rewritten(inTurn(texts, "first", from))));
        sameMarkdown(write(SHORT), write(HARMLESS), `${name} from ${from}`);
      }
    }
    for (const [index, { told, hostile, harmless }] of pairs().entries()) {
      const write = (one: Result, other: Result, name: string) =>
        compareMarkdown(compareResults(one, other), { base: name, head: `${name}2` });
      const text = textAt(index * 3);
      sameMarkdown(
        write(hostile, anotherThan(hostile, text), `x${text}`),
        write(harmless, anotherThan(harmless, ""), "x"),
        told,
      );
    }
  });

  test("what is only long stays under GitHub's limit, and tells the verdict", () => {
    for (const text of CORPUS.long) {
      for (const [name, places] of bases.filter(([name]) => WITH_ALL.has(name))) {
        const result = places.rewritten(inTurn([text], "last"), NAMED);
        const body = renderMarkdown(result, { budget: 65_000 });
        const told = `${name}: ${JSON.stringify(text.slice(0, 9))}`;
        assert.ok(body.length < 65_536, `${told}: ${body.length}`);
        const harmless = places.rewritten(inTurn(HARMLESS, "last"), NAMED);
        const [heading = ""] = skeleton(gfmToHtml(renderMarkdown(harmless, { budget: 65_000 })));
        assert.equal(skeleton(gfmToHtml(body))[0], heading, told);
      }
    }
  });
});
