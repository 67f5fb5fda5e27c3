import assert from "node:assert/strict";
import { test } from "node:test";
import type { MergedEnd } from "../merged-files.ts";
import { noRegression, regression } from "../report/fixtures/comparisons.ts";
import { failing, passing } from "../report/fixtures/results.ts";
import { alone, type Reported } from "../report/reported.ts";
import type { Result } from "../result.ts";
import type { Publisher } from "./actions-core.ts";
import { tellReported } from "./tell.ts";

function recorder() {
  const said: string[] = [];
  const outputs: Record<string, unknown> = {};
  let written = "";
  const summary = {
    addRaw: (text: string) => {
      written += text;
      return summary;
    },
    write: () => Promise.resolve(summary),
  };
  const say = (kind: string) => (message: string | Error, about?: { title?: string }) => {
    said.push([kind, about?.title, String(message)].filter(Boolean).join(" | "));
  };
  const core = {
    setOutput: (name: string, value: unknown) => {
      outputs[name] = value;
    },
    error: say("error"),
    warning: say("warning"),
    notice: say("notice"),
    info: say("info"),
    summary,
  } as unknown as Publisher;
  return { core, said, outputs, summary: () => written };
}

const on = (name: string, result: Result) => ({
  name,
  result: {
    ...result,
    environment: { ...result.environment, os: { ...result.environment.os, image: name } },
  },
  history: null,
});
const files: MergedEnd["files"] = ["merged.json", "report.md", "report.html"].map((name) => ({
  name,
  path: `/out/${name}`,
}));

async function tell(reported: Reported, when?: "always" | "never") {
  const told = recorder();
  const posted: string[] = [];
  await tellReported(reported, {
    core: told.core,
    commentId: "x",
    files,
    ...(when === undefined ? {} : { when }),
    comment: async (body) => {
      posted.push(body(null));
      return { kind: "created", url: "https://g/1" };
    },
  });
  return { ...told, posted };
}

test("several: outputs of the whole, the comment by its marker, who is missing as an error", async () => {
  const missing = [{ name: "cuda", why: "It was expected, and left no result." }];
  const runs = [on("cpu", noRegression()), on("metal", regression())];
  const { outputs, posted, said, summary } = await tell({ runs, missing });
  assert.equal(outputs.verdict, "regression");
  assert.equal(outputs["exit-reason"], "regression");
  assert.equal(outputs.result, "/out/merged.json");
  assert.equal(outputs.html, "/out/report.html");
  assert.match(String(outputs.change), /^metal: /);
  assert.match(String(outputs["regressed-metrics"]), /^metal: /m);
  assert.equal(outputs["ttft-ms"], "");
  assert.match(
    posted[0] ?? "",
    /^<!-- inferrs-bench:x -->\n### ❌ Regression on metal[\s\S]*\n\n<!-- inferrs-bench-verdicts:v1 [\w-]+ -->\n$/,
  );
  assert.ok((posted[0] ?? "").length <= 65_000);
  assert.match(summary(), /^### ❌ Regression on metal/);
  assert.ok(
    said.includes(
      "error | inferrs-bench: cuda did not report | It was expected, and left no result.",
    ),
  );
  assert.ok(
    said.some((line) => line.startsWith("error | inferrs-bench: all runs | Regression on metal")),
  );
  assert.ok(said.some((line) => line.startsWith("info | Comment created")));
});

test("parts of one matrix have the outputs of one run", async () => {
  const whole = failing();
  const runs = ["supportsTools=true", "supportsTools=false"].map((wanted, index) => ({
    name: `${index + 1}-of-2`,
    result: { ...whole, cells: whole.cells.filter(({ id }) => id.includes(wanted)) },
    history: null,
  }));
  const { outputs } = await tell({ runs, missing: [] });
  assert.equal(outputs["recommended-compat"], JSON.stringify(whole.recommendation?.compat));
  assert.notEqual(outputs["ttft-ms"], "");
  assert.equal(outputs.verdict, "");
});

test("what all machines recommend is an output; what they don't agree on is not", async () => {
  const same = await tell({ runs: [on("a", passing()), on("b", passing())], missing: [] });
  assert.notEqual(same.outputs["recommended-compat"], "");
  const none = { ...passing(), recommendation: null };
  const differ = await tell({ runs: [on("a", passing()), on("b", none)], missing: [] });
  assert.equal(differ.outputs["recommended-compat"], "");
});

test("one run is told as ever, and never means no comment", async () => {
  const { outputs, posted, said } = await tell(alone(passing()), "never");
  assert.deepEqual(posted, []);
  assert.notEqual(outputs["turn-ms"], "");
  assert.ok(said.every((line) => !line.includes("all runs")));
});

test("what can't be rendered loses neither the outputs nor the others", async () => {
  const bad = (name: string): Result => {
    const result = passing();
    Object.defineProperty(result, name, {
      get() {
        throw new Error("Invalid array length");
      },
    });
    return result;
  };
  // Each is read by some of them only.
  for (const name of ["plan", "warnings", "starts", "fit"]) {
    const { outputs, said } = await tell(alone(bad(name)));
    assert.notEqual(outputs["turn-ms"], undefined, name);
    assert.ok(
      said.some((line) => /warning.*(Invalid array length|no comment)/.test(line)),
      `${name}: ${said}`,
    );
  }
});
