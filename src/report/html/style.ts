/**
 * The page's one stylesheet. Colours are variables with a value for light and one for dark, each with
 * at least 4.5:1 against what it stands on (3:1 for parts of a chart); series are told apart by those
 * who see colours otherwise, too (after Okabe and Ito). Charts use the classes below and no styles.
 */
import { CHART_STYLE } from "./charts/style.ts";

const COLOURS = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #0f1318);
  --raised: light-dark(#f5f7f9, #171d24);
  --sunken: light-dark(#eceff3, #0b0e12);
  --text: light-dark(#1a1f26, #e7ebf0);
  --muted: light-dark(#55606d, #a3aebb);
  --line: light-dark(#d5dbe2, #2f3945);
  --strong-line: light-dark(#8a94a1, #6d7886);
  --link: light-dark(#0a5aa8, #82bbff);
  --focus: light-dark(#0a5aa8, #ffd166);
  --ok: light-dark(#116432, #6fdc9b);
  --ok-back: light-dark(#e3f4e8, #12291b);
  --bad: light-dark(#a5122a, #ff9a9a);
  --bad-back: light-dark(#fdeaec, #38171c);
  --warn: light-dark(#714600, #f3c969);
  --warn-back: light-dark(#fff2cf, #2f2611);
  --series-1: light-dark(#0068a6, #5cb8ec);
  --series-2: light-dark(#b84f00, #ff9147);
  --series-3: light-dark(#007f5b, #35c79d);
  --series-4: light-dark(#a23f7a, #ea9fc8);
  --series-5: light-dark(#806500, #e3c64c);
  --series-6: light-dark(#4d5865, #b9c2cd);
  --heat-0: light-dark(#eaf3fb, #15222f);
  --heat-1: light-dark(#d0e4f5, #1a324a);
  --heat-2: light-dark(#aed0ec, #1f4467);
  --heat-3: light-dark(#86b9e2, #275b89);
  --heat-4: light-dark(#5c9fd6, #2f71aa);
  --heat-text: light-dark(#10161d, #f4f8fc);
  --mono: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
`;

/** What charts are made of: `.series-N` gives the colour, `.line`, `.area`, `.dot` what it is put on. */
const CHARTS = `
.series-1 { --colour: var(--series-1); }
.series-2 { --colour: var(--series-2); }
.series-3 { --colour: var(--series-3); }
.series-4 { --colour: var(--series-4); }
.series-5 { --colour: var(--series-5); }
.series-6 { --colour: var(--series-6); }
.ok { --colour: var(--ok); --back: var(--ok-back); }
.bad { --colour: var(--bad); --back: var(--bad-back); }
.warn { --colour: var(--warn); --back: var(--warn-back); }
.muted { --colour: var(--muted); --back: var(--raised); }
.chart { margin: 1.25rem 0; break-inside: avoid; }
.chart figcaption h4 { margin: 0 0 .2rem; }
.chart figcaption p { margin: 0 0 .5rem; color: var(--muted); font-size: .9rem; }
.chart svg { display: block; font-size: 12px; overflow: visible; }
.chart svg text { fill: var(--text); stroke: none; }
.chart svg .tick, .chart svg text.muted { fill: var(--muted); font-size: 11px; }
.chart svg :is([class*="series-"], .ok, .bad, .warn):not(text) { fill: var(--colour); stroke: var(--colour); }
.chart svg .axis { stroke: var(--strong-line); fill: none; }
.chart svg .grid { stroke: var(--line); fill: none; }
.chart svg .line { fill: none; stroke-width: 1.75; }
.chart svg .area { fill-opacity: .16; stroke: none; }
.chart svg .dot { fill-opacity: .55; stroke: none; }
.chart svg .mark { stroke-width: 2.5; }
.chart svg .interval { stroke-width: 6; stroke-opacity: .35; fill-opacity: .22; }
.chart svg .limit { stroke: var(--bad); fill: none; stroke-width: 1.5; stroke-dasharray: 6 4; }
.chart svg text.limit { fill: var(--bad); stroke: none; }
.chart svg .forbidden { fill: var(--bad); fill-opacity: .08; stroke: none; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0 0 .5rem; padding: 0; list-style: none; font-size: .85rem; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.legend li::before { content: ""; flex: none; width: .8rem; height: .8rem; border-radius: 2px; background: var(--colour, var(--strong-line)); }
.legend li.limit::before { height: 0; border-radius: 0; background: none; border-top: 2px dashed var(--bad); }
.legend li.forbidden::before { background: var(--bad-back); border: 1px solid var(--bad); }
`;

const LAYOUT = `
*, *::before, *::after { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: break-word; }
.top, .columns, footer { max-width: 84rem; margin-inline: auto; padding-inline: clamp(1rem, 3vw, 2.5rem); }
.top { padding-block: 1.1rem 1.75rem; }
.bar { display: flex; justify-content: space-between; align-items: center; gap: 1rem; min-height: 2.2rem; margin-bottom: 1.4rem; font-size: .9rem; }
.brand { margin: 0; font-weight: 650; letter-spacing: .01em; color: var(--muted); }
h1 { display: flex; gap: .7rem; margin: 0 0 .6rem; max-width: 60rem; font-size: clamp(1.35rem, 1.1rem + 1.2vw, 2rem); line-height: 1.25; font-weight: 680; letter-spacing: -.012em; text-wrap: pretty; }
h1 .icon { width: 1.15em; height: 1.15em; margin-top: .05em; }
h1 span { min-width: 0; }
.lead { margin: 0 0 .6rem; max-width: 52rem; font-size: 1.06rem; }
.colophon { margin: 1.25rem 0 0; }
.muted-text { color: var(--muted); font-size: .875rem; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem; }
@media (min-width: 64.01rem) {
  .columns { grid-template-columns: 13.5rem minmax(0, 1fr); gap: 3rem; border-top: 1px solid var(--line); }
  nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding-block: 1.6rem; }
  nav summary { display: none; }
}
nav { font-size: .9rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav ul ul { padding-left: .8rem; border-left: 1px solid var(--line); margin: .2rem 0 .7rem; }
nav a { display: block; padding: .18rem 0; color: var(--muted); text-decoration: none; overflow-wrap: anywhere; }
nav > details > ul > li > a { color: var(--text); font-weight: 600; }
nav a:hover { color: var(--link); text-decoration: underline; }
nav summary { font-weight: 600; padding: .5rem .8rem; border: 1px solid var(--line); border-radius: .4rem; }
nav details[open] summary { margin-bottom: .6rem; }
main { min-width: 0; outline: none; }
.chapter { padding-block: 1.6rem 1rem; }
.chapter + .chapter { border-top: 1px solid var(--line); }
h2 { margin: 0 0 1rem; font-size: .82rem; font-weight: 650; letter-spacing: .09em; text-transform: uppercase; color: var(--muted); overflow-wrap: anywhere; }
.named > h2 { font-size: 1.6rem; letter-spacing: -.01em; text-transform: none; color: var(--text); }
.named > .colophon { margin-bottom: 2.2rem; }
h3 { margin: 0 0 .7rem; font-size: 1.25rem; line-height: 1.3; font-weight: 650; letter-spacing: -.005em; }
h4 { margin: 1.4rem 0 .5rem; font-size: 1rem; line-height: 1.35; font-weight: 650; }
section section { margin-bottom: 2.75rem; }
p { margin: 0 0 .8rem; max-width: 52rem; }
ul { margin: 0 0 .8rem; padding-left: 1.3rem; max-width: 52rem; }
li { margin-bottom: .15rem; }
a { color: var(--link); text-underline-offset: .15em; }
code, pre { font-family: var(--mono); font-size: .86em; }
code { overflow-wrap: anywhere; }
footer { padding-block: 1.5rem 2.5rem; color: var(--muted); font-size: .85rem; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100rem; top: .5rem; z-index: 9; padding: .5rem 1rem; background: var(--page); }
.skip:focus { left: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.sprite { position: absolute; }
[hidden], .out { display: none !important; }
`;

const PARTS = `
.icon { flex: none; width: 1em; height: 1em; vertical-align: -.125em; stroke: var(--page); stroke-width: 1.9; fill: none; stroke-linecap: round; stroke-linejoin: round; }
.icon { --shape: var(--colour); }
.shape { fill: var(--shape); stroke: none; }
.badge { display: inline-flex; align-items: center; gap: .35rem; padding: .08rem .5rem .08rem .35rem; border-radius: .35rem; background: var(--back); color: var(--colour); font-size: .84rem; font-weight: 600; line-height: 1.45; text-align: left; }
td .badge { white-space: nowrap; }
.badge .icon { stroke: var(--back); }
.tag { display: inline-block; padding: 0 .45rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--muted); font-size: .8rem; font-weight: 500; overflow-wrap: anywhere; }
.chosen { display: block; margin-top: .25rem; color: var(--ok); font-size: .8rem; font-weight: 650; }
.caveats, .warnings { list-style: none; padding: 0; margin: 1rem 0; display: grid; gap: .4rem; max-width: 60rem; }
.caveats li, .warnings li { display: flex; gap: .55rem; margin: 0; padding: .5rem .75rem; border-radius: .4rem; background: var(--warn-back); font-size: .92rem; }
.caveats .icon, .warnings .icon { margin-top: .28em; stroke: var(--warn-back); }
.caveats strong { color: var(--warn); letter-spacing: .03em; }
.caveats li > span, .warnings li > span { min-width: 0; overflow-wrap: anywhere; }
.said, .verdict-line { display: flex; align-items: flex-start; gap: .5rem; }
.said > .icon { margin-top: .25em; }
.verdict-line { font-size: 1.15rem; font-weight: 620; }
.verdict-line > .icon { margin-top: .25em; }
.tiles-of > p { margin: 1.3rem 0 .5rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); gap: .7rem; margin: 0; max-width: 60rem; }
.tiles > div { padding: .65rem .85rem .7rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--raised); }
.tiles dt { color: var(--muted); font-size: .82rem; }
.tiles dd { margin: 0; font-size: 1.5rem; line-height: 1.25; font-weight: 640; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.tiles small { font-size: .85rem; font-weight: 450; color: var(--muted); letter-spacing: 0; }
.scroll { position: relative; overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
.scroll > table { margin-bottom: .9rem; }
caption { text-align: left; padding: .3rem 0; font-weight: 600; }
th, td { padding: .42rem .9rem .42rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: normal; }
th:last-child, td:last-child { padding-right: .2rem; }
thead th { color: var(--muted); font-size: .8rem; font-weight: 600; vertical-align: bottom; border-bottom-color: var(--strong-line); }
.scroll > table:not(.heat table) thead th::first-letter { text-transform: uppercase; }
tbody th { font-weight: 500; }
.figure { text-align: right; white-space: nowrap; }
td code, th code { overflow-wrap: normal; }
.why, .under { display: block; color: var(--muted); font-weight: 400; }
.flags { list-style: none; margin: 0; padding: 0; }
.flags li { margin: 0; white-space: nowrap; }
.facts { margin: 0 0 1rem; font-size: .9rem; }
.facts > div { display: grid; grid-template-columns: minmax(8rem, 12rem) minmax(0, 1fr); gap: .2rem 1rem; padding: .38rem 0; border-bottom: 1px solid var(--line); }
.facts dt::first-letter { text-transform: uppercase; }
.facts dt { color: var(--muted); overflow-wrap: anywhere; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 30rem) { .facts > div { grid-template-columns: minmax(0, 1fr); } }
.evidence { margin: 0 0 .8rem; padding: .55rem .85rem; border-left: 3px solid var(--bad); background: var(--raised); font-family: var(--mono); font-size: .84rem; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 60rem; }
.failure { padding-bottom: .4rem; }
.failure + .failure { border-top: 1px solid var(--line); }
.failure h4 { margin-top: .9rem; }
.where { list-style: none; padding: 0; font-size: .85rem; }
.block { position: relative; margin-bottom: .9rem; max-width: 60rem; }
pre { margin: 0 0 .8rem; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--raised); line-height: 1.5; max-width: 60rem; tab-size: 2; }
pre code { font-size: 1em; overflow-wrap: normal; }
.block pre { margin: 0; padding-right: 5.5rem; }
button, select, input { font: inherit; font-size: .88rem; color: var(--text); background: var(--page); border: 1px solid var(--strong-line); border-radius: .4rem; padding: .3rem .65rem; min-height: 2.1rem; }
button { cursor: pointer; background: var(--raised); }
button:hover { border-color: var(--link); color: var(--link); }
.copy { position: absolute; z-index: 1; top: .5rem; right: .5rem; background: var(--page); }
details > summary { cursor: pointer; }
.charts { margin-bottom: 2rem; }
.charts > summary { margin-bottom: .7rem; }
.charts > summary h3 { display: inline; margin: 0; }
.run > summary { margin-bottom: 1rem; }
.folded { margin-bottom: .9rem; }
.folded > summary { color: var(--link); width: fit-content; padding: .2rem 0; }
.inside { padding-top: .6rem; }
.trend { font-family: var(--mono); letter-spacing: -.05em; white-space: nowrap; }
.theme { display: flex; align-items: center; gap: .5rem; color: var(--muted); }
.downloads { display: flex; flex-wrap: wrap; gap: .6rem; }
.downloads small { color: var(--muted); }
`;

const HEAT = `
.choice { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem; margin: 0 0 .8rem; padding: 0; border: 0; }
.choice legend { float: left; margin-right: .4rem; padding: 0; color: var(--muted); font-size: .88rem; }
.choice label { position: relative; }
.choice input { position: absolute; inset: 0; width: 100%; height: 100%; min-height: 0; margin: 0; opacity: 0; cursor: pointer; }
.choice span { display: block; padding: .22rem .75rem; border: 1px solid var(--strong-line); border-radius: 1rem; font-size: .86rem; }
.choice input:checked + span { background: var(--text); color: var(--page); border-color: var(--text); font-weight: 600; }
.choice input:focus-visible + span { outline: 3px solid var(--focus); outline-offset: 2px; }
.heat table { border-collapse: separate; border-spacing: 0; }
.heat td { min-width: 8.5rem; padding: .5rem .9rem .5rem 0; }
.heat td .badge { margin-bottom: .3rem; }
.heat tbody th { padding-right: 1.4rem; font-weight: 400; }
.heat tr.marked > * { border-bottom-color: var(--ok); border-top: 1px solid var(--ok); }
.to-cell { display: inline-block; text-decoration: none; }
.to-cell:hover .badge { text-decoration: underline; }
.v { display: none; padding: .28rem .55rem; border-radius: .35rem; color: var(--heat-text); white-space: nowrap; }
.v small { opacity: 1; }
.v.unknown { color: var(--muted); }
.heat-0 { background: var(--heat-0); }
.heat-1 { background: var(--heat-1); }
.heat-2 { background: var(--heat-2); }
.heat-3 { background: var(--heat-3); }
.heat-4 { background: var(--heat-4); }
.heat:has([value="turn"]:checked) .v-turn,
.heat:has([value="ttft"]:checked) .v-ttft,
.heat:has([value="prefill"]:checked) .v-prefill,
.heat:has([value="decode"]:checked) .v-decode,
.heat:has([value="memory"]:checked) .v-memory { display: block; }
@supports not selector(:has(*)) { .v { display: block; } }
.key { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem; }
.key span:first-child { margin-right: .3rem; }
.swatch { padding: .05rem .5rem; border-radius: .25rem; color: var(--heat-text); font-size: .8rem; }
`;

const CELLS = `
.controls { display: flex; flex-wrap: wrap; gap: .6rem .9rem; align-items: end; margin-bottom: 1rem; padding: .8rem .9rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--raised); }
.controls label { display: grid; gap: .15rem; color: var(--muted); font-size: .8rem; min-width: 0; }
.controls select { max-width: 13rem; }
.controls .grow { flex: 1 1 12rem; }
.controls input { width: 100%; }
.controls ::placeholder { color: var(--muted); opacity: 1; }
.count { align-self: center; min-width: 7rem; color: var(--muted); font-size: .85rem; }
.cells tbody th a { white-space: nowrap; }
.cells { font-size: .86rem; }
.cells :is(th, td) { padding-right: .7rem; }
.cells thead .figure { white-space: normal; }
.sort { min-height: 0; padding: .1rem .2rem; margin: -.1rem -.2rem; border: 0; background: none; color: inherit; font-size: inherit; font-weight: inherit; text-align: inherit; }
.sort::after { content: " ↕"; opacity: .55; }
[aria-sort] .sort { color: var(--text); }
[aria-sort="ascending"] .sort::after { content: " ↑"; opacity: 1; }
[aria-sort="descending"] .sort::after { content: " ↓"; opacity: 1; }
.cell-tools { display: flex; gap: .5rem; margin: 1.2rem 0 .6rem; }
.cell { border: 1px solid var(--line); border-radius: .5rem; margin-bottom: .5rem; }
.turn { float: right; margin-left: .8rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.cell > summary .badge { vertical-align: bottom; margin-right: .2rem; }
.cell > summary { padding: .55rem .8rem; overflow-wrap: anywhere; }
.cell > summary:hover { background: var(--raised); }
.cell[open] > summary { border-bottom: 1px solid var(--line); }
.cell > .inside { padding: .9rem; }
.cell .which { color: var(--muted); font-family: var(--mono); font-size: .82rem; }
.cell:target { border-color: var(--focus); }
`;

const PRINT = `
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media (max-width: 40rem) {
  .top { padding-block: .7rem 1.2rem; }
  .bar { margin-bottom: .8rem; }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .5rem; }
  .tiles dd { font-size: 1.25rem; }
  .block pre { padding-right: 1rem; padding-top: 3rem; }
  .heat .flags li { max-width: 9rem; white-space: normal; font-size: .8rem; }
  .heat .flags code { overflow-wrap: break-word; }
  .heat tbody th { padding-right: .6rem; }
  .heat td { min-width: 0; padding-right: .5rem; }
  .heat td .badge { padding-right: .35rem; font-size: .8rem; white-space: normal; overflow-wrap: anywhere; }
  .stacks, .stacks :is(tbody, tr, th, td) { display: block; }
  .stacks { width: 100%; }
  .stacks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacks tr { padding: .55rem 0; border-bottom: 1px solid var(--line); }
  .stacks :is(th, td) { border: 0; padding: .1rem 0; overflow-wrap: anywhere; }
  .stacks td { display: grid; grid-template-columns: 5.6rem minmax(0, 1fr); gap: .5rem; justify-items: start; }
  .stacks td::before { content: attr(data-label); color: var(--muted); font-size: .85rem; }
  .stacks td > * { grid-column: 2; }
  .stacks .figure { text-align: left; white-space: normal; }
  .stacks td code { overflow-wrap: anywhere; }
  .charts > summary h3 { font-size: 1.1rem; }
  .controls .grow { flex-basis: 100%; }
  .controls label { flex: 1 1 8rem; }
  .controls select { max-width: none; width: 100%; }
}
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  html { font-size: 9.5pt; }
  nav, .skip, .controls, .cell-tools, .copy, .theme, .downloads, .choice label:not(:has(:checked)) { display: none !important; }
  .top, .columns, footer { max-width: none; padding-inline: 0; }
  .columns { display: block; border: 0; }
  .scroll { overflow: visible; }
  table { font-size: .86rem; }
  th, td { padding-right: .5rem; }
  .flags li, .figure, .cells tbody th a { white-space: normal; }
  td code, th code, pre code { overflow-wrap: anywhere; white-space: pre-wrap; }
  .sort::after { content: none !important; }
  thead { display: table-header-group; }
  tr, .failure, .tiles > div, .facts > div { break-inside: avoid; }
  h2, h3, h4, summary { break-after: avoid; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  .chart svg { max-width: 100%; height: auto; }
  .badge, .v, .swatch, .caveats li, .warnings li, .chart svg { print-color-adjust: exact; }
  a { color: inherit; text-decoration: none; }
}
`;

/** In the order in which one rule gives way to the next. */
export const STYLE = `${COLOURS}${LAYOUT}${PARTS}${HEAT}${CELLS}${CHARTS}${PRINT}${CHART_STYLE}`;
