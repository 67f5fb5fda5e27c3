/** Results that between them have every part of a report, for texts to be put into. */
import { keptHistory } from "../../analyze/history/report.ts";
import { toResult } from "../../analyze/result.ts";
import { summarize } from "../../analyze/statistics.ts";
import type { Plan, RemedyPlan } from "../../plan/types.ts";
import {
  attached,
  broken,
  inconclusive,
  regression,
  withheld,
} from "../../report/fixtures/comparisons.ts";
import { failing, interrupted, passing, scaled } from "../../report/fixtures/results.ts";
import { type MetricName, type Result, resultSchema } from "../../result.ts";
import { type Fate, fakePlan, fakeRun, fakeScenario } from "../fake-run.ts";
import { lineOf, linesOf } from "../history.ts";

const CONFIG = {
  renderConfig: () =>
    '// the model\n{\n  models: { providers: { inferrs: { baseUrl: "x" } } },\n}\n',
  guideCompat: { requiresStringContent: true },
};

const ended = (plan: Plan, fate?: Parameters<typeof fakeRun>[1]) =>
  resultSchema.parse(toResult(fakeRun(plan, fate).state, CONFIG));

const HUB_FILES = {
  ...{ id: "google/gemma", revision: "main", commit: "c0ffee" },
  files: [{ path: "model.safetensors", bytes: 1, sha256: "0" }],
};

/** With what a run may say and these fakes don't. */
function whole(result: Result): Result {
  const variants = result.variants.map((variant, index) => ({
    ...variant,
    engine: {
      ...variant.engine,
      version: "0.0.1",
      sha256: "0".repeat(64),
      baseUrl: "http://127.0.0.1:1/v1",
      knobs: { "decode-speed": "24" },
      source:
        index === 0
          ? ({
              kind: "release",
              ...{ version: "0.0.1", tag: "0.0.1", commit: "c0ffee", asset: "x.tar.gz" },
              ...{ assetSha256: "0".repeat(64), verifiedBy: "api" },
            } as const)
          : ({
              kind: "built",
              ...{ ref: "main", commit: "c0ffee", command: "cargo build" },
            } as const),
    },
    model: {
      ...variant.model,
      ...{ servedId: "google/gemma", digest: "sha256:0" },
      provenance: { kind: "hub" as const, ...HUB_FILES, tokenizer: HUB_FILES },
    },
    server: {
      ...{ device: "cpu", deviceSeen: "CPU", args: ["--quantize", "none"] },
      chosen: { quantization: "Q4K", dtype: "f16", turboQuant: "8", pagedAttention: "off" },
    },
    openclaw: { ...variant.openclaw, version: "2026.9.6", integrity: "sha512-x", node: "24" },
  }));
  const starts = result.starts.map((start) => ({
    ...start,
    failure: { kind: "engine-crashed" as const, evidence: "it died" },
    end: {
      ...({ kind: "crashed", exitCode: 134, signal: null, memoryKiller: null } as const),
      logTail: ["memory allocation failed", "last words"],
    },
  }));
  const crosschecks = result.crosschecks.map((check) => ({
    ...check,
    disagreements: ["/api/chat counts 12"],
  }));
  return resultSchema.parse({
    ...result,
    ...{ variants, starts, crosschecks, label: "metal" },
    command: ["run", "--model=google/gemma", "--engine=inferrs"],
    warnings: [
      ...result.warnings,
      { code: "noisy-runner", text: "Something else ran on this machine." },
      { code: "other", text: "Something else again." },
    ],
    platform: { id: "linux-x64-cpu", verified: { date: "2026-01-01", run: "12" } },
    guard: {
      ...{ limitBytes: 1e9, cgroup: null, why: "there is no cgroup", oomScoreAdj: null },
      watchdogBytes: 1e9,
    },
    environment: {
      ...result.environment,
      os: { ...result.environment.os, image: "ubuntu" },
      cpu: { ...result.environment.cpu, governor: "powersave" },
      gpus: [
        { name: "a GPU", memoryBytes: 1e9, driver: "1.2", powerLimitWatts: 100 },
        { name: "another", memoryBytes: null, driver: null, powerLimitWatts: null },
      ],
      runner: { environment: "github-hosted", imageOs: "ubuntu24", imageVersion: "1" },
    },
  });
}

