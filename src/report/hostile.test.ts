/** The corpus of hostile texts in every place of a result, through every renderer. Judged by parsing. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compareResults } from "../analyze/compare-results.ts";
import { historyReport, keptHistorySchema } from "../analyze/history/report.ts";
import { annotations } from "../publish/annotations.ts";
import { OUTPUT_DESCRIPTIONS, outputs } from "../publish/outputs.ts";
import { type Result, resultSchema } from "../result.ts";
import { CORPUS, SHORT } from "../testing/hostile/corpus.ts";
import { inTurn, Places } from "../testing/hostile/infect.ts";
import {
  cmarkGfm,
  gfmToHtml,
  MADE_OF_TEXT,
  proseOf,
  skeleton,
} from "../testing/hostile/markdown.ts";
import { hostileBases, keptBases } from "../testing/hostile/results.ts";
import { isQuiet } from "../testing/hostile/terminal.ts";
import { skeletonOfXml } from "../testing/hostile/xml.ts";
import { compareMarkdown, compareText } from "./compare.ts";
import { renderDoctorEnd, renderDoctorStep, renderIssueBlock, renderSkipped } from "./doctor.ts";
import { code, fence, md, plain } from "./escape.ts";
import { historyMarkdown, historyText } from "./history.ts";
import { renderJson } from "./json.ts";
import { renderLive, renderLogLine, renderNote } from "./live.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderPlan } from "./plan.ts";
import type { Progress } from "./progress.ts";
import { renderTable } from "./terminal.ts";

/** What reports look up by its name: with these kept, the parts that need them are there too. */
const NAMED = /scenario|compat|variant|^cells\.\*\.id|base(Cell)?$|head$|\.cell$|\(key\)$|\.name$/;
const HARMLESS = ["harmless"];

const bases = Object.entries(hostileBases()).map(
  ([name, result]) => [name, new Places(resultSchema, result)] as const,
);

interface Pair {
  told: string;
  hostile: Result;
  harmless: Result;
}

