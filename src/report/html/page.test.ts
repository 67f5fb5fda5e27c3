import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { merge } from "../../analyze/merged/merged.ts";
import { isAgent } from "../../analyze/recommend.ts";
import { gzipBase64 } from "../../gzip.ts";
import type { Result } from "../../result.ts";
import { visible } from "../escape.ts";
import { COMPARISONS } from "../fixtures/comparisons.ts";
import { large } from "../fixtures/large.ts";
import { failing, HOSTILE, hostile, interrupted, passing, scaled } from "../fixtures/results.ts";
import { renderJson } from "../json.ts";
import { alone, type Reported } from "../reported.ts";
import { renderHtml } from "./page.ts";
import { heatOf, SHOWN } from "./shown.ts";

/** Every kind of result that a page is made of. */
const PAGES: Record<string, () => Reported> = {
  passing: () => alone(passing()),
  failing: () => alone(failing()),
  scaled: () => alone(scaled()),
  interrupted: () => alone(interrupted()),
  hostile: () => alone(hostile()),
  several,
  ...Object.fromEntries(
    Object.entries(COMPARISONS).map(([name, make]) => [name, () => alone(make())]),
  ),
};

function several(): Reported {
  const run = (name: string, result: Result) => ({ name, result, history: null });
  return {
    runs: [run("CPU", passing()), run("Metal", failing()), run("CUDA", COMPARISONS.regression())],
    missing: [{ name: "macos-15", why: "The job was cancelled." }],
  };
}

for (const [name, reported] of Object.entries(PAGES)) {
  test(`${name}: each id once, each reference to something there, headings in order`, () => {
    const page = renderHtml(reported());
    const ids = matches(page, / id="([^"]*)"/g);
    assert.equal(
      new Set(ids).size,
      ids.length,
      `twice: ${ids.filter((id, i) => ids.indexOf(id) !== i)}`,
    );
    const references = [
      ...matches(page, / href="#([^"]*)"/g),
      ...matches(page, / aria-(?:labelledby|describedby)="([^"]*)"/g),
      ...matches(page, / data-(?:copy|download)="([^"]*)"/g),
    ];
    for (const id of references) assert.ok(ids.includes(id), id);
    const levels = matches(page, /<h([1-6])[ >]/g).map(Number);
    assert.equal(levels[0], 1);
    levels.reduce((before, level) => {
      assert.ok(level <= before + 1 && level > 1, `h${level} after h${before}`);
      return level;
    });
  });

  test(`${name}: nothing is asked of the network, and nothing runs but what the policy names`, () => {
    const page = withoutData(renderHtml(reported()));
    const [style = ""] = matches(page, /<style>(.*?)<\/style>/gs);
    const [script = ""] = matches(page, /<script>(.*?)<\/script>/gs);
    const [policy = ""] = matches(page, /http-equiv="Content-Security-Policy" content="([^"]*)"/g);
    assert.ok(policy.startsWith("default-src 'none'; "), policy);
    assert.ok(policy.includes(`script-src 'sha256-${sha256(script)}';`), policy);
    assert.ok(policy.includes(`style-src 'sha256-${sha256(style)}';`), policy);
    assert.equal(matches(page, /<(script)[ >]/g).length, 1);
    const tags = page.replace(/<(style|script)>.*?<\/\1>/gs, "").match(/<[a-z][^>]*>/g) ?? [];
    for (const tag of tags) {
      assert.doesNotMatch(tag, / (?:style|src|srcset|action|on[a-z]+)=/, tag);
      assert.doesNotMatch(tag, / href="(?!#)/, tag);
      assert.doesNotMatch(tag, /^<(?:img|link|iframe|object|embed|base|form|video|audio)\b/, tag);
    }
  });
}

test("what is hostile is text: no control character, no change of direction, no mark-up", () => {
  const page = renderHtml(alone(hostile()));
  assert.equal(visible(withoutData(page)), withoutData(page));
  assert.ok(page.includes("&lt;script>alert(1)&lt;/script>&lt;img src=x"));
  assert.doesNotMatch(page, /<(?:img|script>alert)/);
  assert.doesNotMatch(page, /<!--/);
});

