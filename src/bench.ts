/** The whole job: options in, measured, reported. Both entries call this and nothing else. */
import { join } from "node:path";
import { type BenchEnd, type BenchHost, failed } from "./end.ts";
import { endLeftovers, runningIn } from "./engine/leftovers.ts";
import { finish } from "./finish.ts";
import { openOutDir } from "./host/files.ts";
import { startTimeOf } from "./host/proc.ts";
import { openScreen } from "./host/screen.ts";
import { InputError, SetupError } from "./inputs/error.ts";
import type { ToldByVariant } from "./inputs/plan-view.ts";
import { type Prepared, prepare } from "./inputs/prepare.ts";
import type { RawOptions } from "./inputs/table.ts";
import type { JournalEvent } from "./journal/events.ts";
import { foldEntry } from "./journal/fold.ts";
import { openJournal } from "./journal/journal.ts";
import type { RunState } from "./journal/state.ts";
import { writePlannedLock } from "./lock/planned.ts";
import { unlock } from "./lock/unlock.ts";
import { perform } from "./perform.ts";
import { isOverBudget } from "./plan/budget.ts";
import { next, type Step } from "./plan/next.ts";
import { type At, toProgress } from "./plan/progress.ts";
import type { ScenarioTurn } from "./plan/scenario.ts";
import type { Plan, VariantSpec } from "./plan/types.ts";
import { shownUrl } from "./provision/inferrs/spec.ts";
import type { Told } from "./provision/look-up.ts";
import { keepInDirectory } from "./publish/history/in-directory.ts";
import type { Result } from "./result.ts";
import { type OpenWorld, openWorld } from "./world.ts";

export type { BenchEnd, BenchHost } from "./end.ts";

/**
 * Runs the bench. Never throws for what the user or the engine did: `error` and `exitCode` tell.
 * Whatever was measured is in the output folder when it returns.
 */
export async function bench(raw: RawOptions, host: BenchHost): Promise<BenchEnd> {
  try {
    const unlocked = await unlock(raw, host);
    const prepared = await prepare(unlocked.raw, host, unlocked.lock);
    const { options } = prepared;
    if (options.planOnly) {
      const text = prepared.planText(new Map());
      const matrix = prepared.matrix && JSON.stringify(prepared.matrix);
      host.stderr.write(`${text}\n`);
      if (options.lockFile !== null) await writePlannedLock(options.lockFile, prepared, host);
      if (matrix !== null) host.stdout.write(`${matrix}\n`);
      const nothing = { result: null, outDir: prepared.outDir, files: [], error: null };
      return { ...nothing, exitCode: 0, plan: { text, matrix } };
    }
    const running = runningIn(prepared.outDir);
    if (running !== null) {
      throw new InputError({
        input: "--out",
        value: options.out,
        expected: "a folder that no run is writing to",
        mend: `Process ${running} is; wait for it, or choose another folder.`,
      });
    }
    await endLeftovers(prepared.outDir, host.env);
    openOutDir(prepared.outDir);
    const state = await run(prepared, host);
    const { history } = options;
    const historyOf = (result: Result) => keepInDirectory(result, history, host, Date.now());
    const end = finish(state, { ...prepared, historyOf }, host);
    return { ...end, historyBranch: history?.kind === "branch" ? history : null };
  } catch (error) {
    return failed(error);
  }
}

/**
 * The plan as it is kept: no signature of a URL ever, and the scenarios' texts, which may be a
 * user's own, only with --keep-bodies.
 */
function kept(given: Plan): Plan {
  const plan = { ...given, variants: given.variants.map(withoutSecrets) };
  if (plan.keepBodies) return plan;
  const scenarios = plan.scenarios.map((scenario) => ({
    ...scenario,
    system: [],
    context: null,
    tools: scenario.tools.map(({ function: { name } }) => ({
      type: "function" as const,
      function: { name, description: "", parameters: {} },
    })),
    steps: scenario.steps.map((step) => (step.kind === "get" ? step : { ...step, messages: [] })),
    turns: scenario.turns.map(withoutTexts),
    workspace: {},
  }));
  return { ...plan, scenarios };
}

