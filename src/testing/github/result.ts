/** A small valid Result for the tests of publishing. */
import {
  type Metric,
  NOTHING_CHOSEN,
  type Result,
  type ResultCell,
  resultSchema,
} from "../../result.ts";

export function sampleMetric(median: number): Metric {
  return {
    n: 1,
    median,
    ci95: null,
    mean: median,
    min: median,
    max: median,
    samples: [{ start: 0, round: 0, value: median }],
  };
}

export function sampleCell(over: Partial<ResultCell> = {}): ResultCell {
  return {
    id: "head/agent-turn/requiresStringContent=true",
    variant: "head",
    scenario: "agent-turn",
    scenarioDigest: "d",
    scale: 1,
    compat: { requiresStringContent: true },
    settings: {},
    load: { kind: "closed", concurrency: 1 },
    outcome: {
      kind: "pass",
      reason: null,
      evidence: null,
      meaning: "It works.",
      remedy: null,
      attempts: { ok: 2, failed: 0 },
      failures: [],
    },
    tokens: { prompt: null, promptSource: null, output: null, outputSource: null },
    requestBytes: null,
    metrics: {},
    peakMemory: null,
    peakVramBytes: null,
    requestDigest: null,
    ...over,
  };
}

export function failingCell(
  scenario: string,
  kind: ResultCell["outcome"]["kind"],
  evidence: string,
): ResultCell {
  const { outcome } = sampleCell();
  return sampleCell({
    id: `head/${scenario}/requiresStringContent=false`,
    scenario,
    compat: { requiresStringContent: false },
    outcome: { ...outcome, kind, evidence, meaning: "It fails.", remedy: "Mend it." },
  });
}

/** Checked by the schema, so that a change of the contract reaches these tests. */
export function sampleResult(over: Partial<Result> = {}): Result {
  const head: Result["variants"][number] = {
    name: "head",
    engine: { kind: "sim", version: null, sha256: null, source: null, baseUrl: null, knobs: null },
    model: { kind: "served", id: "m", servedId: "m", digest: null, provenance: null },
    server: { device: null, deviceSeen: null, args: [], chosen: NOTHING_CHOSEN },
    openclaw: { client: "bench", version: null, integrity: null, node: null, configDigest: "d" },
  };
  return resultSchema.parse({
    schema: "inferrs-bench/result/v1",
    status: "complete",
    exitReason: "ok",
    exitDetail: null,
    tool: { version: "0.0.0" },
    startedAt: "2026-01-01T00:00:00Z",
    durationMs: 1,
    simulated: true,
    synthetic: false,
    environment: {
      fingerprint: "f",
      os: { platform: "linux", release: "1", arch: "x64", image: null },
      cpu: { model: "c", cores: 1, limitCores: null, governor: null },
      memoryBytes: 1,
      memoryLimitBytes: null,
      swapBytes: null,
      runner: null,
      gpus: [],
      node: "v24.0.0",
    },
    platform: { id: "linux-x64-simulated", verified: null },
    plan: {
      rounds: 1,
      starts: 1,
      maxTokens: null,
      timeoutMs: 1,
      seed: 1,
      memoryLimitBytes: null,
      estimateMs: null,
    },
    requests: { probe: 0, calibrate: 0, crosscheck: 0, look: 0, warmup: 0, measure: 0, settle: 0 },
    variants: [head],
    crosschecks: [],
    overhead: null,
    starts: [],
    guard: null,
    memorySampling: null,
    lockWaitMs: null,
    cells: [sampleCell()],
    recommendation: {
      compat: { requiresStringContent: true },
      settings: [],
      because: "It keeps the tools.",
      toolsKept: true,
      openclawConfig: "{}",
    },
    fit: null,
    comparison: null,
    verdict: null,
    warnings: [],
    ...over,
  });
}
