/**
 * The Result: the contract of `result.json`. Every report is made from it and from nothing else.
 * Types are inferred from the schema, so the two can't differ; the published JSON schema
 * (`bench/schema/result.v1.schema.json`) is generated from it (`npm run schema`).
 *
 * Times are in ms, sizes in bytes, rates in tokens per second. What is unknown is null, never 0.
 */
import { z } from "zod";
import { lockSchema } from "./lock/schema.ts";
import { METRIC_NAMES } from "./metric-names.ts";

export const RESULT_SCHEMA_ID = "inferrs-bench/result/v1";

/** What became of a cell. The table in `analyze/outcomes.ts` says what each means and what mends it. */
export const OUTCOME_KINDS = [
  "pass",
  "unreachable",
  "not-ready",
  "load-failed",
  "model-missing",
  "port-taken",
  "string-content-required",
  "tool-schema-rejected",
  "tool-call-as-text",
  "context-length-exceeded",
  "wrong-device",
  "engine-crashed",
  "out-of-memory",
  "engine-hung",
  "timeout",
  "client-timeout",
  "client-refused",
  "client-failed",
  "stream-truncated",
  "stream-error",
  "tokens-lost",
  "client-lagged",
  "response-too-large",
  "empty-reply",
  "expectation-failed",
  "http-error",
  "not-run",
] as const;

const outcomeKind = z.enum(OUTCOME_KINDS);

/** Shapes of memory or time by prompt length; `analyze/fit/curves.ts` has their formulas. */
export const CURVE_KINDS = ["linear", "quadratic", "linear+quadratic", "stepped"] as const;
export type CurveKind = (typeof CURVE_KINDS)[number];

/**
 * Why the ladder of prompts went no further: its longest prompt was answered; the next one might have
 * needed more memory than there is; or longer than the ladder may take; or is longer than the window;
 * the engine died; a prompt got no proper answer; nothing counts its tokens; the run ended before.
 */
export const LADDER_ENDS = [
  "enough",
  "memory",
  "time",
  "window",
  "died",
  "failed",
  "uncounted",
  "interrupted",
] as const;
export type LadderEnd = (typeof LADDER_ENDS)[number];

/** Why a cell has no outcome of its own. */
export const NOT_RUN_REASONS = [
  "budget",
  "retired",
  "engine-gone",
  "interrupted",
  "not-applicable",
  /** What its prompt needs by the fit is more than there is; the evidence has the figures. */
  "doesnt-fit",
] as const;

const compatValue = z.union([z.boolean(), z.string(), z.array(z.string())]);
const compat = z.record(z.string(), compatValue);
const jsonValue: z.ZodType<unknown> = z.unknown();
const nullableMs = z.number().nonnegative().nullable();

const sample = z.strictObject({
  start: z.int().nonnegative(),
  round: z.int().nonnegative(),
  value: z.number(),
});

/** A summary of one metric of one cell: every sample is kept, the rest is derived from them. */
const metric = z.strictObject({
  n: z.int().nonnegative(),
  median: z.number(),
  /** Order-statistic interval of the median; null with fewer samples than a 95% interval needs (6). */
  ci95: z.tuple([z.number(), z.number()]).nullable(),
  mean: z.number(),
  min: z.number(),
  max: z.number(),
  /** From 20 samples on. */
  p90: z.number().optional(),
  /** From 100 samples on. */
  p99: z.number().optional(),
  samples: z.array(sample),
});

export { METRIC_NAMES };

const outcome = z.strictObject({
  kind: outcomeKind,
  /** With `not-run`: why. */
  reason: z.enum(NOT_RUN_REASONS).nullable(),
  /** The server's own words, or what was seen of the engine, shortened. */
  evidence: z.string().nullable(),
  /** What the outcome means, in one sentence. */
  meaning: z.string(),
  /** The least costly thing that mends it. Null where nothing is broken. */
  remedy: z.string().nullable(),
  attempts: z.strictObject({ ok: z.int().nonnegative(), failed: z.int().nonnegative() }),
  /** Every failed attempt by its kind, so that a flake in a passing cell stays visible. */
  failures: z.array(z.strictObject({ kind: outcomeKind, count: z.int().positive() })),
});

const memory = z.strictObject({
  bytes: z.int().nonnegative(),
  /** `simulated`: the simulator's own account, no memory was really used. */
  kind: z.enum(["rss", "phys_footprint", "cgroup", "simulated"]),
  swapBytes: z.int().nonnegative().nullable(),
});

