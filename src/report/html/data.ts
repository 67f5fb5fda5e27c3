/** Each run's `result.json` within the page, and the button that gives the same bytes back. */

import type { Result } from "../../result.ts";
import { bytes } from "../format.ts";
import { renderJson } from "../json.ts";
import { html, type Node } from "./h.ts";

/** Gives gzip's bytes as base64: what compresses is not pure in every place, so the caller brings it. */
export type Gzip = (text: string) => string;

/** Longer results are compressed where that can be done. */
const PLAIN_UP_TO = 64_000;

export interface Embedded {
  id: string;
  fileName: string;
  /** Of the file, UTF-8. */
  size: number;
  /** The element, to be put into the markup as it is. */
  element: string;
}

export function embed(
  result: Result,
  name: { id: string; fileName: string },
  gzip: Gzip | undefined,
): Embedded {
  const text = renderJson(result);
  const size = Buffer.byteLength(text);
  if (gzip === undefined || text.length <= PLAIN_UP_TO) {
    const kind = 'type="application/json" data-encoding="none"';
    return { ...name, size, element: script(name.id, kind, neverMarkup(text)) };
  }
  const kind = 'type="application/gzip" data-encoding="base64" data-samples="columns"';
  return { ...name, size, element: script(name.id, kind, gzip(JSON.stringify(byColumn(result)))) };
}

function script(id: string, attributes: string, content: string): string {
  return `<script id="${id}" ${attributes}>${content}</script>`;
}

/**
 * Nearly all of a long result are its samples, and of those their keys: each metric's start, round and
 * value as a list of their own take half the room when compressed, and a tenth of the time. The page's
 * script puts them together again.
 */
function byColumn(result: Result) {
  const cells = result.cells.map((cell) => ({
    ...cell,
    metrics: Object.fromEntries(
      Object.entries(cell.metrics).map(([key, metric]) => [
        key,
        {
          ...metric,
          samples: [
            metric.samples.map(({ start }) => start),
            metric.samples.map(({ round }) => round),
            metric.samples.map(({ value }) => value),
          ],
        },
      ]),
    ),
  }));
  return { ...result, cells };
}

/**
 * In JSON `<` stands in strings alone, where its escape means the same: so the text can't end the
 * element, nor begin a comment in it. The page's script turns it back for the file.
 */
function neverMarkup(json: string): string {
  return json.replaceAll("<", "\\u003c");
}

export function downloads(all: readonly (Embedded & { title: string })[]): Node {
  return html`
    <p>All that this page shows is in <code>result.json</code>, of which it holds the same bytes.</p>
    <p class="downloads" hidden data-scripted>${all.map(
      ({ id, fileName, size, title }) =>
        html`<button type="button" data-download=${id} data-name=${fileName}>Download ${fileName}${title !== "" && ` of ${title}`} <small>${bytes(size)}</small></button>`,
    )}</p>
  `;
}
