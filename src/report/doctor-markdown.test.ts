import assert from "node:assert/strict";
import { test } from "node:test";
import { complete, failed, passed } from "../doctor/steps.ts";
import { type DoctorReport, renderDoctorMarkdown } from "./doctor-markdown.ts";

const report: DoctorReport = {
  works: true,
  steps: complete(
    [
      passed("health", { came: "it is up", tookMs: 12 }),
      failed("content-parts", "string-content-required", { came: "422 | @everyone <img src=x>" }),
    ],
    "nobody asked",
  ),
  sentences: ["Works with tools, with the settings below.", "A second one."],
  recommendation: {
    compat: { requiresStringContent: true },
    settings: [{ path: "a.b", value: [1], because: "x | y", cost: "" }],
    because: "",
    toolsKept: false,
    openclawConfig: "{ a: '```' }\n",
  },
  notChecked: ["agent: no client"],
};

test("the first line says whether it works; then the settings, each step, and what nobody checked", () => {
  const text = renderDoctorMarkdown(report);
  const lines = text.split("\n");
  assert.equal(lines[0], "## ✅ inferrs-bench doctor: Works with tools, with the settings below.");
  assert.equal(lines[2], "A second one.");
  assert.match(text, /### Settings that mend it \(chat only: the agent loses its tools\)/);
  assert.match(text, /\| is it up and loaded \| ✅ \| it is up \| 12 ms \|/);
  assert.match(text, /❌ string-content-required \| .* \*\*What mends it:\*\* /);
  assert.match(text, /\| an agent turn of OpenClaw \| – \| nobody asked \| – \|/);
  assert.match(text, /<summary>Not checked<\/summary>\n\n- agent: no client\n/);
  assert.ok(text.endsWith("</details>\n"));
});

test("what a server said can't end a cell, a fence, or call anybody", () => {
  const text = renderDoctorMarkdown(report);
  assert.match(text, /422 \\\| @\u2060everyone &lt;img src=x&gt;/);
  assert.match(text, /^````json5\n\{ a: '```' \}\n````$/m);
});

test("without a recommendation and with nothing working", () => {
  const none = { ...report, works: false, recommendation: null, notChecked: [] };
  const text = renderDoctorMarkdown({ ...none, sentences: ["It doesn't work: no server."] });
  assert.match(text, /^## ❌ inferrs-bench doctor: It doesn't work: no server\.\n\n\| Step \|/);
});