/** Where a count of tokens comes from, best first; docs/metrics.md tells what each means. */
export const PROMPT_SOURCES = ["usage", "timings", "engine-log", "replay"] as const;
export const OUTPUT_SOURCES = ["usage", "timings", "calibrated", "limit", "chunks"] as const;

/** Who ends an engine for its memory: `analyze/death.ts` says how each is told. */
export const MEMORY_KILLERS = ["kernel", "cgroup", "watchdog", "allocator"] as const;

const cell = z.strictObject({
  id: z.string(),
  variant: z.string(),
  scenario: z.string(),
  /** SHA-256 of the scenario with all it refers to, after scaling. */
  scenarioDigest: z.string(),
  /** 1: full size. Less: a proportionally smaller agent turn. */
  scale: z.number().positive(),
  compat,
  settings: z.record(z.string(), jsonValue),
  /** The scenario's turns are OpenClaw's own; absent: the requests were written here. */
  turn: z.enum(["replayed", "real"]).optional(),
  /** How many turns were in flight at once. */
  load: z.discriminatedUnion("kind", [
    /** So many users, each of whom sends the next turn when the last is answered. */
    z.strictObject({ kind: z.literal("closed"), concurrency: z.int().positive() }),
    /** Turns come at random at this mean rate; latencies count from when a turn was due. */
    z.strictObject({ kind: z.literal("open"), requestsPerSecond: z.number().positive() }),
  ]),
  outcome,
  tokens: z.strictObject({
    prompt: z.int().nonnegative().nullable(),
    promptSource: z.enum(PROMPT_SOURCES).nullable(),
    output: z.number().nonnegative().nullable(),
    outputSource: z.enum(OUTPUT_SOURCES).nullable(),
  }),
  /** Bytes of the largest request body that the cell sends. */
  requestBytes: z.int().nonnegative().nullable(),
  metrics: z.partialRecord(z.enum(METRIC_NAMES), metric),
  /** The engine's peak while this cell's requests were served; null where it can't be told. */
  peakMemory: memory.nullable(),
  /** GPU memory of its processes at its highest meanwhile; null where it can't be told. */
  peakVramBytes: z.int().nonnegative().nullable(),
  /** The same turn by the client's plain command line, once for each combination; absent: not asked. */
  confirmed: z
    .array(
      z.strictObject({
        /** `infer`: `openclaw infer model run`. `agent`: `openclaw agent`. */
        driver: z.enum(["infer", "agent"]),
        outcome: z.strictObject({ kind: outcomeKind, evidence: z.string().nullable() }),
        /** The command's wall time, and until its first request came to the proxy. */
        turnMs: nullableMs,
        clientBeforeMs: nullableMs,
      }),
    )
    .optional(),
  /** What became of the same bodies when they were sent without the client; absent: they were not. */
  replayed: z.strictObject({ kind: outcomeKind, evidence: z.string().nullable() }).optional(),
  /** It was not planned, but asked on the ladder of remedies; absent: planned. */
  rung: z
    .strictObject({
      /** Ids of the rungs that were in force. */
      rungs: z.array(z.string()),
      /** The turn that failed, or a session that grows until it is compacted. */
      part: z.enum(["turn", "session"]),
    })
    .optional(),
  /** SHA-256 of the request bodies in order; cells with equal digests sent the same bytes. */
  requestDigest: z.string().nullable(),
});

const engineStart = z.strictObject({
  variant: z.string(),
  start: z.int().nonnegative(),
  phase: z.enum(["probe", "measure"]),
  /** In a comparison: which pair of starts it belongs to; null or absent: none. */
  pair: z.int().nonnegative().nullable().optional(),
  readyMs: nullableMs,
  peakMemory: memory.nullable(),
  peakVramBytes: z.int().nonnegative().nullable(),
  /** Ports that another process took between check and start, before one was free. */
  portsTaken: z.int().nonnegative(),
  /** Why it never got ready; null where it did. */
  failure: z.strictObject({ kind: outcomeKind, evidence: z.string() }).nullable(),
  /** How this life of the engine ended; null for an attached one. */
  end: z
    .strictObject({
      kind: z.enum(["stopped", "crashed", "out-of-memory", "start-failed"]),
      exitCode: z.int().nullable(),
      signal: z.string().nullable(),
      /** With `out-of-memory`: who ended it. */
      memoryKiller: z.enum(MEMORY_KILLERS).nullable(),
      /** The last lines of the engine's log where it did not end as asked. */
      logTail: z.array(z.string()),
    })
    .nullable(),
});

