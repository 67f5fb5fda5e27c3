/** The page: one file that asks the network for nothing. Pure. */
import { createHash } from "node:crypto";
import type { Merged } from "../../analyze/merged/merged.ts";
import { clip, plain } from "../escape.ts";
import { list, plural } from "../format.ts";
import { headOnly } from "../head-only.ts";
import { mergedCaveats, mergedHead } from "../merged-words.ts";
import type { Reported, ReportedRun } from "../reported.ts";
import { caveats } from "../summary.ts";
import { besideMatrix, type Numbered, runsTable } from "./beside.ts";
import { downloads, embed, type Gzip } from "./data.ts";
import { html, type Node, toMarkup } from "./h.ts";
import { caveatList, colophon, type Headline, headlineOf, tiles } from "./headline.ts";
import { icon, sprite, type Tone } from "./outcome.ts";
import { section } from "./parts.ts";
import { type Section, sectionsOf } from "./run.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

export interface PageOptions {
  /** Compresses results that would make the page heavy; absent: they are embedded as they are. */
  gzip?: Gzip;
  /** What several runs come to together; absent: the page begins with the worst of them. */
  merged?: Merged;
}

/** @returns the whole file */
export function renderHtml(reported: Reported, { gzip, merged }: PageOptions = {}): string {
  const several = reported.runs.length !== 1 || reported.missing.length > 0;
  const runs = reported.runs.map((run, index) => numbered(run, index, several));
  const data = runs.map(({ run, prefix, title }) => ({
    title,
    ...embed(run.result, { id: `${prefix}result-json`, fileName: fileName(title) }, gzip),
  }));
  const top = several ? severalTop(reported, runs, merged) : headlineOf(onlyRun(reported).result);
  const chapters = several
    ? [...besideChapters(runs, reported), ...runs.map(runChapter)]
    : runs.flatMap(onlyChapters);
  const last: Chapter = {
    id: "data",
    title: "The data",
    intro: downloads(data),
    sections: [],
  };
  const body = toMarkup(html`<body>
    <a class="skip" href="#main">Skip to the report</a>
    ${sprite()}
    ${pageHead(top, several ? null : onlyRun(reported), mergedCaveats(reported.runs))}
    <div class="columns">
      ${contents([...chapters, last])}
      <main id="main" tabindex="-1">${[...chapters, last].map(chapter)}</main>
    </div>
    <footer><p>Made by inferrs-bench ${versions(reported)}. One file, without network requests.</p></footer>
  </body>`);
  const elements = `${data.map(({ element }) => element).join("\n")}\n<script>${SCRIPT}</script>\n`;
  return `<!doctype html>
<html lang="en">
${headMarkup(top)}
${body.replace(/<\/body>$/, () => `${elements}</body>`)}
</html>
`;
}

