/**
 * `junit.xml`: what the suites hold, as the XML that CI systems read. The shape is the one that
 * Jenkins' schema (junit-10.xsd) has, and GitLab, Azure and others take. Pure.
 */
import Builder from "fast-xml-builder";
import { clip } from "./escape.ts";
import { type Attributes, type Case, type End, type Suite, suitesOf } from "./junit-suites.ts";
import type { Reported } from "./reported.ts";

const MOST_NAME = 300;
const MOST_TEXT = 4_000;

/** @returns XML 1.0, whatever the texts in the runs are */
export function renderJunit(reported: Reported): string {
  const suites = suitesOf(reported);
  const cases = suites.flatMap((suite) => suite.cases);
  const tree = {
    testsuites: {
      ...attributes({ name: "inferrs-bench", ...counts(cases) }),
      testsuite: suites.map(suiteNode),
    },
  };
  const builder = new Builder({
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(tree)}`;
}

function suiteNode({ name: title, timestamp, properties, cases }: Suite): object {
  const seconds = cases.reduce((sum, each) => sum + (each.seconds ?? 0), 0);
  const listed = Object.entries(properties).map(([key, value]) =>
    attributes({ name: key, value: clip(value, MOST_NAME) }),
  );
  return {
    ...attributes({
      name: clip(title, MOST_NAME),
      ...counts(cases),
      skipped: String(cases.filter(({ end }) => end.kind === "skipped").length),
      time: seconds.toFixed(3),
      ...(timestamp === null ? {} : { timestamp: timestamp.replace(/(\.\d+)?Z$/, "") }),
    }),
    ...(listed.length === 0 ? {} : { properties: { property: listed } }),
    testcase: cases.map(caseNode),
  };
}

function counts(cases: readonly Case[]): Attributes {
  const failures = cases.filter(({ end }) => end.kind === "failed").length;
  return { tests: String(cases.length), failures: String(failures), errors: "0" };
}

function caseNode({ classname, name: title, seconds, end }: Case): object {
  return {
    ...attributes({
      name: clip(title, MOST_NAME) || "–",
      classname: clip(classname, MOST_NAME),
      ...(seconds === null ? {} : { time: seconds.toFixed(6) }),
    }),
    ...endNode(end),
  };
}

function endNode(end: End): object {
  switch (end.kind) {
    case "passed":
      return {};
    case "skipped":
      return { skipped: attributes({ message: oneLine(end.message) }) };
    case "failed":
      return {
        failure: {
          ...attributes({ message: oneLine(end.message), type: end.type }),
          "#text": legal(clip(end.text, MOST_TEXT)),
        },
      };
  }
}

/** A line's end in an attribute would become a blank on reading. */
function oneLine(text: string): string {
  return clip(text.replace(/\s+/g, " ").trim(), MOST_TEXT);
}

/** The builder tells attributes from elements by this. */
function attributes(values: Attributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`@_${key}`, legal(value)]),
  );
}

/**
 * What XML 1.0 allows at all (https://www.w3.org/TR/xml/#charsets): no reference makes the others
 * legal. Of those, ANSI sequences and what turns the direction of text go, too.
 */
function legal(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what goes.
      .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g, "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what goes.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, "")
      .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
  );
}
