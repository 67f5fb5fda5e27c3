/**
 * `npm run validate:fit [-- DRAWS]`: forecasts of memory against hidden curves of the simulator, as a
 * table in Markdown. Ends with 1 when the 90% interval holds the truth less than 85 times in 100.
 */
import { ASKED, CURVES, coverage, DISTURBANCES } from "../src/testing/fit/hidden.ts";

const DRAWS = Number(process.argv[2] ?? 100);
const LEAST = 0.85;
const print = (line: string) => process.stdout.write(`${line}\n`);

print(
  `Truth inside the 90% interval, in ${DRAWS} draws each; median width of the interval and median error of the forecast, both as shares of the truth.`,
);
print("");
print(
  `| curve | disturbance | ${ASKED.map((tokens) => tokens.toLocaleString("en-US")).join(" | ")} |`,
);
print(`| :-- | :-- | ${ASKED.map(() => "--:").join(" | ")} |`);
const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
let least = 1;
for (const curve of CURVES) {
  for (const disturbance of DISTURBANCES) {
    const rows = coverage(curve, disturbance, DRAWS);
    least = Math.min(least, ...rows.map(({ inside, draws }) => inside / draws));
    const cells = rows.map(
      ({ inside, width, error }) => `${inside}, width ${percent(width)}, error ${percent(error)}`,
    );
    print(`| ${curve} | ${disturbance.name} | ${cells.join(" | ")} |`);
  }
}
print("");
print(`Least: ${percent(least)} of the draws.`);
process.exitCode = least < LEAST ? 1 : 0;
