import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { toResult } from "../analyze/result.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { resultSchema } from "../result.ts";
import { fold } from "./fold.ts";
import { readJournal } from "./journal.ts";
import { completeEnvironment } from "./older.ts";

const context = { renderConfig: () => "{}", guideCompat: {} };

/**
 * As the tool wrote it at commit a6a847b, unchanged: `demo --scenario smoke --scenario chat
 * --starts 1 --rounds 1 --max-tokens 12 --compat requiresStringContent=true,false`.
 */
function older() {
  const { entries, lostBytes } = readJournal(join(import.meta.dirname, "fixtures/a6a847b.jsonl"));
  assert.equal(lostBytes, 0);
  return entries;
}

test("a journal of an older version folds: what it doesn't know is null", () => {
  const state = fold(older());
  assert.ok(state);
  const result = resultSchema.parse(toResult(state, context));
  const { cpu, os, runner, memoryLimitBytes, swapBytes } = result.environment;
  assert.deepEqual(cpu, { ...cpu, cores: 2, limitCores: null, governor: null });
  assert.deepEqual([os.image, runner, memoryLimitBytes, swapBytes], [null, null, null, null]);
  const [variant] = result.variants;
  assert.equal(variant?.server.deviceSeen, null);
  assert.equal(variant?.engine.source, null);
  assert.equal(variant?.model.provenance, null);
  const { guard, lockWaitMs, memorySampling } = result;
  assert.deepEqual([guard, lockWaitMs, memorySampling], [null, null, null]);
  assert.deepEqual(state.moments, { start: null, end: null });
});

test("its figures are those that the older version made of it", () => {
  const state = fold(older());
  assert.ok(state);
  const result = resultSchema.parse(toResult(state, context));
  assert.deepEqual([result.status, result.exitReason], ["complete", "ok"]);
  const cells = Object.fromEntries(result.cells.map((cell) => [cell.id, cell]));
  assert.deepEqual(
    Object.entries(cells).map(([id, { outcome }]) => [id, outcome.kind, outcome.attempts]),
    [
      ["head/smoke", "pass", { ok: 3, failed: 0 }],
      ["head/chat/requiresStringContent=true", "pass", { ok: 3, failed: 0 }],
      ["head/chat/requiresStringContent=false", "string-content-required", { ok: 0, failed: 2 }],
    ],
  );
  const chat = cells["head/chat/requiresStringContent=true"];
  assert.deepEqual([chat?.tokens.prompt, chat?.tokens.promptSource], [42, "engine-log"]);
  assert.equal(chat?.metrics.ttftMs?.median, 2.972478);
  assert.equal(chat?.metrics.decodeTokensPerSecond?.median, 354.8872376451735);
  assert.equal(chat?.metrics.turnMs?.median, 34.040279);
  assert.equal(cells["head/smoke"]?.metrics.turnMs?.median, 31.007474000000002);
  assert.deepEqual(result.recommendation?.compat, { requiresStringContent: true });
  assert.match(renderMarkdown(result), /requiresStringContent/);
});

test("a GPU of which name and memory were told alone", () => {
  const state = fold(older());
  assert.ok(state);
  const gpu = { name: "NVIDIA L4", memoryBytes: 24e9 };
  const environment = { ...state.environment, gpus: [gpu] } as unknown as typeof state.environment;
  const { gpus } = completeEnvironment(environment);
  assert.deepEqual(gpus, [{ ...gpu, driver: null, powerLimitWatts: null }]);
});
