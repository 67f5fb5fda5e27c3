/** Every sample of a cell as a dot: its starts apart, each in the order of its rounds. Pure. */
import type { Metric, Sample } from "../../../result.ts";
import { html, type Node } from "../h.ts";
import { dots, type Point } from "./px.ts";

/** More starts than this are told by their order alone: nobody keeps more colours apart. */
export const MOST_COLOURS = 6;

/** Numbers of the starts that have samples, ascending. */
export function startsIn(metrics: readonly Metric[]): number[] {
  const starts = new Set(metrics.flatMap(({ samples }) => samples.map(({ start }) => start)));
  return [...starts].sort((a, b) => a - b);
}

/** Samples in the order in which they were taken, by start. */
export function byStart(metric: Metric, starts: readonly number[]): Sample[][] {
  const groups = new Map<number, Sample[]>(starts.map((start) => [start, []]));
  for (const sample of metric.samples) groups.get(sample.start)?.push(sample);
  return [...groups.values()].map((group) => group.sort((a, b) => a.round - b.round));
}

/** Colours by start where there are few; `series` is what all have where they are told otherwise. */
export function colourOf(index: number, starts: number, series: number | null): string {
  if (series !== null) return `series-${series}`;
  return `series-${starts > MOST_COLOURS ? 1 : index + 1}`;
}

/** Dots of one colour. */
export interface DotGroup {
  className: string;
  points: readonly Point[];
}

/** From so many dots of a cell on they are smaller, and placed by whole pixels. */
export const DENSE = 60;

/** A path for each colour. */
export function dotPaths(groups: readonly DotGroup[], dense: boolean): Node {
  const merged = new Map<string, Point[]>();
  for (const { className, points } of groups) {
    const known = merged.get(className) ?? [];
    for (const point of points) known.push(point);
    merged.set(className, known);
  }
  const look = dense ? " dense" : "";
  return [...merged].flatMap(([className, points]) =>
    points.length === 0
      ? []
      : [html`<path class=${`dots ${className}${look}`} d=${dots(points, dense ? 1 : 0.1)} />`],
  );
}
