import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result, ResultVariant } from "../../result.ts";
import { sampleCell } from "../../testing/github/result.ts";
import { runOf } from "../../testing/history.ts";
import { keyOf, keyParts } from "./key.ts";

const base = runOf(1000);
const [head] = base.variants;
const variant = (over: Partial<ResultVariant>): Partial<Result> => {
  assert.ok(head !== undefined);
  return { variants: [{ ...head, ...over }] };
};
const keyFor = (over: Partial<Result>) => keyOf(keyParts({ ...base, ...over }));

test("what is under test may change: the engine's version and file, this tool's version, the figures", () => {
  assert.ok(head !== undefined);
  const engine = { ...head.engine, version: "0.0.20260424164259", sha256: "b".repeat(64) };
  assert.equal(keyFor(variant({ engine })), keyFor({}));
  assert.equal(
    keyFor({ tool: { version: "9.9.9" }, startedAt: "2027-01-01T00:00:00Z" }),
    keyFor({}),
  );
  assert.equal(keyOf(keyParts(runOf(2000))), keyFor({}));
});

test("what decides the figures may not: each makes another key", () => {
  assert.ok(head !== undefined);
  const { server, model, engine, openclaw } = head;
  const chosen = (part: string) =>
    variant({ server: { ...server, chosen: { ...server.chosen, [part]: "x" } } });
  const [cell] = base.cells;
  assert.ok(cell !== undefined && base.recommendation !== null);
  const changes: Partial<Result>[] = [
    { environment: { ...base.environment, fingerprint: "other" } },
    variant({ engine: { ...engine, kind: "inferrs" } }),
    variant({ engine: { ...engine, knobs: { "prefill-speed": "100" } } }),
    variant({ model: { ...model, id: "other" } }),
    variant({ model: { ...model, digest: "0123" } }),
    ...["quantization", "dtype", "turboQuant", "pagedAttention"].map(chosen),
    variant({ server: { ...server, deviceSeen: "cuda" } }),
    variant({ server: { ...server, args: ["--max-seq-len=8192"] } }),
    variant({ openclaw: { ...openclaw, configDigest: "other" } }),
    variant({ openclaw: { ...openclaw, version: "2026.9.6" } }),
    { cells: [{ ...cell, scenarioDigest: "other" }] },
    { cells: [{ ...cell, scale: 0.1 }] },
    { cells: [cell, sampleCell({ scenario: "chat" })] },
    { recommendation: { ...base.recommendation, compat: { requiresStringContent: false } } },
    { recommendation: null },
    { plan: { ...base.plan, rounds: 3 } },
    { plan: { ...base.plan, starts: 3 } },
    { plan: { ...base.plan, maxTokens: 16 } },
  ];
  const keys = changes.map(keyFor);
  assert.equal(new Set([keyFor({}), ...keys]).size, keys.length + 1);
});

test("other combinations in the matrix don't change what is followed", () => {
  const { outcome } = sampleCell();
  const failed = sampleCell({
    id: "x",
    compat: { requiresStringContent: false },
    outcome: { ...outcome, kind: "string-content-required" },
  });
  assert.equal(keyFor({ cells: [...base.cells, failed] }), keyFor({}));
  assert.equal(keyFor({ cells: [failed, ...base.cells] }), keyFor({}));
});