test("a run's data are the bytes of its result.json", () => {
  for (const result of [failing(), hostile(), breaking()]) {
    const text = dataOf(renderHtml(alone(result)), "result-json");
    const file = text.replace(/\\(u003c|.)/gs, (all, what) => (what === "u003c" ? "<" : all));
    assert.equal(file, renderJson(result));
  }
});

/** Has what an escape, badly undone, would spoil. */
function breaking(): Result {
  const text = "\\u003c \\\\u003c <\\u003c </script ><!-- \u2028 \ud83d\ude00 \u202e";
  return { ...passing(), warnings: [{ code: "x", text: text + HOSTILE }] };
}

test("a long result is compressed, its samples by column, and weighs under 1.5 MB with its page", () => {
  const result = large();
  const page = renderHtml(alone(result), { gzip: gzipBase64 });
  assert.ok(result.cells.length === 50 && renderJson(result).length > 5_000_000);
  assert.ok(Buffer.byteLength(page) < 1_500_000, `${Buffer.byteLength(page)} bytes`);
  assert.match(page, /type="application\/gzip" data-encoding="base64" data-samples="columns"/);
  const data = JSON.parse(
    gunzipSync(Buffer.from(dataOf(page, "result-json"), "base64")).toString(),
  );
  const [starts, , values] = data.cells[0].metrics.ttftMs.samples;
  assert.deepEqual(
    values,
    result.cells[0]?.metrics.ttftMs?.samples.map(({ value }) => value),
  );
  assert.equal(starts.length, 100);
});

test("the first words are the verdict, what to do and what must be known first", () => {
  const { regression } = COMPARISONS;
  assert.match(h1(renderHtml(alone(regression()))), /^Regression: decode of agent-turn 13% slower/);
  assert.match(h1(renderHtml(alone(failing()))), /^Agent turns work only without tools/);
  const page = renderHtml(alone(scaled()));
  assert.match(page, /<strong>SYNTHETIC MODEL:<\/strong> random weights/);
  assert.match(page, /<strong>SCALED:<\/strong> agent turns at 10%/);
});

test("outcomes are told by a word and a shape, the recommended combination by words", () => {
  const page = renderHtml(alone(failing()));
  assert.match(
    page,
    /<span class="badge bad"><svg[^>]*><use href="#icon-bad"[^>]*>(?:<\/use>)?<\/svg> out-of-memory<\/span>/,
  );
  assert.match(page, /<span class="chosen">★ recommended<\/span>/);
});

test("several runs stand in columns, with each run's own section, and who gave no result", () => {
  const page = renderHtml(several());
  for (const name of ["CPU", "Metal", "CUDA"]) {
    assert.match(page, new RegExp(`<th scope="col" data-sort="r\\d-\\*">${name}<small`));
    assert.match(page, new RegExp(`<h2 id="r\\d-run-title">${name}</h2>`));
  }
  assert.match(page, /macos-15: The job was cancelled\./);
  assert.match(h1(page), /^CUDA: Regression|^Metal: /);
  assert.match(page, /data-name="CPU-result\.json"/);
});

test("no run at all is a page, too", () => {
  const page = renderHtml({ runs: [], missing: [{ name: "a", why: "It never began." }] });
  assert.equal(h1(page), "No run gave a result.");
  assert.match(page, /a: It never began\./);
});

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? "");
}

function withoutData(page: string): string {
  return page.replace(/<script id="[^"]*result-json" type.*?<\/script>/gs, "");
}

function dataOf(page: string, id: string): string {
  const [text] = matches(page, new RegExp(`<script id="${id}" type[^>]*>(.*?)</script>`, "gs"));
  assert.ok(text !== undefined);
  return text;
}

