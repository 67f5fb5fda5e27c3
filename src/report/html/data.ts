/** Each run's `result.json` within the page, and the button that gives the same bytes back. */

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
  result: Parameters<typeof renderJson>[0],
  name: { id: string; fileName: string },
  gzip: Gzip | undefined,
): Embedded {
  const text = renderJson(result);
  const size = Buffer.byteLength(text);
  const packed = gzip !== undefined && text.length > PLAIN_UP_TO;
  const kind = packed
    ? 'type="application/gzip" data-encoding="base64"'
    : 'type="application/json" data-encoding="none"';
  const content = packed ? gzip(text) : neverMarkup(text);
  return { ...name, size, element: `<script id="${name.id}" ${kind}>${content}</script>` };
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
