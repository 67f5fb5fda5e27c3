import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { decodeEntry, encodeEntry } from "../journal/codec.ts";
import type { JournalEntry } from "../journal/events.ts";
import { fold } from "../journal/fold.ts";
import { type Chosen, NOTHING_CHOSEN, resultSchema } from "../result.ts";
import { resultJsonSchema } from "../result-schema.ts";
import { type FakeAttempt, type Fate, fakePlan, fakeRun } from "../testing/fake-run.ts";
import { toResult } from "./result.ts";

const context = { renderConfig: () => "{}", guideCompat: { requiresStringContent: true } };
const schemaPath = new URL("../../bench/schema/result.v1.schema.json", import.meta.url);

function resultOf(fate: (attempt: FakeAttempt) => Fate = () => "pass") {
  return resultSchema.parse(toResult(fakeRun(fakePlan(), fate).state, context));
}

function cellOf(result: ReturnType<typeof resultOf>, id: string) {
  const cell = result.cells.find((each) => each.id === id);
  assert.ok(cell, id);
  return cell;
}

test("the published schema is the one in use, and a result is valid by it", () => {
  const published = readFileSync(schemaPath, "utf8");
  assert.equal(published, resultJsonSchema(), "run npm run schema");
  const ajv = new Ajv2020({ strict: false });
  (addFormats as unknown as (to: Ajv2020) => void)(ajv);
  const validate = ajv.compile(JSON.parse(published));
  const result = resultOf();
  assert.ok(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors));
  assert.equal(validate({ ...result, verdict: "fine" }), false);
});

test("requests are counted by what they were for", () => {
  assert.deepEqual(resultOf().requests, {
    probe: 16,
    calibrate: 8,
    crosscheck: 0,
    look: 0,
    warmup: 16,
    measure: 48,
    settle: 0,
  });
});

test("tokens of a stream without usage are calibrated by the plain reply", () => {
  const { tokens } = cellOf(resultOf(), "head/chat/requiresStringContent=true,supportsTools=true");
  assert.deepEqual(tokens, {
    prompt: 12,
    promptSource: "engine-log",
    output: 3,
    outputSource: "calibrated",
  });
});

test("a failed attempt enters the count and no latency", () => {
  const id = "head/chat/requiresStringContent=true,supportsTools=true";
  const result = resultOf(({ cell, phase, nth }) =>
    cell === id && phase === "measure" && nth === 5 ? "truncated" : "pass",
  );
  const cell = cellOf(result, id);
  assert.equal(cell.outcome.kind, "pass");
  assert.deepEqual(cell.outcome.attempts, { ok: 7, failed: 1 });
  assert.deepEqual(cell.outcome.failures, [{ kind: "stream-truncated", count: 1 }]);
  assert.equal(cell.metrics.totalMs?.n, 5);
  assert.ok(result.warnings.some((warning) => warning.code === "flaky"));
});

test("a retired cell tells its failure with the server's words", () => {
  const id = "head/agent-turn/requiresStringContent=false,supportsTools=true";
  const cell = cellOf(
    resultOf(({ cell }) => (cell === id ? "refused-400" : "pass")),
    id,
  );
  assert.equal(cell.outcome.kind, "http-error");
  assert.equal(cell.outcome.evidence, "HTTP 400: no");
  assert.ok(cell.outcome.remedy);
  assert.deepEqual(cell.metrics, {});
});

test("nothing works: the run is complete, and says so", () => {
  const result = resultOf(() => "refused-400");
  assert.equal(result.status, "complete");
  assert.equal(result.exitReason, "all-failed");
  assert.equal(result.recommendation, null);
});

test("tools are kept before tools are dropped", () => {
  assert.equal(resultOf().recommendation?.compat.supportsTools, true);
  const dropped = resultOf(({ cell }) =>
    cell.includes("agent-turn") && cell.includes("supportsTools=true") ? "refused-400" : "pass",
  ).recommendation;
  assert.equal(dropped?.compat.supportsTools, false);
  assert.equal(dropped?.toolsKept, false);
  assert.match(dropped?.because ?? "", /only chat/);
});

