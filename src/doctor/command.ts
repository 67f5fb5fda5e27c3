/** `inferrs-bench doctor`: does it work, does it fit, which settings does it need? */
import { homedir, hostname, userInfo } from "node:os";
import { OUTCOMES } from "../analyze/outcomes.ts";
import { type BenchHost, failed as failedEnd } from "../end.ts";
import { attachEngine } from "../engine/attached.ts";
import type { RunningEngine } from "../engine/engine.ts";
import { toolVersion } from "../host/assets.ts";
import { readEnvironment } from "../host/environment.ts";
import { SetupError } from "../inputs/error.ts";
import type { RawOptions } from "../inputs/table.ts";
import { parseOpenClaw } from "../provision/openclaw/spec.ts";
import { renderDoctorEnd, renderIssueBlock } from "../report/doctor.ts";
import type { DoctorReport } from "../report/doctor-markdown.ts";
import { machineLine, systemLine } from "../report/machine.ts";
import { Asker } from "./asker.ts";
import { type FoundClient, findClient } from "./client.ts";
import { conclude } from "./conclusion.ts";
import { examine } from "./examine.ts";
import { type DoctorGiven, type Subject, subjectOf } from "./options.ts";
import { DoctorOutput } from "./output.ts";
import { anonymous } from "./redact.ts";
import { type OwnEngine, startOwn } from "./started.ts";
import { complete, type DoctorStep } from "./steps.ts";
import { keyOf, readUserConfig, secretsIn, type UserConfig } from "./user-config.ts";
import { walkServer } from "./walk.ts";
import { newLearned, type Walk } from "./walk-state.ts";
import { clientWords, interruptedWords, introduction, notChecked, serverWords } from "./words.ts";
import { undoCommand, writeCommand } from "./write/command.ts";

/** A model is waited for so long, within the minute that all of it may take. */
const LOAD_WAIT_MS = 30_000;
/** Writing a step's reply should take no longer. */
const REPLY_MS = 4_000;

const SIGNAL_CODES: Record<string, number> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** @returns the exit code: 0 when some combination works, 1 when none does, 2 wrong input, 3 set-up */
export async function runDoctor(
  raw: RawOptions,
  given: DoctorGiven,
  host: BenchHost,
): Promise<number> {
  try {
    if (given.undo) {
      const { "openclaw-config": config } = raw;
      return await undoCommand(typeof config === "string" ? config : null, given, host);
    }
    return await askDoctor(raw, given, host);
  } catch (error) {
    if (host.signal.aborted) return signalCode(host);
    const end = failedEnd(error);
    host.stderr.write(`Error: ${end.error?.message}\n`);
    return end.exitCode;
  }
}

/**
 * The same, with errors as they are.
 *
 * @param onReport told what was found, without secrets
 * @throws InputError, SetupError
 */
export async function askDoctor(
  raw: RawOptions,
  given: DoctorGiven,
  host: BenchHost,
  onReport?: (report: DoctorReport) => void,
): Promise<number> {
  const text = (name: keyof RawOptions) => (typeof raw[name] === "string" ? raw[name] : null);
  const which = { config: text("openclaw-config"), provider: given.provider };
  // What is wrong in it is told before anybody is asked.
  parseOpenClaw(text("openclaw-version"));
  const found = readUserConfig(which, host.env, host.cwd);
  const subject = subjectOf(raw, found.config, host.env);
  const of = { ...found, client: text("openclaw-version"), onReport };
  return await withServer(subject, of, given, host);
}

interface Found {
  config: UserConfig | null;
  looked: string[];
  /** `--openclaw-version`. */
  client: string | null;
  onReport: ((report: DoctorReport) => void) | undefined;
}

async function withServer(
  subject: Subject,
  found: Found,
  given: DoctorGiven,
  host: BenchHost,
): Promise<number> {
  const { options } = subject;
  const key = keyFor(subject, found.config, host);
  const secrets = found.config === null ? [] : secretsIn(found.config);
  if (key.key !== null) secrets.push(key.key);
  const output = new DoctorOutput(host, options.json, secrets);
  for (const line of introduction(subject, found.config, found.looked, key.why)) output.print(line);
  const own =
    subject.kind === "own" ? await startOwn(options, host, (line) => output.say(line)) : null;
  let asker: Asker | null = null;
  try {
    const ownEngine = upOrThrow(own);
    const baseUrl = ownEngine?.baseUrl ?? (subject.kind === "attached" ? subject.baseUrl : "");
    const apiKey = ownEngine === null ? key.key : null;
    asker = new Asker({ baseUrl, apiKey, signal: host.signal, timeoutMs: options.timeoutMs });
    const target = found.config?.picked.target ?? null;
    const walk: Walk = {
      ...{ asker, target, learned: newLearned(), over: null, replyMs: REPLY_MS },
      loadWaitMs: Math.min(LOAD_WAIT_MS, options.timeoutMs),
    };
    return await all({ subject, found, given, host, output, secrets, walk, ownEngine, own });
  } finally {
    await asker?.close();
    await own?.close();
  }
}

