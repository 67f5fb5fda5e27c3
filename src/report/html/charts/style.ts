/**
 * What the charts need beyond the page's own colours. Every selector names the figure and the kind of
 * element, so that it says what a mark looks like whatever the page says of the same class.
 */
export const CHART_STYLE = `
.chart { --chart-ink: var(--ink, var(--text, currentColor)); --chart-back: var(--surface, var(--page, Canvas)); }
.chart .series-1 { --colour: var(--series-1); }
.chart .series-2 { --colour: var(--series-2); }
.chart .series-3 { --colour: var(--series-3); }
.chart .series-4 { --colour: var(--series-4); }
.chart .series-5 { --colour: var(--series-5); }
.chart .series-6 { --colour: var(--series-6); }
.chart .ok { --colour: var(--ok); }
.chart .bad { --colour: var(--bad); }
.chart .warn { --colour: var(--warn); }
.chart .muted { --colour: var(--muted); }
figure.chart svg { max-width: none; overflow: visible; }
figure.chart svg text { font-size: 12px; font-variant-numeric: tabular-nums; fill: var(--chart-ink); stroke: none; }
figure.chart svg text.tick, figure.chart svg text.muted { font-size: 12px; fill: var(--muted); }
figure.chart svg text:is(.ok, .bad, .warn) { fill: var(--colour); }
figure.chart svg tspan.muted { fill: var(--muted); font-weight: 400; }
figure.chart svg tspan.bad { fill: var(--bad); }
figure.chart svg text.head { font-weight: 600; }
figure.chart svg text.middle { text-anchor: middle; }
figure.chart svg text.end { text-anchor: end; }
figure.chart svg text.over { paint-order: stroke; stroke: var(--chart-back); stroke-width: 4px; stroke-linejoin: round; }
figure.chart svg path.grid { fill: none; stroke: var(--line); stroke-width: 1; }
figure.chart svg path.axis { fill: none; stroke: var(--muted); stroke-width: 1; }
figure.chart svg path.dots { fill: none; stroke: var(--colour, var(--chart-ink)); stroke-width: 5; stroke-opacity: .75; stroke-linecap: round; }
figure.chart svg path.dots.dense { stroke-width: 2.5; stroke-opacity: .6; }
figure.chart svg path.dots.full { stroke-width: 7; stroke-opacity: 1; }
figure.chart svg path.dots.square { stroke-linecap: square; stroke-width: 6; }
figure.chart svg path.dots.hole { stroke: var(--chart-back); stroke-width: 3.5; stroke-opacity: 1; }
figure.chart svg path.crosses { fill: none; stroke: var(--colour, var(--bad)); stroke-width: 2; stroke-linecap: round; }
figure.chart svg path.mark { fill: none; stroke: var(--chart-ink); stroke-width: 2; }
figure.chart svg path.interval { fill: none; stroke: var(--colour, var(--chart-ink)); stroke-width: 3; stroke-opacity: 1; }
figure.chart svg path.range { fill: none; stroke: var(--chart-ink); stroke-width: 1.5; }
figure.chart svg path.link { fill: none; stroke: var(--muted); stroke-width: 1; stroke-opacity: .8; }
figure.chart svg path.line { fill: none; stroke: var(--colour, var(--chart-ink)); stroke-width: 1.75; stroke-linejoin: round; }
figure.chart svg path.area { fill: var(--colour, var(--muted)); fill-opacity: .18; stroke: none; }
figure.chart svg path.limit { fill: none; stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; }
figure.chart svg path.look { fill: none; stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; }
figure.chart svg path.spot { fill: none; stroke: var(--chart-ink); stroke-width: 1; stroke-dasharray: 1 3; }
figure.chart svg rect { stroke: none; }
figure.chart svg rect.interval { fill: var(--chart-ink); fill-opacity: .13; }
figure.chart svg rect.band { fill: var(--muted); fill-opacity: .15; }
figure.chart svg rect.forbidden { fill: var(--bad); fill-opacity: .09; }
figure.chart svg rect.turn-part { fill: var(--colour); }
figure.chart svg rect.turn-part.muted { fill-opacity: .45; }
.chart .legend li.interval::before { background: var(--chart-ink); opacity: .2; }
.chart .legend li.mark::before { width: 3px; height: .9rem; border-radius: 0; background: var(--chart-ink); }
.chart .legend li.band::before { background: var(--muted); opacity: .3; }
.chart .legend li.look::before { width: 0; height: .9rem; border-radius: 0; background: none; border-left: 2px dotted var(--muted); }
.chart .legend li.crosses::before { content: "✕"; width: auto; height: auto; background: none; color: var(--bad); line-height: 1; }
.chart .legend li.round::before { border-radius: 50%; }
.chart .legend li.turn-part.muted::before { opacity: .45; }
.chart .legend li.hole::before { box-sizing: border-box; background: none; border: 3px solid var(--colour); border-radius: 0; }
@media print {
  figure.chart svg { max-width: 100%; height: auto; }
  .chart .legend li::before, figure.chart svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
