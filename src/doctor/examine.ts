/** After the small requests: what fits, the client's own steps, and which settings mend what failed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Rung, rungsOf } from "../analyze/remedies/rungs.ts";
import type { BenchHost } from "../end.ts";
import { signalGroup } from "../engine/process.ts";
import type { Environment, Recommendation, VariantFit } from "../result.ts";
import type { FoundClient } from "./client.ts";
import { agentStep, clientStep } from "./client-step-words.ts";
import { type ClientRun, ClientSteps } from "./client-steps.ts";
import type { TurnNeed } from "./conclusion.ts";
import { type DoctorFit, fit } from "./fit-step.ts";
import type { Subject } from "./options.ts";
import { maySend, predict } from "./predict.ts";
import {
  guideConfig,
  ladderFor,
  type Remedied,
  remedy,
  type TriedTurn,
  underTest,
} from "./remedy.ts";
import { TurnSizes } from "./sizes.ts";
import { type DoctorStep, type StepId, skipped } from "./steps.ts";
import type { UserConfig } from "./user-config.ts";
import { compatOf, limited, lookAfter, type Walk } from "./walk-state.ts";

export interface ExamineFacts {
  walk: Walk;
  /** Of `/health` to `usage`. */
  steps: readonly DoctorStep[];
  subject: Subject;
  config: UserConfig | null;
  client: FoundClient;
  environment: Environment;
  host: BenchHost;
  onBegin(id: StepId, words?: string): void;
  onStep(step: DoctorStep): void;
}

export interface Examined {
  fit: VariantFit | null;
  /** Null: nothing must be changed, or nothing mends it. */
  recommendation: Recommendation | null;
  /** Why no rung mends it; null where one does, or nothing is to be mended. */
  because: string | null;
  turn: TurnNeed | null;
  /** A turn of the real client passed with what is recommended. */
  confirmed: boolean;
  /** Sizes are those of the user's own client. */
  captured: boolean;
}

const NOTHING: Examined = {
  ...{ fit: null, recommendation: null, because: null, turn: null },
  ...{ confirmed: false, captured: false },
};

