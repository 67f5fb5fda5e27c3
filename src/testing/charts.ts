/** For the tests of the charts: what was drawn, read back from the markup. */
import type { HistoryReport } from "../analyze/history/report.ts";
import type { Point } from "../report/html/charts/px.ts";
import { html, type Node, toMarkup } from "../report/html/h.ts";
import type { ReportedRun } from "../report/reported.ts";
import type { Result } from "../result.ts";

export function runOf(result: Result, history: HistoryReport | null = null): ReportedRun {
  return { name: "run", result, history };
}

export function markupOf(node: Node): string {
  return toMarkup(html`<main>${node}</main>`);
}

/** Places of all dots of the paths whose class has all these words, in order. */
export function dotsIn(markup: string, ...words: string[]): Point[] {
  return pathsOf(markup, "dots", ...words).flatMap(placesOf);
}

/** `d` of the paths whose class has all these words. */
export function pathsOf(markup: string, ...words: string[]): string[] {
  return [...markup.matchAll(/<path class="([^"]*)" d="([^"]*)"/g)].flatMap(
    ([, className = "", d = ""]) =>
      words.every((word) => className.split(" ").includes(word)) ? [d] : [],
  );
}

function placesOf(d: string): Point[] {
  let at: Point = { x: 0, y: 0 };
  return [...d.matchAll(/([Mm])([^Mmz]+)z/g)].map(([, command, numbers = ""]) => {
    const [x = Number.NaN, y = Number.NaN] = numbersIn(numbers);
    at = command === "M" ? { x, y } : { x: at.x + x, y: at.y + y };
    return at;
  });
}

/** As SVG reads them: a sign or a second point begins another. */
export function numbersIn(text: string): number[] {
  return (text.match(/-?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number);
}

/** Texts with their places. */
export function textsIn(
  markup: string,
): { text: string; className: string; x: number; y: number }[] {
  return [...markup.matchAll(/<text(?: class="([^"]*)")?([^>]*)>(.*?)<\/text>/gs)].map(
    ([, className = "", attributes = "", inner = ""]) => ({
      className,
      x: Number(/ x="([^"]*)"/.exec(attributes)?.[1]),
      y: Number(/ y="([^"]*)"/.exec(attributes)?.[1]),
      text: inner
        .replace(/<title>.*?<\/title>/gs, "")
        .replace(/<[^>]*>/g, " ")
        .trim(),
    }),
  );
}