const counts = z.int().nonnegative().nullable();
const rates = z.strictObject({
  /** By the client's clock. */
  ours: z.number().nullable(),
  /** By the durations that the engine itself gives on /api/chat. */
  engine: z.number().nullable(),
});

const crosscheck = z.strictObject({
  variant: z.string(),
  promptTokens: z.strictObject({ log: counts, stream: counts, plain: counts, ollama: counts }),
  outputTokens: z.strictObject({ stream: counts, chunks: counts, plain: counts, ollama: counts }),
  prefillTokensPerSecond: rates,
  decodeTokensPerSecond: rates,
  /** What the routes do not agree on, in words. */
  disagreements: z.array(z.string()),
});

const idle = z.strictObject({
  wallMs: z.number().nonnegative(),
  idleMs: z.number().nonnegative(),
  /** idleMs / wallMs. */
  share: z.number().min(0).max(1),
});

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Where the engine's executable came from. */
const engineSource = z.discriminatedUnion("kind", [
  /** The user's own file: `sha256` of the engine tells which. */
  z.strictObject({ kind: z.literal("path") }),
  z.strictObject({
    kind: z.literal("release"),
    version: z.string(),
    tag: z.string(),
    /** Null where GitHub couldn't say it. */
    commit: z.string().nullable(),
    asset: z.string(),
    assetSha256: sha256,
    /** Who said what the digest must be: the table in this tool, GitHub's API, or the user. */
    verifiedBy: z.enum(["table", "api", "user"]),
  }),
  /** By the user's digest. The address is without user name, password and query. */
  z.strictObject({ kind: z.literal("url"), url: z.string(), assetSha256: sha256 }),
  /** Built for the run: `ref` as it was named (head's is HEAD), and by which command. */
  z.strictObject({
    kind: z.literal("built"),
    ref: z.string(),
    commit: z.string(),
    command: z.string(),
  }),
]);
const hubFiles = {
  id: z.string(),
  /** As it was asked for. */
  revision: z.string(),
  /** What it was resolved to. */
  commit: z.string(),
  files: z.array(
    z.strictObject({ path: z.string(), bytes: z.int().nonnegative(), sha256: z.string() }),
  ),
};

/** What the engine was started with in the end, as far as its log says. */
const chosen = z.strictObject({
  /** `Q4K`, the name of a GGUF file, `pre-quantized`, or `none`. */
  quantization: z.string().nullable(),
  dtype: z.string().nullable(),
  /** Bits of the KV cache, or `off`. */
  turboQuant: z.string().nullable(),
  /** Share of the memory, or `off`. */
  pagedAttention: z.string().nullable(),
});

/** What kept the engine from taking the machine down with it. */
const guard = z.strictObject({
  limitBytes: z.int().positive().nullable(),
  /** Version of the engine's own cgroup, which held the limit; null: none could be made. */
  cgroup: z.literal([1, 2]).nullable(),
  /** Why there was no cgroup. */
  why: z.string().nullable(),
  /** How much more likely than others it was to be killed by the kernel; null: no such thing. */
  oomScoreAdj: z.int().nullable(),
  /** Memory at which this tool would have ended it. */
  watchdogBytes: z.int().positive().nullable(),
});

const variant = z.strictObject({
  name: z.string(),
  engine: z.strictObject({
    kind: z.enum(["inferrs", "external", "sim"]),
    version: z.string().nullable(),
    sha256: z.string().nullable(),
    /** Null for an engine that isn't inferrs started here, and in journals of older versions. */
    source: engineSource.nullable(),
    baseUrl: z.string().nullable(),
    /** The simulator's knobs that differ from their defaults. */
    knobs: z.record(z.string(), z.string()).nullable(),
  }),
  model: z.strictObject({
    kind: z.enum(["hub", "directory", "synthetic", "served"]),
    id: z.string(),
    servedId: z.string().nullable(),
    /** Of a local directory: SHA-256 over its config, tokenizer and weights' sizes. */
    digest: z.string().nullable(),
    /** Of a model of the hub: exactly which files, each checked. */
    provenance: z
      .strictObject({
        kind: z.literal("hub"),
        ...hubFiles,
        /** Where config and tokenizer of a GGUF file come from. */
        tokenizer: z.strictObject(hubFiles).nullable(),
      })
      .nullable(),
  }),
  server: z.strictObject({
    /** As it was asked for; null for an attached engine. */
    device: z.string().nullable(),
    /** On which it serves, by its log or by the GPU's driver; null where neither says. */
    deviceSeen: z.string().nullable(),
    args: z.array(z.string()),
    chosen,
  }),
  openclaw: z.strictObject({
    /** `bench`: this project applies the compat flags as OpenClaw does; the client itself is not run. `openclaw`: the client is. */
    client: z.enum(["bench", "openclaw"]),
    version: z.string().nullable(),
    /** npm's integrity of the client (`sha512-…`); null: given by path, or not run. */
    integrity: z.string().nullable().default(null),
    /** Version of the Node that it runs on; null: not run. */
    node: z.string().nullable().default(null),
    configDigest: z.string(),
  }),
});

