import assert from "node:assert/strict";
import { test } from "node:test";
import { validateXML } from "xmllint-wasm";
import type { Result } from "../result.ts";
import { COMPARISONS } from "./fixtures/comparisons.ts";
import { failing, HOSTILE, hostile, interrupted, passing, scaled } from "./fixtures/results.ts";
import { renderJunit } from "./junit.ts";
import { alone } from "./reported.ts";

/**
 * What CI systems take, as a schema: the elements and attributes that Jenkins' junit-10.xsd, GitLab
 * and Azure Pipelines have in common. libxml2 reads it, which knows nothing of the writer.
 */
const SCHEMA = `<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="seconds"><xs:restriction base="xs:string"><xs:pattern value="[0-9]+\\.[0-9]+"/></xs:restriction></xs:simpleType>
  <xs:complexType name="end" mixed="true"><xs:attribute name="message" use="required"/><xs:attribute name="type"/></xs:complexType>
  <xs:complexType name="property"><xs:attribute name="name" use="required"/><xs:attribute name="value" use="required"/></xs:complexType>
  <xs:complexType name="properties"><xs:sequence><xs:element name="property" type="property" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
  <xs:complexType name="testcase">
    <xs:choice minOccurs="0"><xs:element name="failure" type="end"/><xs:element name="skipped" type="end"/></xs:choice>
    <xs:attribute name="name" use="required"/><xs:attribute name="classname" use="required"/><xs:attribute name="time" type="seconds"/>
  </xs:complexType>
  <xs:attributeGroup name="counts">
    <xs:attribute name="name" use="required"/><xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/><xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
  </xs:attributeGroup>
  <xs:complexType name="testsuite">
    <xs:sequence><xs:element name="properties" type="properties" minOccurs="0"/><xs:element name="testcase" type="testcase" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attributeGroup ref="counts"/><xs:attribute name="skipped" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="time" type="seconds" use="required"/><xs:attribute name="timestamp" type="xs:dateTime"/>
  </xs:complexType>
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element name="testsuite" type="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attributeGroup ref="counts"/>
  </xs:complexType></xs:element>
</xs:schema>`;

async function valid(...texts: string[]): Promise<string[]> {
  const xml = texts.map((contents, i) => ({ fileName: `${i}.xml`, contents }));
  const { errors } = await validateXML({ xml, schema: [SCHEMA] });
  return errors.map(({ rawMessage }) => rawMessage);
}

const results: Record<string, () => Result> = {
  ...{ passing, failing, scaled, interrupted, hostile },
  ...COMPARISONS,
};

test("every kind of result is XML that CI systems take", async () => {
  const texts = Object.values(results).map((make) => renderJunit(alone(make())));
  assert.deepEqual(await valid(...texts), []);
});

test("what is no character of XML goes, the rest is read as it was", async () => {
  const bad = `a\u0000\u0008\u000b\ufffe\uffff\ud800b]]>&amp;<x a="1">'é😀\u001b[31m`;
  const result = hostile();
  const [cell] = result.cells.filter(({ outcome }) => outcome.kind === "out-of-memory");
  assert.ok(cell);
  cell.scenario = bad;
  cell.outcome = { ...cell.outcome, evidence: bad, remedy: `${HOSTILE}${bad}` };
  const xml = renderJunit({
    ...alone({ ...result, label: bad }),
    missing: [{ name: bad, why: HOSTILE }],
  });
  assert.deepEqual(await valid(xml), []);
  assert.ok(xml.includes("a\ufffdb]]&gt;&amp;amp;&lt;x a="), "escaped, not dropped");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
  assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800\ufffe\u202e]/);
});

test("a cell that fails says what, why and what mends it; one that passes has its time", () => {
  const xml = renderJunit(alone(failing()));
  assert.match(xml, /<testsuites name="inferrs-bench" tests="8" failures="5" errors="0">/);
  assert.match(
    xml,
    /<testcase name="requiresStringContent=true, supportsTools=true" classname="agent-turn">\s*<failure message="out-of-memory: [^"]+" type="out-of-memory">[^<]*\nEvidence: [^<]*\nWhat mends it: Shorten/,
  );
  assert.match(xml, /classname="chat" time="0\.002000"\/>/);
  assert.match(xml, /<property name="simulated" value="true"\/>/);
  assert.match(xml, /<property name="model" value="fake"\/>/);
});

test("what wasn't run is skipped, with its reason", () => {
  const result = passing();
  for (const cell of result.cells) {
    const reason = "doesnt-fit" as const;
    cell.outcome = { ...cell.outcome, kind: "not-run", reason, evidence: "needs 30 GB" };
  }
  assert.match(
    renderJunit(alone(result)),
    /<skipped message="not run: doesnt-fit: needs 30 GB"\/>/,
  );
});

test("a regression fails, what can't be told is skipped with why, base's failures are no failures", () => {
  const regression = renderJunit(alone(COMPARISONS.regression()));
  assert.match(
    regression,
    /name="decode of agent-turn" classname="comparison">\s*<failure message="13% slower [^"]+" type="regression">/,
  );
  assert.match(regression, /name="TTFT of agent-turn" classname="comparison"\/>/);
  assert.match(regression, /<failure message="Regression: decode of agent-turn/);
  const open = renderJunit(alone(COMPARISONS.inconclusive()));
  assert.match(open, /<skipped message="inconclusive: [^"]*: the noise is too large"\/>/);
  assert.match(open, /failures="0"/);
  const self = COMPARISONS.noRegression();
  for (const cell of self.cells.filter(({ variant }) => variant === "base")) {
    cell.outcome = { ...cell.outcome, kind: "timeout" };
  }
  assert.match(renderJunit(alone(self)), /<skipped message="base: timeout/);
});

test("a run that measured nothing, and one that is missing, fail", () => {
  const result: Result = {
    ...passing(),
    ...{ cells: [], exitReason: "setup-failed", exitDetail: "No such model." },
  };
  const xml = renderJunit({
    ...alone(result),
    missing: [{ name: "metal", why: "It gave no result." }],
  });
  assert.match(xml, /<failure message="No such model\." type="setup-failed">/);
  assert.match(xml, /name="metal" classname="missing">\s*<failure message="It gave no result\."/);
});
