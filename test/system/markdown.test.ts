/**
 * The comment as GitHub draws it: by its own Markdown renderer and style, in Chromium, on a phone and
 * on a desk. PNGs are kept where MARKDOWN_SHOTS names a folder.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Browser, chromium } from "playwright-core";
import { COMPARISONS } from "../../src/report/fixtures/comparisons.ts";
import { golden } from "../../src/report/fixtures/examples.ts";
import { failing, hostile, passing } from "../../src/report/fixtures/results.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import type { Result } from "../../src/result.ts";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const CMARK = spawnSync("cmark-gfm", ["--version"]).status === 0;
const missing = [CMARK ? null : "cmark-gfm", existsSync(CHROMIUM) ? null : "chromium"].filter(
  (name) => name !== null,
);
const skip =
  missing.length === 0
    ? false
    : `not installed: ${missing.join(", ")} (apt-get install --no-install-recommends cmark-gfm chromium fonts-dejavu-core fonts-noto-color-emoji)`;
const SHOTS = process.env.MARKDOWN_SHOTS;

/** 200 cells, more than a comment has room for. */
function large(): Result {
  const result = failing();
  const cells = result.cells;
  result.cells = Array.from({ length: 200 }, (_, i) => {
    const cell = cells[i % cells.length];
    assert.ok(cell);
    const compat = { ...cell.compat, toolSchemaProfile: `profile-${i}` };
    return { ...cell, compat, id: `${cell.id},toolSchemaProfile=profile-${i}` };
  });
  return result;
}

const RESULTS: Record<string, () => Result> = {
  ...{ golden, passing, failing, hostile, large },
  ...COMPARISONS,
};

/** The extensions that GitHub has. Its alerts and mermaid stay what they are without it. */
function html(markdown: string): string {
  const extensions = ["table", "strikethrough", "autolink", "tagfilter", "tasklist"];
  const args = ["--unsafe", "--github-pre-lang", ...extensions.flatMap((name) => ["-e", name])];
  return execFileSync("cmark-gfm", args, { input: markdown, encoding: "utf8", maxBuffer: 1e8 });
}

const css = () =>
  readFileSync(
    createRequire(import.meta.url).resolve("github-markdown-css/github-markdown-light.css"),
    "utf8",
  );

let browser: Browser | null = null;
after(() => browser?.close());

async function open(markdown: string, width: number) {
  browser ??= await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const style = `${css()} body { margin: 0; padding: 16px; box-sizing: border-box }`;
  await page.setContent(
    `<!doctype html><meta charset="utf-8"><style>${style}</style><body class="markdown-body">${html(markdown)}`,
  );
  return page;
}

test("a phone scrolls no page, and what is folded is folded", { skip }, async () => {
  for (const [name, make] of Object.entries(RESULTS)) {
    const markdown = renderMarkdown(make(), {
      place: "comment",
      marker: "<!-- inferrs-bench:default -->",
      earlier: { previous: null, commit: null },
    });
    for (const width of [360, 900]) {
      const page = await open(markdown, width);
      if (SHOTS !== undefined) {
        mkdirSync(SHOTS, { recursive: true });
        await page.screenshot({ path: join(SHOTS, `${name}-${width}.png`), fullPage: true });
      }
      const seen = await page.evaluate(() => {
        const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
        const folds = all("details");
        const shut = folds.every((fold) => !(fold as HTMLDetailsElement).open);
        for (const fold of folds) (fold as HTMLDetailsElement).open = true;
        const root = document.documentElement;
        const wide = all("body *").filter(
          (element) =>
            element.getBoundingClientRect().right > root.clientWidth + 0.5 &&
            element.closest("table, pre") === null,
        );
        return {
          scroll: root.scrollWidth - root.clientWidth,
          wide: wide.map((element) => element.outerHTML.slice(0, 200)),
          folds: folds.length,
          shut,
          empty: folds.filter((fold) => (fold.textContent ?? "").trim() === "").length,
          stray: /<\/?(details|summary|sub|br|wbr)\b/.test(document.body.textContent ?? ""),
          active: all("script, iframe, img, a[href^='http'], form, input").length,
        };
      });
      await page.close();
      const where = `${name} at ${width}`;
      assert.equal(seen.scroll, 0, where);
      assert.deepEqual(seen.wide, [], where);
      assert.ok(seen.folds >= 3 && seen.shut, where);
      assert.equal(seen.empty, 0, where);
      assert.equal(seen.stray, name === "hostile", `${where}: a tag is shown as text`);
      assert.equal(seen.active, 0, `${where}: something is active`);
    }
  }
});

test("on a phone the tables of the verdict and of the combinations don't scroll", {
  skip,
}, async () => {
  for (const name of ["golden", "failing", "regression", "broken", "inconclusive"]) {
    const make = RESULTS[name];
    assert.ok(make);
    const page = await open(renderMarkdown(make(), { place: "comment" }), 360);
    const tables = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("body > table")].map(
        (table) => table.scrollWidth - table.clientWidth,
      ),
    );
    await page.close();
    assert.ok(tables.length > 0 && tables.every((over) => over <= 0), `${name}: ${tables}`);
  }
});
