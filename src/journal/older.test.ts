import assert from "node:assert/strict";
import { test } from "node:test";
import { toResult } from "../analyze/result.ts";
import { resultSchema } from "../result.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import type { JournalEntry } from "./events.ts";
import { fold } from "./fold.ts";

const context = { renderConfig: () => "{}", guideCompat: {} };

/** The journal of a run as version 0.1.0 before this wrote it. */
function older(): JournalEntry[] {
  return fakeRun(fakePlan()).entries.map((entry) => {
    const copy = structuredClone(entry);
    if (copy.type === "run-started") {
      copy.environment = {
        fingerprint: "f",
        os: { platform: "linux", release: "6", arch: "x64" },
        cpu: { model: "old", cores: 2 },
        memoryBytes: 8e9,
        gpus: [{ name: "NVIDIA L4", memoryBytes: 24e9 }],
        node: "v20",
      } as unknown as typeof copy.environment;
    }
    if (copy.type === "provisioned") {
      Reflect.deleteProperty(copy.variant.server, "deviceSeen");
      Reflect.deleteProperty(copy.variant.engine, "source");
    }
    return copy;
  });
}

test("a journal of an older version folds: what it doesn't know is null", () => {
  const state = fold(older());
  assert.ok(state);
  const result = resultSchema.parse(toResult(state, context));
  assert.deepEqual(result.environment.cpu, {
    model: "old",
    cores: 2,
    limitCores: null,
    governor: null,
  });
  assert.equal(result.environment.os.image, null);
  assert.deepEqual(result.environment.gpus, [
    { name: "NVIDIA L4", memoryBytes: 24e9, driver: null, powerLimitWatts: null },
  ]);
  assert.equal(result.environment.runner, null);
  assert.equal(result.variants[0]?.server.deviceSeen, null);
  assert.equal(result.variants[0]?.engine.source, null);
  assert.deepEqual(state.moments, { start: null, end: null });
});