test("one failed chat, or a failed tool scenario, is no reason to drop the tools", () => {
  const chat = resultOf(({ cell }) =>
    cell.includes("chat") && cell.includes("supportsTools=true") ? "refused-400" : "pass",
  );
  assert.equal(chat.recommendation?.compat.supportsTools, true);
  assert.equal(chat.recommendation?.toolsKept, true);
});

test("a run whose warm-ups kill the engine is partial, says so, and is no pass", () => {
  const id = "head/chat/requiresStringContent=true,supportsTools=true";
  const result = resultOf(({ cell, phase }) =>
    cell === id && phase === "warmup" ? "dies" : "pass",
  );
  assert.equal(result.status, "partial");
  assert.equal(cellOf(result, id).outcome.kind, "engine-crashed");
  assert.ok(result.warnings.some((warning) => warning.code === "rounds-missing"));
});

test("within the noise the guide's own flag wins", () => {
  assert.equal(resultOf().recommendation?.compat.requiresStringContent, true);
});

test("a journal gives the same result when it is read again, and a part of it a partial one", () => {
  const { entries, state } = fakeRun(fakePlan());
  const lines = entries.map(encodeEntry);
  const again = fold(lines.map(decodeEntry));
  assert.ok(again);
  assert.deepEqual(toResult(again, context), toResult(state, context));
  for (const count of [1, 2, 4, 20, lines.length - 1]) {
    const part = fold(lines.slice(0, count).map(decodeEntry));
    assert.ok(part);
    const result = resultSchema.parse(toResult(part, context));
    assert.equal(result.status, "interrupted");
  }
});

const CHOSEN: Chosen = {
  quantization: "Q4K",
  dtype: "f32",
  turboQuant: "8",
  pagedAttention: "off",
};

/** The same run, whose starts chose what is given, one after the other. */
function choosing(...chosen: (Chosen | undefined)[]) {
  const { entries } = fakeRun(fakePlan());
  const starts = [...chosen];
  const changed = entries.map((entry): JournalEntry => {
    if (entry.type !== "start-ready") return entry;
    const next = starts.shift();
    return next === undefined ? entry : { ...entry, chosen: next };
  });
  const state = fold(structuredClone(changed));
  assert.ok(state);
  return resultSchema.parse(toResult(state, context));
}

test("what the engine chose by itself stands in the result; starts that differ are a warning", () => {
  const same = choosing(CHOSEN, CHOSEN, CHOSEN);
  assert.deepEqual(same.variants[0]?.server.chosen, CHOSEN);
  assert.ok(!same.warnings.some(({ code }) => code === "choices-differ"));
  const other = choosing(CHOSEN, { ...CHOSEN, dtype: "bf16" }, CHOSEN);
  assert.deepEqual(other.variants[0]?.server.chosen, CHOSEN);
  const warnings = other.warnings.filter(({ code }) => code === "choices-differ");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]?.text ?? "", /"f32".*later.*"bf16"/);
});

test("a journal of an older version, which knows nothing of it, gives a valid result", () => {
  const { entries } = fakeRun(fakePlan());
  const old = entries.map((entry) => {
    if (entry.type !== "provisioned") return entry;
    const { provenance: _provenance, ...model } = entry.variant.model;
    const { chosen: _chosen, ...server } = entry.variant.server;
    return { ...entry, variant: { ...entry.variant, model, server } } as unknown as JournalEntry;
  });
  const state = fold(structuredClone(old));
  assert.ok(state);
  const [variant] = resultSchema.parse(toResult(state, context)).variants;
  assert.deepEqual(variant?.server.chosen, NOTHING_CHOSEN);
  assert.equal(variant?.model.provenance, null);
});