const TURN = { message: "", expect: [], script: [{ text: "" }], repeat: 1 };
const REMEDIES: RemedyPlan = {
  ...{ provider: "inferrs", compat: {}, current: {}, agents: [] },
  ...{ session: "oc-compaction", most: 24 },
};

/** A ladder of remedies, climbed until one works. */
function climbed(): Result {
  const plan = fakePlan({
    ...{ turn: "real", starts: 1, rounds: 1 },
    scenarios: [fakeScenario("oc-answer", { steps: [], turns: [TURN] })],
    combinations: [{ supportsTools: true }],
  });
  const session = fakeScenario("oc-compaction", { steps: [], turns: [TURN] });
  const fate = ({ cell }: { cell: string }): Fate =>
    cell.includes("oc-answer/rungs") && cell.includes("short-files") ? "pass" : "out-of-memory";
  const { state } = fakeRun(
    { ...plan, scenarios: [...plan.scenarios, session], remedies: REMEDIES },
    fate,
    2000,
    ({ rung }) => (rung === undefined ? 60_000 : 60_000 - 10_000 * rung.rungs.length),
  );
  return resultSchema.parse(toResult(state, CONFIG));
}

/** Turns that don't fit in memory. */
function tooLong(): Result {
  const bare = fakePlan({ look: { budgetMs: 60_000, untilItBreaks: false }, timeoutMs: 300_000 });
  const cells = bare.cells.map((cell) => ({
    ...cell,
    requestBytes: cell.scenario === "chat" ? 300 : 60_000,
  }));
  return ended({ ...bare, cells, memoryLimitBytes: 16e7 });
}

/** Several requests at once. */
function loaded(): Result {
  const result = ended(
    fakePlan({
      loads: [
        { kind: "closed", concurrency: 1 },
        { kind: "closed", concurrency: 4 },
      ],
      scenarios: [fakeScenario("chat"), fakeScenario("chat-long")],
      combinations: [{ requiresStringContent: true }],
    }),
  );
  const names: MetricName[] = ["ttftMs", "turnMs", "queueMs", "throughputTokensPerSecond"];
  for (const cell of result.cells) cell.metrics = figures(names);
  return result;
}

/** As if the client had taken every turn, and failed to at the end. */
function taken(): Result {
  const result = passing();
  const names: MetricName[] = [
    ...(["turnMs", "clientBeforeMs", "modelMs", "modelPrefillMs", "modelDecodeMs"] as const),
    ...(["modelRestMs", "toolsMs", "clientAfterMs", "unattributedMs"] as const),
  ];
  for (const cell of result.cells) {
    cell.turn = "real";
    cell.metrics = figures(names);
    cell.confirmed = [
      {
        ...{ driver: "agent", turnMs: 12_000, clientBeforeMs: 11_000 },
        outcome: { kind: "client-failed", evidence: "it said no" },
      },
    ];
  }
  result.plan.turn = "real";
  return result;
}

function figures(names: readonly MetricName[]): Result["cells"][number]["metrics"] {
  const entries = names.map((name) => [
    name,
    summarize([{ start: 0, round: 0, value: 100 }]) ?? undefined,
  ]);
  return Object.fromEntries(entries);
}

function setUpFailed(): Result {
  const result = passing();
  result.status = "failed";
  result.exitReason = "setup-failed";
  result.exitDetail = "inferrs 0.0.1 is refused: its digest is another.";
  return result;
}

/** By what they are for. */
export function hostileBases(): Record<string, Result> {
  const alone = { failing, scaled, interrupted, climbed, tooLong, loaded, taken, setUpFailed };
  const beside = { regression, broken, inconclusive, withheld, attached };
  const made = Object.entries({ ...alone, ...beside });
  return Object.fromEntries(made.map(([name, make]) => [name, whole(make())]));
}

/** Of a run beside a dozen earlier ones, with one that is another machine's. */
export function keptBases() {
  const other = { environment: { ...passing().environment, fingerprint: "another" } };
  return {
    same: keptHistory(lineOf(1300, 50), linesOf(12), ["Added to h."]),
    changed: keptHistory(lineOf(1300, 50, other), linesOf(12), ["Added to h."]),
    unread: keptHistory(lineOf(1300, 50), null, ["h could not be read: no."]),
  };
}