/** The machine, without anything that identifies it. */
const environment = z.strictObject({
  /** Over what decides speed: two runs with the same one may be compared over time. */
  fingerprint: z.string(),
  os: z.strictObject({
    platform: z.string(),
    release: z.string(),
    arch: z.string(),
    /** `Ubuntu 24.04.1 LTS`, `macOS 15.1`. */
    image: z.string().nullable(),
  }),
  cpu: z.strictObject({
    model: z.string(),
    /** Of the whole machine. */
    cores: z.int().positive(),
    /** What a container's limit or an affinity leaves of them; null: all. */
    limitCores: z.number().positive().nullable(),
    governor: z.string().nullable(),
  }),
  /** What may be used: the container's limit where there is one. */
  memoryBytes: z.int().positive(),
  /** The container's limit; null: none. */
  memoryLimitBytes: z.int().positive().nullable(),
  swapBytes: z.int().nonnegative().nullable(),
  gpus: z.array(
    z.strictObject({
      name: z.string(),
      /** Null where it shares the machine's memory, or doesn't say. */
      memoryBytes: z.int().nullable(),
      driver: z.string().nullable(),
      powerLimitWatts: z.number().nullable(),
    }),
  ),
  /** In a workflow of GitHub Actions. */
  runner: z
    .strictObject({
      /** `github-hosted` or `self-hosted`. */
      environment: z.string().nullable(),
      imageOs: z.string().nullable(),
      imageVersion: z.string().nullable(),
    })
    .nullable(),
  node: z.string(),
});

const platform = z.strictObject({
  /** `linux-x64-cpu`. */
  id: z.string(),
  /** When and in which run it was checked; null: unverified. */
  verified: z.strictObject({ date: z.string(), run: z.string() }).nullable(),
});

const recommendation = z.strictObject({
  compat,
  settings: z.array(
    z.strictObject({ path: z.string(), value: jsonValue, because: z.string(), cost: z.string() }),
  ),
  /** One sentence. */
  because: z.string(),
  /** False: chat only, the agent has no tools with it. */
  toolsKept: z.boolean(),
  /** The settings as JSON5, ready to merge into OpenClaw's config. */
  openclawConfig: z.string(),
});

/**
 * What was made of a combination of rungs: its turn works; it fails; it doesn't fit and was not sent;
 * it fits, but leaves a session no room to grow until it is compacted, and was not sent; its prompt is no shorter; it could not be captured; the run ended before.
 */
export const RUNG_VERDICTS = [
  "works",
  "fails",
  "too-long",
  "no-room",
  "saves-nothing",
  "not-captured",
  "unfinished",
] as const;

const rungTried = z.strictObject({
  /** Ids of the rungs in force; none: as configured. */
  rungs: z.array(z.string()),
  /** The same in words. */
  titles: z.array(z.string()),
  keepsTools: z.boolean(),
  /** Of the turn's largest request; null where it is not known. */
  requestBytes: z.int().nonnegative().nullable(),
  /** By the bytes that a token has here. */
  promptTokens: z.int().nonnegative().nullable(),
  verdict: z.enum(RUNG_VERDICTS),
  /** Of the turn; null where none was asked. */
  outcome: outcomeKind.nullable(),
  evidence: z.string().nullable(),
  cell: z.string().nullable(),
  /** A session that grows until it is compacted; null where none was asked. */
  session: z
    .strictObject({
      cell: z.string(),
      outcome: outcomeKind,
      evidence: z.string().nullable(),
      /** The client's window in it. */
      windowTokens: z.int().positive().nullable(),
    })
    .nullable(),
});

/** From the least costly setting up, until one made the turn work. */
const remedyLadder = z.strictObject({
  variant: z.string(),
  scenario: z.string(),
  /** The planned cell that failed. */
  from: z.string(),
  /** How the prompts' sizes were had. */
  sizesFrom: z.string(),
  /** In the ladder's order. */
  tried: z.array(rungTried),
  chosen: z
    .strictObject({ rungs: z.array(z.string()), keepsTools: z.boolean(), cell: z.string() })
    .nullable(),
  /** Why none was chosen; null where one was. */
  because: z.string().nullable(),
});