/** Which tools are called is kept, and how often. */
function withoutTexts({ script, repeat }: ScenarioTurn): ScenarioTurn {
  const bare = script.map((reply) =>
    "calls" in reply
      ? { calls: reply.calls.map(({ name }) => ({ name, arguments: {} })) }
      : { text: "" },
  );
  return { message: "", expect: [], script: bare, repeat };
}

function withoutSecrets(variant: VariantSpec): VariantSpec {
  const { engine } = variant;
  if (engine.kind !== "inferrs" || engine.inferrs.kind !== "url") return variant;
  const inferrs = { ...engine.inferrs, url: shownUrl(engine.inferrs.url) };
  return { ...variant, engine: { ...engine, inferrs } };
}

/** The loop: what next, do it, remember it. */
export async function run(prepared: Prepared, host: BenchHost): Promise<RunState> {
  const { plan, options } = prepared;
  const ours = plan.variants.some(({ engine }) => engine.kind === "inferrs");
  const tell = (told: ToldByVariant) => {
    if (!options.quiet) host.stderr.write(`${prepared.planText(told)}\n`);
  };
  if (!ours) tell(new Map());
  // The journal's clock is the budget's: what must be waited for comes before it.
  const environment = await prepared.environment;
  const journal = openJournal(join(prepared.outDir, "journal.jsonl"));
  const kind = options.quiet ? "none" : host.entry === "cli" ? "live" : "log";
  const screen = openScreen(host.stderr, kind, prepared.color);
  let state: RunState | null = null;
  let step: Step = { kind: "done" };
  const show = (at: At) => {
    screen.show(() => toProgress(current(state), step, at));
  };
  const append = (event: JournalEvent) => {
    state = foldEntry(state, journal.append(event));
  };
  const { toolVersion: version, estimateMs, openclawConfig, lockHead: lock } = prepared;
  const at = new Date().toISOString();
  append({
    type: "run-started",
    at,
    tool: { version },
    label: options.label,
    command: prepared.command,
    owner: { pid: process.pid, startTime: startTimeOf(process.pid) },
    plan: kept(plan),
    environment,
    estimateMs,
    openclawConfig,
    lock,
  });
  for (const warning of prepared.warnings) append({ type: "warning", warning });
  const world = openWorld(prepared, host, append, { show, note: screen.note }, journal.now);
  try {
    // Engines of ours come after download and queue: what goes on until then is not in their way.
    if (!ours) await world.noteStart();
    else await lookUp(plan, world, tell);
    for (;;) {
      const now = current(state);
      if (host.signal.aborted && now.interrupted === null) {
        append({ type: "interrupted", signal: String(host.signal.reason) });
      } else if (isOverBudget(now)) append({ type: "stopped", reason: "time-budget" });
      step = next(now);
      if (step.kind === "done") break;
      show({ running: null, finished: null });
      await perform(step, now, world);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Whose step it was: of two variants the other may be well.
    const own = "variant" in step ? step.variant : plan.variants[0]?.name;
    const variant = own ?? "";
    if (error instanceof SetupError) append({ type: "provision-failed", variant, message });
    else append({ type: "failed", message: (error as Error).stack ?? message });
  } finally {
    await world.close();
    append({ type: "run-ended" });
    screen.clear();
    journal.close();
  }
  return current(state);
}

/**
 * The first that is said is what will be fetched, with its size. What isn't there, may not be had or
 * has no room is told before anything is downloaded.
 */
async function lookUp(
  { variants }: Plan,
  world: OpenWorld,
  tell: (told: ToldByVariant) => void,
): Promise<void> {
  const told = new Map<string, Told | null>();
  const failures: JournalEvent[] = [];
  for (const variant of variants) {
    try {
      told.set(variant.name, (await world.lookUp(variant))?.told ?? null);
    } catch (error) {
      if (world.signal.aborted) break;
      if (!(error instanceof SetupError || error instanceof InputError)) throw error;
      const { message } = error;
      failures.push({ type: "provision-failed", variant: variant.name, message });
    }
  }
  tell(told);
  for (const event of failures) world.append(event);
}

function current(state: RunState | null): RunState {
  if (state === null) throw new Error("the journal holds no run-started");
  return state;
}
