// Screenshots of a report.html as people see it: light, dark, on a phone, on paper.
//   npm run look:report -- PAGE [FOLDER]
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page = "inferrs-bench-out/report.html", folder = "report-screenshots"] =
  process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const views = {
  light: { width: 1280, height: 900, colorScheme: "light", media: "screen" },
  dark: { width: 1280, height: 900, colorScheme: "dark", media: "screen" },
  phone: { width: 360, height: 740, colorScheme: "light", media: "screen" },
  "phone-dark": { width: 360, height: 740, colorScheme: "dark", media: "screen" },
  paper: { width: 760, height: 1000, colorScheme: "dark", media: "print" },
} as const;
for (const [name, { width, height, colorScheme, media }] of Object.entries(views)) {
  const tab = await browser.newPage({ viewport: { width, height }, colorScheme });
  await tab.emulateMedia({ media, colorScheme });
  await tab.goto(pathToFileURL(resolve(page)).href);
  if (media === "print") await tab.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const path = join(folder, `${name}.png`);
  await tab.screenshot({ path, fullPage: true });
  const wide = await tab.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  process.stdout.write(`${path}${wide > 0 ? `: ${wide} px too wide` : ""}\n`);
  await tab.close();
}
await browser.close();
