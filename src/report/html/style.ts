/**
 * The page's one stylesheet. Colours are variables with a value for light and one for dark, each with
 * at least 4.5:1 against what it stands on (3:1 for parts of a chart); series are told apart by those
 * who see colours otherwise, too (after Okabe and Ito). Charts use the classes below and no styles.
 */
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

export const STYLE = `${COLOURS}${CHARTS}`;