/** A figure with its 90% interval. */
const foretold = z.strictObject({
  value: z.number().nonnegative(),
  low: z.number().nonnegative(),
  high: z.number().nonnegative(),
});

/** Bytes or ms by prompt tokens n: base + linear n + quadratic n² + height ceil(n / tokens). */
const curve = z.strictObject({
  /** The likeliest shape; forecasts are averaged over all of them. */
  kind: z.enum(CURVE_KINDS),
  base: z.number(),
  linear: z.number(),
  quadratic: z.number(),
  step: z.strictObject({ tokens: z.number(), height: z.number() }).nullable(),
  /** How likely each shape is; they add up to 1. */
  weights: z.record(z.enum(CURVE_KINDS), z.number()),
});

/** `uncertain`: the limit lies within the interval. */
const fits = z.enum(["yes", "no", "uncertain"]);

const fitTurn = z.strictObject({
  /** The scenario, or the rung of a remedy ladder. */
  name: z.string(),
  requestBytes: z.int().nonnegative().nullable(),
  promptTokens: z.int().nonnegative(),
  /** `measured`: the engine counted them; `estimated`: from the bytes, as the ladder's prompts have them. */
  tokensSource: z.enum(["measured", "estimated"]),
  memoryBytes: foretold.nullable(),
  /** The highest that was seen while it was served; null where it wasn't. */
  measuredBytes: z.int().nonnegative().nullable(),
  /**
   * Until the first token. For a prompt shorter than all that the curve knows only what it is below:
   * `low` is 0, the others the time of one that is as long or longer.
   */
  prefillMs: foretold.nullable(),
  /** As it was seen to; else under the limit that holds here; null where the memory isn't known. */
  fitsHere: fits.nullable(),
  /** What became of it where it was sent: `pass`, or how its length may have made it fail. */
  seen: outcomeKind.nullable().optional(),
  /** On machines of so many GB, 90% of which the engine may use. */
  fitsIn: z.array(z.strictObject({ gb: z.int().positive(), fits })),
  /** Within the window and the client's own time limit; null where neither is known. */
  fitsWindow: z.boolean().nullable(),
  fitsTime: fits.nullable(),
  /** One sentence. */
  sentence: z.string(),
});

/** Which prompts this machine takes: a short ladder of prompts, and what follows from it. */
const variantFit = z.strictObject({
  variant: z.string(),
  ladder: z.strictObject({
    end: z.enum(LADDER_ENDS),
    tookMs: z.number().nonnegative(),
    budgetMs: z.number().nonnegative(),
    untilItBreaks: z.boolean(),
  }),
  points: z.array(
    z.strictObject({
      /** Tokens that were wanted. */
      rung: z.int().positive(),
      promptTokens: z.int().nonnegative().nullable(),
      requestBytes: z.int().nonnegative(),
      /** Time to the first token; of a plain request until the reply. */
      ms: nullableMs,
      peakBytes: z.int().nonnegative().nullable(),
      outcome: outcomeKind,
      evidence: z.string().nullable(),
    }),
  ),
  /** Null where too few prompts were answered, or nothing tells the memory. */
  memory: z
    .strictObject({ kind: z.enum([...memory.shape.kind.options, "vram"]), curve })
    .nullable(),
  time: z.strictObject({ curve }).nullable(),
  limits: z.strictObject({
    /** What the engine may use: the memory limit, or what was free where that is less. */
    memoryBytes: z.number().positive().nullable(),
    /** Of the machine. */
    machineBytes: z.number().positive().nullable(),
    windowTokens: z.int().positive().nullable(),
    /** How long the client waits for the first event. */
    clientMs: z.number().positive().nullable(),
    /** `config`: the user's own timeoutSeconds; `default`: what the client takes without. */
    clientFrom: z.enum(["config", "default"]).nullable(),
  }),
  longest: z
    .strictObject({
      tokens: z.int().nonnegative(),
      low: z.int().nonnegative(),
      high: z.int().nonnegative(),
      /** `observed`: a prompt failed that by the curve would have fitted. */
      limitedBy: z.enum(["memory", "window", "time", "observed"]),
    })
    .nullable(),
  /** What was seen, whatever the curve says. */
  observed: z
    .strictObject({
      /** Of the longest prompt that was answered; 0: none was. */
      answeredTokens: z.int().nonnegative(),
      /** The shortest above it that was not; its turn's name, null: one of the ladder's. */
      failed: z
        .strictObject({
          name: z.string().nullable(),
          promptTokens: z.int().nonnegative(),
          outcome: outcomeKind,
        })
        .nullable(),
    })
    .optional(),
  turns: z.array(fitTurn),
  /** In plain words; null where nothing can be foretold. */
  sentence: z.string().nullable(),
});

