/** Reads Markdown as GitHub does: what elements it has, and what GitHub would make of its texts. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { type DefaultTreeAdapterMap, parseFragment } from "parse5";

type Node = DefaultTreeAdapterMap["node"];

/** GitHub's Markdown as HTML, raw HTML included. */
export function gfmToHtml(markdown: string): string {
  const extensions = { extensions: [gfm()], htmlExtensions: [gfmHtml()] };
  return micromark(markdown, { ...extensions, allowDangerousHtml: true });
}

/** By GitHub's own parser. https://github.com/github/cmark-gfm */
export function cmarkGfm(markdown: string): string {
  const extensions = ["table", "strikethrough", "autolink", "tasklist"];
  return execFileSync("cmark-gfm", ["--unsafe", ...extensions.flatMap((name) => ["-e", name])], {
    ...{ input: markdown, encoding: "utf8", maxBuffer: 64e6 },
  });
}

/** Every element with its attributes, one a line, by depth; no text. */
export function skeleton(html: string): string[] {
  const lines: string[] = [];
  visit(parseFragment(html), 0, (node, depth) => {
    if (!("tagName" in node)) {
      if (node.nodeName === "#comment") lines.push(`${" ".repeat(depth)}<!-- -->`);
      return;
    }
    const attributes = node.attrs.map(({ name, value }) => `${name}=${JSON.stringify(value)}`);
    lines.push(`${" ".repeat(depth)}${[node.tagName, ...attributes].join(" ")}`);
  });
  return lines;
}

/** The texts that GitHub looks through for mentions and references: not those of code. */
export function proseOf(html: string): string[] {
  const texts: string[] = [];
  let codeDepth: number | null = null;
  visit(parseFragment(html), 0, (node, depth) => {
    if (codeDepth !== null && depth > codeDepth) return;
    codeDepth = null;
    if ("tagName" in node && (node.tagName === "code" || node.tagName === "pre")) codeDepth = depth;
    else if (node.nodeName === "#text" && "value" in node) texts.push(node.value);
  });
  return texts;
}

/**
 * What GitHub makes out of plain text: mentions, references to issues, short names of emoji, alerts.
 * https://docs.github.com/get-started/writing-on-github
 */
export const MADE_OF_TEXT: Record<string, RegExp> = {
  mention: /@[a-z\d]/i,
  reference: /#\d|GH-\d/i,
  emoji: /(?<!\d):[\w+-]+:/,
  alert: /\[!\w+\]/,
  url: /:\/\/|www\./i,
};

const skeletons = new Map<string, string[]>();

/** Fails where one has other elements than the other, or where GitHub makes something of its texts. */
export function sameMarkdown(
  hostile: string,
  harmless: string,
  told: string,
  toHtml: (markdown: string) => string = gfmToHtml,
): void {
  const key = `${toHtml.name} ${harmless}`;
  const expected = skeletons.get(key) ?? skeleton(toHtml(harmless));
  skeletons.set(key, expected);
  const html = toHtml(hostile);
  // Where a word may break follows from the text, and the element holds nothing.
  const unbroken = (lines: string[]) => lines.filter((line) => line.trim() !== "wbr");
  assert.deepEqual(unbroken(skeleton(html)), unbroken(expected), told);
  for (const text of proseOf(html)) {
    for (const [what, made] of Object.entries(MADE_OF_TEXT)) {
      assert.doesNotMatch(text, made, `${what} by ${told}`);
    }
  }
}

const OUR_ELEMENTS =
  /^(h[2-4]|p|br|wbr|hr|sub|b|em|strong|code|pre|blockquote|ul|ol|li|details|summary|table|thead|tbody|tr|th|td)$/;

/**
 * Fails for an element that no report of ours has, an attribute but a column's side or a language, a
 * folded part that is not closed, or what GitHub would make of a text. For a report whose harmless twin
 * isn't at hand.
 */
export function ourMarkdown(markdown: string, told: string): void {
  const html = gfmToHtml(markdown);
  const comments = skeleton(html).filter((line) => line.includes("<!--"));
  // A comment of ours has its marker, and the line that carries verdicts on.
  const hidden = markdown.startsWith("<!-- inferrs-bench:") ? 2 : 0;
  const carried = markdown.match(/^<!-- inferrs-bench-verdicts:v1 [\w-]+ -->$/gm) ?? [];
  assert.equal(comments.length, hidden, told);
  assert.equal(carried.length, hidden / 2, told);
  for (const line of skeleton(html)) {
    const [element = "", ...attributes] = line.trim().split(" ");
    if (element === "<!--") continue;
    assert.match(element, OUR_ELEMENTS, told);
    for (const each of attributes) {
      assert.match(each, /^(align="(left|right|center)"|class="language-\w+"|open="")$/, told);
    }
  }
  assert.equal(html.match(/<details/g)?.length, html.match(/<\/details>/g)?.length, told);
  for (const text of proseOf(html)) {
    for (const [what, made] of Object.entries(MADE_OF_TEXT)) {
      assert.doesNotMatch(text, made, `${what}: ${told}`);
    }
  }
}

function visit(node: Node, depth: number, see: (node: Node, depth: number) => void): void {
  see(node, depth);
  const children = "content" in node ? [node.content] : "childNodes" in node ? node.childNodes : [];
  for (const child of children) visit(child, depth + 1, see);
}