/** The same places, once with texts of the corpus and once with a harmless one. */
function* pairs(texts: readonly string[] = SHORT): Generator<Pair> {
  let from = 0;
  for (const [name, places] of bases) {
    for (const where of ["first", "last"] as const) {
      for (const keep of [null, NAMED]) {
        const harmless = places.rewritten(inTurn(HARMLESS, where), keep);
        const hostile = places.rewritten(inTurn(texts, where, from), keep);
        yield { told: `${name}, ${where}, from ${from}`, hostile, harmless };
        from += 29;
      }
    }
  }
}

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
    let from = 0;
    for (const { told, hostile, harmless } of pairs()) {
      const next = hostileOther(hostile, (from += 3));
      const write = (one: Result, other: Result, name: string) =>
        compareMarkdown(compareResults(one, other), { base: name, head: `${name}2` });
      const text = SHORT[from % SHORT.length] ?? "";
      sameMarkdown(
        write(hostile, next, `x${text}`),
        write(harmless, hostileOther(harmless, null), "x"),
        told,
      );
    }
  });

  test("what is only long stays under GitHub's limit, and tells the verdict", () => {
    for (const text of CORPUS.long) {
      for (const [name, places] of bases) {
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

/** Another run to compare with: its texts differ from the first's. */
function hostileOther(result: Result, from: number | null): Result {
  const other = structuredClone(result);
  const text = from === null ? "y" : (SHORT[from % SHORT.length] ?? "");
  other.environment.cpu.model += `y${text}`;
  other.environment.fingerprint += `y${text}`;
  for (const variant of other.variants) variant.server.args.push(`y${text}`);
  return other;
}

function sameMarkdown(
  hostile: string,
  harmless: string,
  told: string,
  toHtml: (markdown: string) => string = gfmToHtml,
): void {
  const html = toHtml(hostile);
  assert.deepEqual(skeleton(html), skeleton(toHtml(harmless)), told);
  for (const text of proseOf(html)) {
    for (const [what, made] of Object.entries(MADE_OF_TEXT)) {
      assert.doesNotMatch(text, made, `${what} by ${told}`);
    }
  }
}

describe("the terminal and the log", () => {
  test("the final table, the comparison, the history", () => {
    for (const { told, hostile } of pairs()) {
      quiet(renderTable(hostile, { columns: 80, color: false }), told);
      quiet(compareText(compareResults(hostile, hostileOther(hostile, 3)), NAMES, 80), told);
    }
    for (const [name, kept] of Object.entries(keptBases())) {
      const places = new Places(keptHistorySchema, kept);
      for (let from = 0; from < SHORT.length; from += 7) {
        const history = historyReport(places.rewritten(inTurn(SHORT, "first", from)));
        quiet(historyText(history, 80).rows.join("\n"), `${name} from ${from}`);
        const { value } = { value: hostileBases().scaled };
        assert.ok(value);
        quiet(renderTable(value, { columns: 80, color: false, history }), `${name} from ${from}`);
      }
    }
  });

  test("the live view, log lines and notes", () => {
    for (const text of SHORT) {
      const progress = progressWith(text);
      const told = JSON.stringify(text);
      const lines = renderLive(progress, { columns: 80, rows: 24, color: false });
      quiet(lines.join("\n"), told);
      assert.ok(lines.every((line) => !line.includes("\n")));
      for (const line of [
        renderLogLine(null, progress),
        renderLogLine(null, { ...progress, finished: null, phase: "start" }),
        renderNote(text),
      ]) {
        quiet(line ?? "", told);
        assert.doesNotMatch(line ?? "", /\n/, told);
      }
    }
  });

  test("the plan", () => {
    for (const text of SHORT) quiet(renderPlan(planWith(text), 80), JSON.stringify(text));
  });

  test("the doctor's steps, its end and the block for an issue", () => {
    const view = { columns: 80, color: false };
    for (const text of SHORT) {
      const told = JSON.stringify(text);
      for (const status of ["pass", "fail", "skipped"] as const) {
        quiet(renderDoctorStep(stepWith(text, status), view), told);
      }
      quiet(renderSkipped([stepWith(text, "skipped")], view), told);
      quiet(renderDoctorEnd(endWith(text), view), told);
      sameMarkdown(
        renderIssueBlock(factsWith(`x${text}x`)),
        renderIssueBlock(factsWith("xhx")),
        told,
      );
    }
  });
});

const NAMES = { base: "a\u001b[31m|b\n::error::x", head: "out/head" };

function quiet(text: string, told: string): void {
  assert.deepEqual(isQuiet(text), [], told);
}

function progressWith(text: string): Progress {
  return {
    ...{ phase: "measure", doing: text, variant: text, elapsedMs: 1, remainingMs: null },
    finished: { label: text, outcome: "pass", tookMs: 1 },
    start: { number: 1, of: 1, kind: "measure" },
    round: { number: 1, of: 1 },
    requests: { done: 0, planned: 1 },
    cells: [
      {
        ...{ id: text, scenario: text, combination: text, state: "running", outcome: null },
        ...{ measured: 0, planned: 1, ttftMs: null, turnMs: null },
      },
    ],
    ...{ simulated: false, synthetic: false, pair: { kind: "confirming" } },
  };
}

function planWith(text: string): Parameters<typeof renderPlan>[0] {
  const side = { engine: text, model: text, device: text, client: text };
  return {
    ...side,
    scenarios: [{ name: text, title: text, scale: 0.5 }],
    ...{ combinations: [text], settings: [text], cells: 1, starts: 2, rounds: 1 },
    requests: { probe: 1, calibrate: 1, warmup: 1, measure: 1 },
    ...{ estimateMs: 1, estimateBasis: text, timeBudgetMs: null, fetches: false },
    ...{ defaults: [text], warnings: [text], out: text },
    comparison: {
      ...{ kind: "variants", base: { ...side, engine: `y${text}` }, restarted: true, looks: [8] },
      ...{ rounds: 1, firstLookMs: null, differs: [{ what: text, base: text, head: text }] },
      thresholds: [{ metric: text, share: 0.05 }],
    },
    ...{ attached: false, simulated: false, synthetic: false },
  };
}

function stepWith(text: string, status: "pass" | "fail" | "skipped") {
  const outcome = { kind: "http-error", evidence: text, meaning: text, remedy: text } as const;
  const step = { id: "chat", title: "a plain chat", sent: text, came: text, tookMs: 1 } as const;
  return { ...step, status, outcome };
}

function endWith(text: string): Parameters<typeof renderDoctorEnd>[0] {
  return {
    ...{ works: true, sentences: [text, text], notChecked: [text] },
    recommendation: {
      ...{ compat: { [text]: text }, because: text, toolsKept: true },
      settings: [{ path: text, value: text, because: text, cost: text }],
      openclawConfig: `// ${text}\n{ id: ${JSON.stringify(text)} }\n`,
    },
  };
}

function factsWith(text: string): Parameters<typeof renderIssueBlock>[0] {
  return {
    ...{ version: "0.1.0", system: text, machine: text, server: text, client: text },
    steps: [stepWith(text, "fail"), stepWith(text, "pass")],
    ...{ sentences: [text, text], recommendation: endWith(text).recommendation },
  };
}

describe("what other programs read", () => {
  test("result.json is read back as it was", () => {
    for (const { told, hostile } of pairs()) {
      const read: unknown = JSON.parse(renderJson(hostile));
      assert.deepEqual(resultSchema.parse(read), JSON.parse(JSON.stringify(hostile)), told);
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
        quiet(`${title}\n${message}`, told);
        assert.doesNotMatch(title + message, /\n/, told);
      }
    }
  });
});

/** Parts that are built in other files; each is tested from the day on which its file is there. */
const there = (file: string) => existsSync(new URL(file, import.meta.url));
const unbuilt = (file: string) => (there(file) ? false : `src/report/${file} isn't there yet`);
type Renderer = (reported: unknown, options?: unknown) => string;
const renderer = async (file: string, name: string) =>
  ((await import(new URL(file, import.meta.url).href)) as Record<string, Renderer>)[name] ??
  assert.fail(`${file} has no ${name}`);

/** Several side by side, one that is missing, all with texts of the corpus. */
function* reportedPairs(): Generator<{ told: string; hostile: unknown; harmless: unknown }> {
  const all = [...pairs()];
  for (const [index, { told, hostile, harmless }] of all.entries()) {
    const text = SHORT[(index * 11) % SHORT.length] ?? "";
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

describe("the page", { skip: unbuilt("html/page.ts") }, () => {
  test("has the elements that it has with harmless texts, and its data as they are", async () => {
    const render = await renderer("html/page.ts", "renderHtml");
    for (const { told, hostile, harmless } of reportedPairs()) {
      const page = render(hostile);
      assert.deepEqual(pageSkeleton(page), pageSkeleton(render(harmless)), told);
    }
  });
});

/** Elements and the names of their attributes: of values only what loads or runs something. */
function pageSkeleton(page: string): string[] {
  return skeleton(page).map((line) =>
    line.replace(/ ([\w:-]+)="((?:[^"\\]|\\.)*)"/g, (_, name: string, value: string) =>
      /^(on|href|src|action|style|http-equiv|id$|for$)/.test(name) && !value.startsWith("#")
        ? ` ${name}=${value}`
        : ` ${name}`,
    ),
  );
}

describe("JUnit", { skip: unbuilt("junit.ts") }, () => {
  test("is well-formed XML with the elements that it has with harmless texts", async () => {
    const render = await renderer("junit.ts", "renderJunit");
    for (const { told, hostile, harmless } of reportedPairs()) {
      assert.deepEqual(skeletonOfXml(render(hostile)), skeletonOfXml(render(harmless)), told);
    }
  });
});

describe("several runs in one comment", { skip: unbuilt("merged-markdown.ts") }, () => {
  test("the merged report keeps its elements", async () => {
    const render = await renderer("merged-markdown.ts", "renderMergedMarkdown");
    for (const { told, hostile, harmless } of reportedPairs()) {
      sameMarkdown(render(hostile, WHOLE), render(harmless, WHOLE), told);
    }
  });
});