const warning = z.strictObject({ code: z.string(), text: z.string() });

/** What a comparison may say of a metric. */
export const METRIC_VERDICTS = [
  "regression",
  "improvement",
  "no-regression",
  "inconclusive",
] as const;

const VERDICTS = [...METRIC_VERDICTS, "broken"] as const;

/** Of a metric's verdict; `analyze/verdict/decide.ts` says what each means. */
export const BECAUSE = [
  "worse-by-more-than-delta",
  "better-by-more-than-delta",
  "change-is-below-delta",
  "worse-by-less-than-delta",
  "may-be-an-improvement",
  "not-settled",
  "level-out-of-reach",
  "too-few-pairs",
  /** In most of the pairs that were made there is no number on both sides. */
  "too-few-figures",
  /** Head's replies have another length: a whole turn is other work than base's. */
  "replies-differ",
  /** Of too many rounds this tool was too late to tell what they took. */
  "rounds-left-out",
  /** An attached engine can't be restarted: it is only described. */
  "descriptive",
  /** Base and head differ in something that was not meant to; the comparison says in what. */
  "withheld",
] as const;

/** A start's value: the median of its rounds; null: most of them failed, which is the worst rank. */
const startValue = z.number().nonnegative().nullable();

const comparedMetric = z.strictObject({
  /** Head's cell and base's; null for what is of the whole start (`loadMs`). */
  cell: z.string().nullable(),
  baseCell: z.string().nullable(),
  metric: z.enum([...METRIC_NAMES, "loadMs"]),
  label: z.string(),
  unit: z.string(),
  better: z.enum(["lower", "higher"]),
  /** In the family that the run's verdict is about. */
  primary: z.boolean(),
  /** The relative change that matters: 0.05 is 5%. */
  threshold: z.number().positive(),
  /** Medians of the starts' values. */
  base: startValue,
  head: startValue,
  /** Head / base in the metric's own unit: above 1 is more, not worse. Null where no pair has both. */
  ratio: z
    .strictObject({
      /** Null: it failed in so many starts that there is no number. */
      estimate: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      /** Of the interval; null where there is none. */
      level: z.number().nullable(),
    })
    .nullable(),
  verdict: z.enum(METRIC_VERDICTS),
  because: z.enum(BECAUSE),
  method: z.enum(["signed-rank", "student-t", "too-few-pairs"]),
  /** Of the tests; null before the first look. */
  p: z
    .strictObject({
      worse: z.number(),
      better: z.number(),
      twoSided: z.number(),
      noRegression: z.number(),
      equivalent: z.number(),
    })
    .nullable(),
  /** What the p-values were compared with. */
  level: z.strictObject({ difference: z.number(), noRegression: z.number() }).nullable(),
  /** Outside the family: adjusted after Benjamini and Hochberg, advisory. */
  adjusted: z.number().nullable(),
  /**
   * Measured rounds that this tool was too late to tell the metric of; those of the same number on
   * the other side are left out with them. Absent in results of before.
   */
  leftOut: z.strictObject({ base: z.int().nonnegative(), head: z.int().nonnegative() }).optional(),
  /** Each pair in order, also those after the judged ones. */
  pairs: z.array(
    z.strictObject({ pair: z.int().nonnegative(), base: startValue, head: startValue }),
  ),
  /** What would turn `inconclusive` into a verdict; null where it is one. */
  wouldDecide: z
    .strictObject({
      towards: z.enum(["regression", "improvement", "no-regression"]),
      /** In all; null: more than 150. */
      pairs: z.int().positive().nullable(),
      spread: z.strictObject({ now: z.number().nullable(), needed: z.number().nullable() }),
      threshold: z.number().nullable(),
    })
    .nullable(),
});

const failureShares = z.strictObject({
  /** Share of requests. */
  base: z.number(),
  head: z.number(),
  p: z.number().nullable(),
  level: z.number().nullable(),
  /** Share of starts with a failure, head less base, with Tango's 95% interval. */
  starts: z.strictObject({ difference: z.number(), low: z.number(), high: z.number() }).nullable(),
});