function headMarkup({ sentence }: Headline): string {
  const policy = [
    "default-src 'none'",
    `script-src '${digest(SCRIPT)}'`,
    `style-src '${digest(STYLE)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // Only what is written here stands in these two as it is.
  const title = toMarkup(html`<title>${`${clip(plain(sentence), 120)} · inferrs-bench`}</title>`);
  return `<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
${title}
<style>${STYLE}</style>
</head>`;
}

/** As a content security policy names it. */
function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

interface Chapter {
  id: string;
  title: string;
  /** The title is a run's name, and stands as it was given. */
  named?: boolean;
  intro?: Node;
  /** What the line says that its sections are folded into on a phone; absent: they never are. */
  fold?: string;
  sections: Section[];
}

function numbered(run: ReportedRun, index: number, several: boolean): Numbered {
  const title = run.name !== "" ? run.name : several ? `Run ${index + 1}` : "";
  return { run, prefix: several ? `r${index + 1}-` : "", title };
}

/** Of a run alone as the file is named beside the page. */
function fileName(title: string): string {
  const slug = title.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  return slug === "" ? "result.json" : `${slug.slice(0, 60)}-result.json`;
}

function onlyRun({ runs }: Reported): ReportedRun {
  const [run] = runs;
  if (run === undefined) throw new Error("a page needs a run");
  return run;
}

function onlyChapters({ run }: Numbered): Chapter[] {
  const sections = sectionsOf(run, "");
  const of = (chapter: Section["chapter"]) => sections.filter((each) => each.chapter === chapter);
  return [
    { id: "results", title: "Results", sections: of("results") },
    {
      id: "record",
      title: "Everything",
      fold: "Every cell, what was run, and how",
      sections: of("record"),
    },
  ];
}

function runChapter({ run, prefix, title }: Numbered): Chapter {
  const { tone, sentence, more } = headlineOf(run.result);
  return {
    id: `${prefix}run`,
    title,
    named: true,
    intro: html`
      <p class="verdict-line">${icon(tone)}<span>${sentence}</span></p>
      ${more.map((text) => html`<p>${text}</p>`)}
      ${caveatList(caveats(headOnly(run.result)))}
      ${tiles(run.result)}
      <p class="muted-text colophon">${colophon(run.result)}</p>
    `,
    fold: `Everything of ${title}`,
    sections: sectionsOf(run, prefix),
  };
}

function besideChapters(runs: readonly Numbered[], { missing }: Reported): Chapter[] {
  const sections: Section[] = [
    { id: "runs", title: "The runs", chapter: "results", content: runsTable(runs, missing) },
  ];
  if (runs.length > 0) {
    const content = besideMatrix(runs);
    sections.push({ id: "side", title: "Side by side", chapter: "results", content });
  }
  return [{ id: "together", title: "Together", sections }];
}

const WORST: readonly Tone[] = ["bad", "warn", "ok", "muted"];

/** The worst of several speaks for all; then how many are how. */
function severalTop(
  reported: Reported,
  all: readonly Numbered[],
  merged: Merged | undefined,
): Headline {
  const { runs, missing } = reported;
  const heads = all.map(({ run, title }) => ({ title, ...headlineOf(run.result) }));
  const worst = WORST.map((tone) => heads.find((each) => each.tone === tone)).find(
    (each) => each !== undefined,
  );
  const of = (tone: Tone) => heads.filter((each) => each.tone === tone).length;
  const counts = [
    [of("bad"), "failed or slower"],
    [of("warn"), "to be looked at"],
    [of("ok"), "good"],
    [missing.length, "without a result"],
  ] as const;
  const told = counts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  const good = worst?.tone === "ok";
  if (merged !== undefined) {
    const { sentence, toDo } = mergedHead(reported, merged);
    return {
      tone:
        good && (missing.length > 0 || merged.exitReason !== "ok")
          ? "warn"
          : (worst?.tone ?? "bad"),
      sentence,
      more: [
        toDo,
        `${plural(runs.length + missing.length, "run")}: ${list(told)}.`,
        ...missing.map(({ name, why }) => `${name}: ${why}`),
      ].filter((text) => text !== ""),
    };
  }
  return {
    tone: good && missing.length > 0 ? "warn" : (worst?.tone ?? "bad"),
    sentence:
      worst === undefined
        ? "No run gave a result."
        : good
          ? `${runs.length === 1 ? "The run that reported" : `All ${runs.length} runs that reported`} did well.`
          : `${worst.title}: ${worst.sentence}`,
    more: [
      `${plural(runs.length + missing.length, "run")}: ${list(told)}.`,
      ...missing.map(({ name, why }) => `${name}: ${why}`),
    ],
  };
}

function pageHead(
  { tone, sentence, more }: Headline,
  run: ReportedRun | null,
  notes: readonly string[],
) {
  return html`<header class=${`top ${tone}`}>
    <div class="bar">
      <p class="brand">inferrs-bench${run !== null && run.name !== "" && html` <span class="tag">${run.name}</span>`}</p>
      <label class="theme" hidden data-scripted>Theme <select data-theme-switch>
        <option value="auto">auto</option><option value="light">light</option><option value="dark">dark</option>
      </select></label>
    </div>
    <h1>${icon(tone)}<span>${sentence}</span></h1>
    ${run === null && caveatList(notes)}
    ${more.map((text) => html`<p class="lead">${text}</p>`)}
    ${run !== null && caveatList(notes)}
    ${run !== null && tiles(run.result)}
    ${run !== null && html`<p class="muted-text colophon">${colophon(run.result)}</p>`}
  </header>`;
}

function contents(chapters: readonly Chapter[]) {
  return html`<nav aria-label="Contents"><details open>
    <summary>Contents</summary>
    <ul>${chapters.map(
      ({ id, title, sections }) => html`<li><a href=${`#${id}`}>${title}</a>
        ${sections.length > 0 && html`<ul>${sections.map((each) => html`<li><a href=${`#${each.id}`}>${each.title}</a></li>`)}</ul>`}
      </li>`,
    )}</ul>
  </details></nav>`;
}

function chapter({ id, title, named = false, intro, fold, sections }: Chapter) {
  const shown = sections.map(({ id: own, title: heading, content }) =>
    section({ id: own, title: heading, children: content }),
  );
  return html`<section class=${named ? "chapter named" : "chapter"} id=${id} aria-labelledby=${`${id}-title`}>
    <h2 id=${`${id}-title`}>${title}</h2>
    ${intro}
    ${
      fold === undefined
        ? shown
        : html`<details class="run" open data-roomy><summary>${fold}</summary>${shown}</details>`
    }
  </section>`;
}

function versions({ runs }: Reported): string {
  return [...new Set(runs.map(({ result }) => result.tool.version))].join(", ");
}