/** Steps `fit`, `infer` and `agent`, and the ladder of remedies over all that is known then. */
export async function examine(facts: ExamineFacts): Promise<Examined> {
  const { walk, onStep, client, config, host, subject } = facts;
  const answers = facts.steps.some(
    ({ id, status }) => (id === "chat" || id === "streaming") && status === "pass",
  );
  const why = walk.over ?? (answers ? null : "the server answers no chat");
  if (why !== null) {
    for (const id of ["fit", "infer", "agent"] as const) onStep(skipped(id, why));
    return NOTHING;
  }
  const { rungs: ladder } = ladderFor(config);
  if (client.kind === "none") return await diagnose(facts, ladder, null);
  const dir = mkdtempSync(join(tmpdir(), "inferrs-bench-"));
  const groups: number[] = [];
  // The last way out: an exception must not leave a client behind.
  const onExit = () => {
    for (const pid of groups) signalGroup(pid, "SIGKILL");
  };
  process.once("exit", onExit);
  const steps = new ClientSteps({
    ...{ install: client.install, dir, env: host.env, ladder, signal: host.signal },
    ...{ base: guideConfig(), user: underTest(config), variables: config?.variables ?? {} },
    timeoutMs: subject.options.timeoutMs,
    onSpawned: ({ pid }) => groups.push(pid),
  });
  try {
    return await diagnose(facts, ladder, steps);
  } finally {
    await steps.close();
    onExit();
    process.removeListener("exit", onExit);
    // What was killed a moment ago may still be writing there.
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

interface ClientTurn {
  rungs: readonly string[];
  run: ClientRun;
}

async function diagnose(
  facts: ExamineFacts,
  ladder: readonly Rung[],
  real: ClientSteps | null,
): Promise<Examined> {
  const { walk, subject, client, host, onBegin, onStep } = facts;
  const { signal } = host;
  const sizes = new TurnSizes(
    ladder,
    compatOf(walk),
    real === null
      ? null
      : {
          ...{ client: real, compat: walk.learned.compat, signal },
          onCapture: (rungs) =>
            onBegin("fit", `OpenClaw's prompt is captured ${how(ladder, rungs)}`),
        },
  );
  await sizes.capture();
  if (signal.aborted) return NOTHING;
  const found = await whatFits(facts, sizes);
  if (signal.aborted) return NOTHING;
  if (real === null) onStep(skipped("infer", client.kind === "none" ? client.why : ""));
  else await smallestQuestion(facts, real);
  if (signal.aborted) return NOTHING;
  const turns: ClientTurn[] = [];
  const mended = await climb(facts, { ladder, real, sizes, found, turns });
  if (signal.aborted) return NOTHING;
  const asConfigured = sizes.of([]);
  const unknown = found === null || asConfigured === null || found.fits(asConfigured) === null;
  onStep(
    agentStep({
      ...{ ladder, turns, because: mended.because },
      noClient: client.kind === "none" ? client.why : null,
      risky: unknown && subject.kind === "attached",
    }),
  );
  const { recommendation, because } = mended;
  return {
    fit: found === null ? null : withRecommended(found, mended, sizes),
    recommendation: recommendation?.settings.length ? recommendation : null,
    ...{ because, captured: sizes.areCaptured },
    confirmed: isConfirmed(turns.at(-1), mended),
    turn: needOf(found),
  };
}

async function whatFits(facts: ExamineFacts, sizes: TurnSizes): Promise<DoctorFit | null> {
  const { walk, subject, host, environment, onBegin, onStep } = facts;
  const { asker, target } = walk;
  onBegin("fit");
  const { step, fit: found } = await fit({
    ...{ subject, asker, environment, signal: host.signal },
    turnBody: sizes.bodyFor(asker.engine.servedId),
    streamsCount: subject.kind === "own" || walk.learned.usage.stream !== false,
    clientTimeoutMs: target?.timeoutSeconds == null ? null : target.timeoutSeconds * 1000,
    onLook: (tokens) => onBegin("fit", `a prompt of ${tokens} tokens`),
  });
  if (host.signal.aborted) return null;
  onStep(step);
  const each = found?.tokensPerByte ?? null;
  if (each !== null) sizes.learn(each);
  return found;
}

/** OpenClaw 2026.9.6, for a local server. */
const DEFAULT_CLIENT_MS = 300_000;
const SMALL_TOKENS = 64;

async function smallestQuestion(facts: ExamineFacts, real: ClientSteps): Promise<void> {
  const { walk, host, onBegin, onStep } = facts;
  const { asker, learned } = walk;
  onBegin("infer");
  const tokens = { promptTokens: SMALL_TOKENS, maxTokens: SMALL_TOKENS };
  asker.begin({ words: "OpenClaw's question", ...tokens, stream: true });
  const run = await real.run("infer", asker.engine, { compat: learned.compat, settings: [] });
  if (host.signal.aborted) return;
  asker.end();
  onStep(clientStep("infer", run, "openclaw infer model run, with your config"));
}

/** Rung by rung, each turn foretold first; the client takes those that nothing speaks against. */
async function climb(
  facts: ExamineFacts,
  about: {
    ladder: readonly Rung[];
    real: ClientSteps | null;
    sizes: TurnSizes;
    found: DoctorFit | null;
    turns: ClientTurn[];
  },
): Promise<Remedied> {
  const { walk, config, subject, host, onBegin } = facts;
  const { ladder, real, sizes, found, turns } = about;
  const { asker } = walk;
  const turnWith = async (tried: TriedTurn) => {
    const predicted = await predict(walk, found, tried, sizes);
    if (predicted !== "pass") await sizes.captureRungs();
    if (predicted !== "pass" || real === null) return predicted;
    // Each takes the client's own half minute, and a server that is gone answers none.
    if (turns.length >= MOST_TURNS || walk.over !== null) return "pass";
    if (!maySend(found, tried.size ?? sizes.of([]), subject)) return "pass";
    onBegin("agent", how(ladder, tried.rungs));
    const promptTokens = tried.size?.tokens ?? 0;
    asker.begin({ words: "an agent turn", promptTokens, maxTokens: 0, stream: true });
    const run = await real.run("agent", asker.engine, tried);
    if (host.signal.aborted) return "pass";
    asker.end();
    turns.push({ rungs: tried.rungs, run });
    if (run.finding.kind !== "pass") {
      await settled(walk);
      await sizes.captureRungs();
    }
    return run.finding.kind;
  };
  return await remedy({
    ...{ config, servedId: asker.engine.servedId, turnWith, learned: walk.learned.compat },
    baseUrl: subject.kind === "attached" ? subject.baseUrl : null,
    sizeOf: (rungs) => sizes.of(rungs),
    sizesFrom: sizes.from,
    fits: (size) => found?.fits(size) ?? null,
    longestTokens: found?.longestTokens ?? null,
    prefillMs: (tokens) => found?.prefillMs(tokens) ?? null,
    defaultTimeoutSeconds: (found?.data.limits.clientMs ?? DEFAULT_CLIENT_MS) / 1000,
    header: headerOf(subject),
  });
}

/** After these what the fit foretells is recommended untried. */
const MOST_TURNS = 4;

/** The engine may still be at work on what the client gave up: the next turn waits until it isn't. */
async function settled(walk: Walk): Promise<void> {
  const answer = await walk.asker.chat("a word, to see that it is idle", {
    messages: [{ role: "user", content: "1" }],
    stream: false,
    ...limited(walk, 1),
  });
  await lookAfter(walk, answer);
}

function how(ladder: readonly Rung[], rungs: readonly string[]): string {
  const titles = rungsOf(ladder, rungs).map(({ title }) => title);
  return titles.length === 0 ? "as configured" : `with ${titles.join(", ")}`;
}

/** The turn as configured; null: nothing is known of its memory. */
function needOf(found: DoctorFit | null): TurnNeed | null {
  const [turn] = found?.data.turns ?? [];
  if (turn === undefined || found?.memoryKnown !== true) return null;
  return {
    memoryBytes: turn.memoryBytes?.value ?? null,
    budgetBytes: found.data.limits.memoryBytes,
    fits: found.fits({ bytes: turn.requestBytes ?? 0, tokens: turn.promptTokens }),
  };
}

function isConfirmed(last: ClientTurn | undefined, { rungs }: Remedied): boolean {
  return last?.run.finding.kind === "pass" && last.rungs.join() === rungs.join();
}

const RECOMMENDED = "With the recommended settings";

function withRecommended(
  found: DoctorFit,
  { rungs, recommendation }: Remedied,
  sizes: TurnSizes,
): VariantFit {
  const size = sizes.of(rungs);
  if (recommendation === null || recommendation.settings.length === 0 || size === null) {
    return found.data;
  }
  return found.withTurns([{ name: RECOMMENDED, size }]);
}

function headerOf(subject: Subject): string[] {
  const simulated = subject.options.engine.kind === "sim";
  return [
    "Written by inferrs-bench doctor: merge this into OpenClaw's config.",
    ...(simulated ? ["SIMULATED: measured on the simulator, not on a real server."] : []),
  ];
}