const comparedSuccess = z.strictObject({
  cell: z.string(),
  baseCell: z.string(),
  state: z.enum(["works", "base-fails", "confirm", "broken"]),
  because: z.enum(["deterministic", "confirmed", "fails-more-often"]).nullable(),
  /** One sentence. */
  sentence: z.string(),
  failures: failureShares,
  /** Outcomes of the two, as of the cells. */
  base: outcomeKind,
  head: outcomeKind,
});

/** What an A/A comparison says about the machine, of one metric. */
const seenChange = z.strictObject({
  cell: z.string().nullable(),
  metric: z.enum([...METRIC_NAMES, "loadMs"]),
  pairs: z.int().nonnegative(),
  /** Standard deviation of ln(head / base) between pairs, with its 80% interval. */
  spread: z.number(),
  spreadInterval: z.tuple([z.number(), z.number().nullable()]),
  /** By pairs planned: the smallest change that is seen in four of five runs. */
  plans: z.array(
    z.strictObject({
      pairs: z.int().positive(),
      visibleChange: z.number().nullable(),
      settledThreshold: z.number().nullable(),
    }),
  ),
  wanted: z.strictObject({
    change: z.number(),
    pairs: z.int().positive().nullable(),
    between: z.tuple([z.int().positive().nullable(), z.int().positive().nullable()]),
  }),
  pairsToSettle: z.int().positive().nullable(),
});

/** Base against head, measured in alternating starts on one machine. */
const comparison = z.strictObject({
  base: z.string(),
  head: z.string(),
  /** `self`: base is head again (A/A). */
  kind: z.enum(["variants", "self"]),
  /** `attached`: engines that can't be restarted are only described. */
  design: z.enum(["alternating-starts", "attached"]),
  /** What differs between the two, in words of the options and of the engines' logs. */
  differs: z.array(
    z.strictObject({
      what: z.string(),
      base: z.string(),
      head: z.string(),
      /** It was named by `--base`, or follows from that. */
      intended: z.boolean(),
    }),
  ),
  /** Why no verdict is given although figures are there; null: one is. */
  withheld: z.string().nullable(),
  /** Pairs of starts planned at most, those with a value on both sides, and those judged. */
  pairs: z.strictObject({
    planned: z.int().positive(),
    made: z.int().nonnegative(),
    judged: z.int().nonnegative(),
    /** At which counts it is looked at. */
    looks: z.array(z.int().positive()),
    /** It ended because the verdict stood, because the planned pairs were made, or before. */
    ended: z.enum(["settled", "all-made", "time-budget", "interrupted", "failed"]),
    list: z.array(
      z.strictObject({
        pair: z.int().nonnegative(),
        first: z.enum(["base", "head"]),
        /** Numbers of the engine's starts within the variant; null: it never began. */
        baseStart: z.int().nonnegative().nullable(),
        headStart: z.int().nonnegative().nullable(),
        /** Made because head failed, to see whether it does so again; not part of the figures. */
        confirming: z.boolean(),
        /** Rounds of each start. */
        rounds: z.int().positive(),
      }),
    ),
  }),
  /** One sentence: what decided. */
  because: z.string(),
  /** What to do about an inconclusive run: sentences with numbers. Empty where it is decided. */
  advice: z.array(z.string()),
  metrics: z.array(comparedMetric),
  success: z.array(comparedSuccess),
  /** With `self`: what change this machine could have seen. */
  sensitivity: z.array(seenChange).nullable(),
});

