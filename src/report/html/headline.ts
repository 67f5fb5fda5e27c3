/** The first words of a run: its verdict, the number that matters, what must be known before any figure. */
import type { Result } from "../../result.ts";
import { type CameOut, cameOut } from "../came-out.ts";
import { comparisonSentence, whatToDo } from "../comparison-words.ts";
import { headOnly } from "../head-only.ts";
import { headlineCell, numbersLine, sizeLine, verdictLine } from "../summary.ts";
import { html, type Node } from "./h.ts";
import { icon, type Tone } from "./outcome.ts";
import { paragraphs } from "./parts.ts";
import { SHOWN } from "./shown.ts";

export interface Headline {
  tone: Tone;
  sentence: string;
  /** What to do, or the number that matters. */
  more: string[];
}

export function headlineOf(whole: Result): Headline {
  const result = headOnly(whole);
  const compared = comparisonSentence(whole);
  if (compared !== null) {
    return { tone: comparedTone(whole), sentence: compared, more: [whatToDo(whole)] };
  }
  const numbers = numbersLine(result);
  return {
    tone: TONES[cameOut(result)],
    sentence: verdictLine(result),
    more: numbers === null ? [] : [numbers],
  };
}

function comparedTone({ verdict }: Result): Tone {
  if (verdict === "broken" || verdict === "regression") return "bad";
  return verdict === null || verdict === "inconclusive" ? "warn" : "ok";
}

const TONES: Readonly<Record<CameOut, Tone>> = { works: "ok", partly: "warn", not: "bad" };

/** @param notes of `caveats`, or of several runs */
export function caveatList(notes: readonly string[]): Node {
  if (notes.length === 0) return null;
  return html`<ul class="caveats" aria-label="Before any figure">${notes.map((note) => {
    const [, word, rest] = /^([A-Z][A-Z ]+): (.*)$/s.exec(note) ?? [null, "NOTE", note];
    return html`<li>${icon("warn")}<span><strong>${word}:</strong> ${rest}</span></li>`;
  })}</ul>`;
}

/** The headline cell's figures, large. */
export function tiles(whole: Result): Node {
  const cell = headlineCell(headOnly(whole));
  const known = SHOWN.flatMap((metric) => {
    const value = metric.of(cell);
    return value === null ? [] : [{ title: metric.title, text: metric.show(value) }];
  });
  if (cell === undefined || known.length === 0) return null;
  const of = whole.comparison === null ? cell.scenario : `${cell.scenario} on head`;
  return html`<div class="tiles-of">
    <p class="muted-text">Medians of ${of}</p>
    <dl class="tiles">${known.map(({ title, text }) => {
      // Figures large, units small: `2 min 1 s` has two of each.
      const parts = text
        .split(/([\d.,]+)/)
        .map((part, i) => (i % 2 === 1 ? part : html`<small>${part}</small>`));
      return html`<div><dt>${title}</dt><dd>${parts}</dd></div>`;
    })}</dl>
  </div>`;
}

/** What it is and when, in one line of small print. */
export function colophon(result: Result): string {
  const models = [...new Set(result.variants.map(({ model }) => model.servedId ?? model.id))];
  const at = result.startedAt.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC");
  return `${models.join(", ")} · ${at} · ${sizeLine(result)}`;
}

/** What a comparison's head is like, apart from base. */
export function headByItself(whole: Result): Node {
  if (whole.comparison === null) return null;
  const result = headOnly(whole);
  return paragraphs([verdictLine(result), numbersLine(result)]);
}