function h1(page: string): string {
  const [text = ""] = matches(page, /<h1>(.*?)<\/h1>/gs);
  return text.replace(/<[^>]*>/g, "").trim();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

test("what must be known of any run stands before any figure of several, with whose it is", () => {
  const runs = [
    { name: "here", result: { ...passing(), simulated: true }, history: null },
    { name: "there", result: { ...passing(), simulated: false }, history: null },
    { name: "tenth", result: { ...scaled(), simulated: false }, history: null },
  ];
  const reported = { runs, missing: [] };
  const context = { guideCompat: {}, renderConfig: () => null };
  for (const options of [{}, { merged: merge(reported, context) }]) {
    const page = renderHtml(reported, options);
    const top = page.slice(page.indexOf("<header"), page.indexOf("</header>"));
    const banner = top.slice(top.indexOf('class="caveats"'));
    assert.match(banner, /<strong>SIMULATED:<\/strong> [^<]*\(here\)/);
    assert.match(banner, /<strong>SYNTHETIC MODEL:<\/strong> [^<]*\(tenth\)/);
    assert.match(banner, /<strong>SCALED:<\/strong> [^<]*\(tenth\)/);
    assert.ok(top.indexOf("SIMULATED") < top.indexOf('class="lead"'));
  }
});

test("a combination that keeps the tools is not shamed by one that leaves them out", () => {
  const result = structuredClone(passing());
  result.recommendation = null;
  for (const cell of result.cells.filter(isAgent)) {
    const toolless = cell.compat.supportsTools === false;
    cell.requestDigest = toolless ? "short" : "long";
    const turn = cell.metrics.turnMs;
    assert.ok(turn);
    turn.median = toolless ? 100 : 1000;
  }
  const shades = (page: string) => new Set(matches(page, /v v-turn heat-(\d)"><b>1 s<\/b>/g));
  const page = renderHtml(alone(result));
  assert.deepEqual([...shades(page)], ["0"]);
  assert.match(
    page,
    /best of the column, turns with tools and turns without each among themselves/,
  );
  // Where both send the same bytes there is nothing to tell them apart by.
  for (const cell of result.cells) cell.requestDigest = "same";
  assert.ok([...shades(renderHtml(alone(result)))].includes("4"));
});

test("whatever figures a result has, the page is made of it, and stays small", () => {
  const plain = renderHtml(alone(passing())).length;
  const extreme = [1e300, 5e-324, -0, 0, -1e300, Number.MAX_VALUE, 2 ** 53, 1e-300];
  let next = 0;
  for (const make of [passing, failing, scaled, COMPARISONS.regression, COMPARISONS.noRegression]) {
    for (let from = 0; from < extreme.length; from += 3) {
      next = from;
      const odd = withNumbers(make?.() ?? passing(), () => extreme[next++ % extreme.length] ?? 0);
      const page = renderHtml(alone(odd as Result));
      assert.ok(page.length < 4 * plain + 400_000, `${page.length} of ${plain}`);
      assert.doesNotMatch(
        withoutData(page),
        / (?:d|x|y|cx|cy|r|width|height)="[^"]*(?:NaN|Infinity)/,
      );
    }
  }
});

/** Every number that isn't a count of what is there in its place. */
function withNumbers(value: unknown, next: () => number): unknown {
  if (typeof value === "number") return next();
  if (Array.isArray(value)) return value.map((each) => withNumbers(each, next));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withNumbers(each, next)]),
  );
}

test("best is only what is better by more than noise: the others say by how much they are worse", () => {
  const [turn] = SHOWN;
  assert.ok(turn);
  const text = (values: number[]) => values.map((value) => heatOf(turn, value, values).text);
  assert.deepEqual(text([80.3, 80.4]), ["", ""]);
  assert.deepEqual(text([80, 80.3, 120]), ["", "", "1.50×"]);
  assert.deepEqual(text([80, 80, 120]), ["", "", "1.50×"]);
  assert.deepEqual(text([80, 90]), ["best", "1.13×"]);
  assert.deepEqual(text([80]), [""]);
});