export const resultSchema = z
  .strictObject({
    schema: z.literal(RESULT_SCHEMA_ID),
    status: z.enum(["complete", "partial", "interrupted", "failed"]),
    /** What decided the exit code. */
    exitReason: z.enum([
      "ok",
      "all-failed",
      /** What a comparison says of head, where --fail-on may name it. */
      "regression",
      "broken",
      "setup-failed",
      "interrupted",
      "internal-error",
    ]),
    /** One sentence where exitReason isn't `ok`. */
    exitDetail: z.string().nullable(),
    tool: z.strictObject({ version: z.string() }),
    /** What the run is called where several are shown together; null: nobody named it. */
    label: z.string().nullable().default(null),
    /**
     * The options that ask for the same run, as arguments of the command line (`["run", "--model=…"]`),
     * without what is of one place only (`--out`, `--json`, …) and without secrets; null in results of
     * before.
     */
    command: z.array(z.string()).nullable().default(null),
    /**
     * Every input of the run, and the digest by which the lock is named (docs/lock.md); null for a run
     * that ended before all of them were known, and in results of before.
     */
    lock: z
      .strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/), inputs: lockSchema })
      .nullable()
      .default(null),
    startedAt: z.iso.datetime(),
    durationMs: z.number().nonnegative(),
    simulated: z.boolean(),
    synthetic: z.boolean(),
    environment,
    /** Whether anybody has checked this tool on such a machine. */
    platform,
    plan: z.strictObject({
      /** Who took the turns; absent in results of before: our own scripted requests. */
      turn: z.enum(["scripted", "replayed", "real"]).optional(),
      rounds: z.int().positive(),
      starts: z.int().positive(),
      maxTokens: z.int().positive().nullable(),
      timeoutMs: z.number().positive(),
      seed: z.int(),
      memoryLimitBytes: z.int().positive().nullable(),
      estimateMs: nullableMs,
    }),
    /** Generation requests really sent, by what for; their sum is what an engine's log counts. */
    requests: z.strictObject({
      probe: z.int().nonnegative(),
      calibrate: z.int().nonnegative(),
      /** One small chat on every route; one of them goes to /api/chat on an engine of our own. */
      crosscheck: z.int().nonnegative(),
      /** The ladder of prompts that tells what fits. */
      look: z.int().nonnegative(),
      warmup: z.int().nonnegative(),
      measure: z.int().nonnegative(),
      settle: z.int().nonnegative(),
    }),
    variants: z.array(variant),
    starts: z.array(engineStart),
    /** Null where no engine was started here that needs one. */
    guard: guard.nullable(),
    /** What watching the engines' memory cost; null where it wasn't watched. */
    memorySampling: z
      .strictObject({
        samples: z.int().nonnegative(),
        everyMs: z.number().nonnegative(),
        /** Of one core. */
        share: z.number().nonnegative(),
      })
      .nullable(),
    /** How long it waited for other runs on this machine; null where it needed not to be alone. */
    lockWaitMs: nullableMs,
    /** One small chat asked on every route of the server: what each counts, our rates and its own. */
    crosschecks: z.array(crosscheck),
    /** Wall time in which no request was in flight and no engine was starting. */
    overhead: idle
      .extend({
        /** From the first measured request to the end of the last. */
        measuring: idle.nullable(),
      })
      .nullable(),
    cells: z.array(cell),
    recommendation: recommendation.nullable(),
    /** The ladder of remedies, by variant; null where none was climbed. */
    ladder: z.array(remedyLadder).nullable().default(null),
    /** By variant; null where no ladder was asked. */
    fit: z.array(variantFit).nullable(),
    /** Null where one variant was measured. */
    comparison: comparison.nullable(),
    verdict: z.enum(VERDICTS).nullable(),
    warnings: z.array(warning),
  })
  .meta({ title: "inferrs-bench result", $id: RESULT_SCHEMA_ID });

export type Result = z.infer<typeof resultSchema>;
export type ResultCell = Result["cells"][number];
export type Outcome = z.infer<typeof outcome>;
export type OutcomeKind = z.infer<typeof outcomeKind>;
export type NotRunReason = (typeof NOT_RUN_REASONS)[number];
export type MemoryKiller = (typeof MEMORY_KILLERS)[number];
export type Metric = z.infer<typeof metric>;
export type MetricName = (typeof METRIC_NAMES)[number];
export type Sample = z.infer<typeof sample>;
export type Memory = z.infer<typeof memory>;
export type EngineStart = z.infer<typeof engineStart>;
export type Environment = z.infer<typeof environment>;
export type Platform = z.infer<typeof platform>;
export type ResultVariant = z.infer<typeof variant>;
export type EngineSource = z.infer<typeof engineSource>;
export type Chosen = z.infer<typeof chosen>;
export type Recommendation = z.infer<typeof recommendation>;
export type RemedyLadder = z.infer<typeof remedyLadder>;
export type RungTried = z.infer<typeof rungTried>;
export type VariantFit = z.infer<typeof variantFit>;
export type FitTurn = z.infer<typeof fitTurn>;
export type Fits = z.infer<typeof fits>;
export type Comparison = z.infer<typeof comparison>;
export type ComparedMetric = Comparison["metrics"][number];
export type ComparedSuccess = Comparison["success"][number];
export type MetricVerdict = (typeof METRIC_VERDICTS)[number];
export type Verdict = (typeof VERDICTS)[number];
export type Because = (typeof BECAUSE)[number];
export type Warning = z.infer<typeof warning>;
export type Compat = z.infer<typeof compat>;
export type CompatValue = z.infer<typeof compatValue>;

/** Nothing is known of what the engine chose: no log, or one that doesn't say. */
export const NOTHING_CHOSEN: Chosen = {
  quantization: null,
  dtype: null,
  turboQuant: null,
  pagedAttention: null,
};