interface Everything {
  subject: Subject;
  found: Found;
  given: DoctorGiven;
  host: BenchHost;
  output: DoctorOutput;
  secrets: readonly string[];
  walk: Walk;
  ownEngine: RunningEngine | null;
  own: OwnEngine | null;
}

async function all(everything: Everything): Promise<number> {
  const { subject, found, given, host, output, secrets, walk, ownEngine, own } = everything;
  const { options } = subject;
  const { asker, target } = walk;
  const reading = readEnvironment({ env: host.env });
  const steps: DoctorStep[] = [];
  const onStep = (step: DoctorStep) => {
    steps.push(step);
    output.step(step);
  };
  const named = options.model.kind === "served" ? options.model.id : null;
  await walkServer(walk, {
    wanted: ownEngine !== null ? null : (named ?? target?.modelId ?? null),
    signal: host.signal,
    attach: async (id) => ownEngine ?? (await attached(subject, asker.apiKey, id, host)),
    onBegin: (id) => output.begin(id),
    onStep,
  });
  if (host.signal.aborted) return interrupted(output, walk, host);
  // Nothing is fetched for a server that can't be asked.
  const client: FoundClient =
    walk.over === null
      ? await findClient(found.client, host, (line) => output.say(line), options.offline)
      : { kind: "none", why: walk.over };
  const environment = await reading;
  const examined = await examine({
    ...{
      walk,
      steps: [...steps],
      subject,
      config: found.config,
      client,
      environment,
      host,
      onStep,
    },
    onBegin: (id, words) => output.begin(id, words),
  });
  if (host.signal.aborted) return interrupted(output, walk, host);
  output.flush();
  const { recommendation } = examined;
  const inOrder = complete(steps, walk.over ?? "it was not come to");
  const conclusion = conclude({
    ...{ steps: inOrder, calls: walk.learned.calls, turn: examined.turn, recommendation },
    ...{ because: examined.because, confirmed: examined.confirmed },
  });
  const unchecked = notChecked(inOrder, examined.fit !== null && !examined.captured);
  const { sentences, works } = conclusion;
  output.print(
    renderDoctorEnd({ works, sentences, recommendation, notChecked: unchecked }, output.view),
  );
  if (given.issueBlock) {
    const block = renderIssueBlock({
      ...{ version: toolVersion(), steps: inOrder, sentences, recommendation },
      ...{ system: systemLine(environment), machine: machineLine(environment) },
      server: serverWords(subject, asker, own?.version ?? null),
      client: clientWords(client, found.config),
    });
    const who = { home: homedir(), user: userInfo().username, host: hostname() };
    output.print(`\n${anonymous(block, { secrets, ...who })}`);
  }
  const report = {
    ...{ steps: inOrder, recommendation, fit: examined.fit, works, tools: conclusion.tools },
    ...{ sentences, notChecked: unchecked, tool: { version: toolVersion() }, environment },
  };
  output.json(report);
  found.onReport?.(output.withoutSecrets(report));
  if (given.write) {
    await writeCommand({ given, host, output, config: found.config, client, recommendation });
  }
  return works ? 0 : 1;
}

function upOrThrow(own: OwnEngine | null): RunningEngine | null {
  if (own === null) return null;
  if (own.started.kind === "up") return own.started.engine;
  const { kind, evidence } = own.started.failure;
  throw new SetupError(
    `${OUTCOMES[kind].meaning} ${evidence}. ${OUTCOMES[kind].remedy ?? ""}`.trim(),
  );
}

/** The server as an engine; its memory is that of its process where that can be seen. */
async function attached(
  subject: Subject,
  apiKey: string | null,
  modelId: string,
  { env, signal }: BenchHost,
): Promise<RunningEngine> {
  const baseUrl = subject.kind === "attached" ? subject.baseUrl : "";
  const simState = env.INFERRS_BENCH_SIM_STATE;
  const up = await attachEngine({ baseUrl, apiKey, modelId, signal, simState });
  if (up.kind === "up") return up.engine;
  throw new SetupError(`${baseUrl}: ${up.failure.evidence}`);
}

/** A key is sent to the server that it belongs to, and to no other. */
function keyFor(
  subject: Subject,
  config: UserConfig | null,
  host: BenchHost,
): { key: string | null; why: string | null } {
  const none = { key: null, why: null };
  if (subject.kind === "own") return none;
  const { engine } = subject.options;
  if (subject.from === "--base-url") {
    const name = engine.kind === "external" ? engine.apiKeyEnv : null;
    return { key: name === null ? null : (host.env[name] ?? null), why: null };
  }
  if (config === null || config.picked.target === null) return none;
  const found = keyOf(config);
  if (found.kind === "key") return { key: found.key, why: null };
  return found.kind === "unknown" ? { key: null, why: found.why } : none;
}

function interrupted(output: DoctorOutput, walk: Walk, host: BenchHost): number {
  output.say(interruptedWords(walk.asker));
  return signalCode(host);
}

function signalCode(host: BenchHost): number {
  return SIGNAL_CODES[String(host.signal.reason)] ?? 130;
}
