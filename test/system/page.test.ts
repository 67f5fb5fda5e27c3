/** report.html as people open it: in a browser, light and dark, on a phone, by keyboard, on paper. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { gzipBase64 } from "../../src/gzip.ts";
import { COMPARISONS } from "../../src/report/fixtures/comparisons.ts";
import { large } from "../../src/report/fixtures/large.ts";
import { failing, hostile, passing } from "../../src/report/fixtures/results.ts";
import { renderHtml } from "../../src/report/html/page.ts";
import { renderJson } from "../../src/report/json.ts";
import { alone, type Reported } from "../../src/report/reported.ts";
import { type Result, resultSchema } from "../../src/result.ts";

const BIN = process.env.CHROMIUM_BIN ?? "/usr/bin/chromium";
const skip = existsSync(BIN)
  ? false
  : `no Chromium at ${BIN}: apt-get install --no-install-recommends chromium fonts-dejavu-core, or set CHROMIUM_BIN`;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const golden = () =>
  resultSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, GOLDEN), "utf8")));
const GOLDEN = "../../src/report/fixtures/golden/result.json";
const run = (name: string, result: Result) => ({ name, result, history: null });
const PAGES: Record<string, () => Reported> = {
  failing: () => alone(failing()),
  hostile: () => alone(hostile()),
  regression: () => alone(COMPARISONS.regression()),
  inconclusive: () => alone(COMPARISONS.inconclusive()),
  // Measured: with what fits, and whatever else a fixture leaves out.
  measured: () => alone(golden()),
  broken: () => alone(COMPARISONS.broken()),
  improvement: () => alone(COMPARISONS.improvement()),
  withheld: () => alone(COMPARISONS.withheld()),
  self: () => alone(COMPARISONS.self()),
  several: () => ({
    runs: [run("CPU", passing()), run("Metal", failing()), run("CUDA", COMPARISONS.regression())],
    missing: [{ name: "macos-15", why: "The job was cancelled." }],
  }),
};

const ALL = process.env.PAGE_LOOKS === "all";

describe("report.html in a browser", { skip }, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), "inferrs-bench-page-"));
  before(async () => {
    browser = await chromium.launch({
      executablePath: BIN,
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  function write(name: string, reported: Reported): string {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, renderHtml(reported, { gzip: gzipBase64 }));
    return pathToFileURL(path).href;
  }

  /** Opens it, and sees to it that nothing is asked for and nothing complains. */
  async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    page.on("console", (message) => assert.notEqual(message.type(), "error", message.text()));
    page.on("pageerror", (error) => assert.fail(error));
    page.on("request", (request) => {
      assert.ok(request.url() === url || request.url().startsWith("blob:"), request.url());
    });
    await page.goto(url);
    return page;
  }

  for (const [name, reported] of Object.entries(PAGES)) {
    // PAGE_LOOKS=all: each width in each scheme, which takes two minutes more.
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of colorScheme === "light" || ALL ? [1280, 360] : [360]) {
        if (!ALL && colorScheme === "light" && width === 360 && name !== "several") continue;
        test(`${name}, ${colorScheme}, ${width} px: axe finds nothing, nothing is too wide`, async () => {
          const options = { colorScheme, viewport: { width, height: 800 } };
          const page = await open(write(name, reported()), options);
          await openAll(page);
          assert.deepEqual(await violations(page), []);
          assert.equal(await sideways(page), 0);
          await page.close();
        });
      }
    }
  }

  test("it reads completely without a script, and shows no control that does nothing", async () => {
    const page = await open(write("plain", PAGES.failing?.() as Reported), {
      javaScriptEnabled: false,
    });
    const text = await page.locator("main").textContent();
    for (const part of ["out-of-memory", "Recommended settings", "What was run", "Every cell"]) {
      assert.ok(text?.includes(part), part);
    }
    assert.equal(await page.locator("button:visible, select:visible").count(), 0);
    // The figures can be chosen all the same.
    await page.locator(".heat label", { hasText: "TTFT" }).click();
    assert.ok(await page.locator(".heat .v-ttft").first().isVisible());
    assert.ok(!(await page.locator(".heat .v-turn").first().isVisible()));
    await page.close();
  });

  test("cells are filtered by word, outcome and scenario, and the count is told", async () => {
    const page = await open(write("filter", alone(failing())));
    const rows = page.locator("table.cells tbody tr:visible");
    const details = page.locator("details.cell:visible");
    assert.equal(await rows.count(), 8);
    await page.getByRole("combobox", { name: "Outcome" }).selectOption("!pass");
    assert.equal(await rows.count(), await details.count());
    assert.equal(await page.getByRole("status").textContent(), `${await rows.count()} of 8 shown`);
    await page.getByRole("combobox", { name: "Outcome" }).selectOption("out-of-memory");
    assert.equal(await rows.count(), 1);
    await page.getByRole("combobox", { name: "Outcome" }).selectOption("");
    await page.getByRole("combobox", { name: "Scenario" }).selectOption("chat");
    assert.equal(await rows.count(), 4);
    await page.getByRole("searchbox").fill("supportsTools=false REQUIRES");
    assert.equal(await rows.count(), 2);
    await page.close();
  });

  test("cells are sorted by any column, by keyboard too, and say so", async () => {
    const result = large(5, 20);
    const page = await open(write("sort", alone(result)));
    const head = page.locator("table.cells th", { hasText: "Decode" });
    await head.getByRole("button").focus();
    await page.keyboard.press("Enter");
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    const values = result.cells.map((cell) => cell.metrics.decodeTokensPerSecond?.median ?? 0);
    const shown = await sortedBy(page, "decode");
    assert.deepEqual(
      shown,
      values.toSorted((a, b) => a - b),
    );
    await page.keyboard.press("Space");
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    assert.deepEqual(
      await sortedBy(page, "decode"),
      values.toSorted((a, b) => b - a),
    );
    const details = await page
      .locator("details.cell")
      .evaluateAll((all) => all.map((each) => Number(each.dataset.decode)));
    assert.deepEqual(
      details,
      values.toSorted((a, b) => b - a),
    );
    await page.getByRole("combobox", { name: "Sort by" }).selectOption("order");
    assert.deepEqual(await sortedBy(page, "decode"), values);
    await page.close();
  });

  test("runs side by side are sorted by the figure that is shown", async () => {
    const page = await open(write("beside", PAGES.several?.() as Reported));
    await page.locator("#beside label", { hasText: "TTFT" }).click();
    const head = page.locator("#beside th", { hasText: "CUDA" });
    await head.getByRole("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    const first = await page.locator("#beside tbody tr").first().textContent();
    assert.match(first ?? "", /chat/);
    await page.close();
  });

  test("by keyboard: the skip link comes first, a cell's link opens its details", async () => {
    const page = await open(write("keyboard", alone(failing())));
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
    const link = page.locator(".heat a.to-cell").first();
    const id = (await link.getAttribute("href"))?.slice(1);
    await link.focus();
    await page.keyboard.press("Enter");
    await page.locator(`details#${id}[open]`).waitFor();
    await page.close();
  });

  test("the theme is switched and kept", async () => {
    const page = await open(write("theme", alone(passing())), { colorScheme: "light" });
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await back();
    await page.getByRole("combobox", { name: "Theme" }).selectOption("dark");
    assert.notEqual(await back(), light);
    await page.reload();
    assert.notEqual(await back(), light);
    await page.close();
  });

  test("settings are copied", async () => {
    const context = await browser.newContext({
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    await page.goto(write("copy", alone(failing())));
    await page.getByRole("button", { name: "Copy the settings" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(
      text,
      /compat: \{\n {2}requiresStringContent: true,\n {2}supportsTools: false,\n\}/,
    );
    await context.close();
  });

  test("settings are copied where the clipboard is refused to the page's script, too", async () => {
    const page = await open(write("copy-refused", alone(failing())));
    await page.evaluate(() => {
      const refuse = () => Promise.reject(new Error("refused"));
      Object.defineProperty(navigator, "clipboard", { value: { writeText: refuse } });
      document.addEventListener("copy", () => {
        document.body.dataset.copied = String(getSelection());
      });
    });
    await page.getByRole("button", { name: "Copy the settings" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await page.locator("body").getAttribute("data-copied");
    assert.match(copied ?? "", /supportsTools: false,\n\}/);
    await page.close();
  });

  test("on a phone no column of what was compared is off the screen, and what is long is folded", async () => {
    const options = { viewport: { width: 360, height: 800 } };
    const page = await open(write("phone", PAGES.measured?.() as Reported), options);
    const stacked = page.locator("table.stacks:visible");
    assert.ok((await stacked.count()) >= 3);
    for (const table of await stacked.all()) {
      assert.ok(await table.evaluate((each) => each.scrollWidth <= innerWidth));
    }
    const cell = stacked.locator("td[data-label=Change]").first();
    assert.match(
      await cell.evaluate((each) => getComputedStyle(each, "::before").content),
      /label|Change/,
    );
    assert.equal(await page.locator("details[data-roomy][open]").count(), 0);
    await page.close();
    const wide = await open(write("desk", PAGES.measured?.() as Reported));
    assert.equal(await wide.locator("details[data-roomy]:not([open])").count(), 0);
    await wide.close();
  });

  for (const [name, result] of Object.entries({ plain: hostile(), packed: large(10) })) {
    test(`the download has the bytes of result.json (${name})`, async () => {
      const page = await open(write(`download-${name}`, alone(result)));
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: /Download/ }).click(),
      ]);
      assert.equal(download.suggestedFilename(), "result.json");
      assert.equal(readFileSync(await download.path(), "utf8"), renderJson(result));
      await page.close();
    });
  }

  test("on paper everything is open, and nothing is cut off", async () => {
    const page = await open(write("paper", alone(failing())), {
      viewport: { width: 760, height: 1000 },
    });
    const closed = page.locator("details:not([open])");
    const before = await closed.count();
    await page.evaluate(() =>
      addEventListener("beforeprint", () => {
        document.body.dataset.closed = String(
          document.querySelectorAll("details:not([open])").length,
        );
      }),
    );
    await page.pdf({ format: "A4" });
    assert.ok(before > 0);
    assert.equal(await page.locator("body").getAttribute("data-closed"), "0");
    assert.equal(await closed.count(), before);
    await openAll(page);
    await page.emulateMedia({ media: "print" });
    // The heads of columns stay what they are.
    const controls = page.locator("select:visible, button:not(.sort):visible");
    assert.equal(await controls.count(), 0);
    assert.equal(await sideways(page), 0);
    await page.close();
  });

  test("50 cells of 100 rounds open: times as the browser recorded them", async (context) => {
    const url = write("large", alone(large()));
    const weight = readFileSync(new URL(url)).length;
    const page = await open(url);
    const times = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType(
        "navigation",
      ) as PerformanceNavigationTiming[];
      const [ready] = performance.getEntriesByName("ready");
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      return {
        paint: paint?.startTime,
        ready: ready?.startTime,
        loaded: navigation?.loadEventEnd,
      };
    });
    context.diagnostic(`${weight} bytes; ms: ${JSON.stringify(times)}`);
    assert.ok(weight < 1_500_000, `${weight} bytes`);
    assert.ok(times.ready !== undefined);
    await page.getByRole("searchbox").fill("profile-7");
    assert.equal(await page.locator("table.cells tbody tr:visible").count(), 2);
    await page.close();
  });
});

async function openAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
  });
}

/** What axe-core has to say, with where. Put in without the page's policy knowing of it. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, "utf8"));
  const found = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe;
    const { violations: all } = await axe.run();
    return all.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .slice(0, 3)
          .map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ""}`)
          .join(" | ")}`,
    );
  });
  return found;
}

interface AxeResults {
  violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** By how many px the page is wider than its window. */
function sideways(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

function sortedBy(page: Page, key: string): Promise<number[]> {
  return page
    .locator("table.cells tbody tr")
    .evaluateAll((rows, of) => rows.map((row) => Number(row.getAttribute(`data-${of}`))), key);
}
