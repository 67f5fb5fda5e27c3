/**
 * The client's plain command line, as a user types it: `openclaw infer model run`, then `openclaw
 * agent`. Each is a process of its own that loads for many seconds; its prompt differs a little from
 * the gateway's.
 */

import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { filesNeeded, unmet } from "../../analyze/expect.ts";
import { asArray, asObject, asString, parseJson } from "../../analyze/json.ts";
import { traceExchange } from "../../analyze/trace.ts";
import type { RunningEngine } from "../../engine/engine.ts";
import { signalGroup } from "../../engine/process.ts";
import { startTimeOf } from "../../host/proc.ts";
import type { Scenario } from "../../plan/scenario.ts";
import type { ClientHome } from "../../provision/openclaw/types.ts";
import type { AttemptOptions } from "../attempt.ts";
import { writeClientConfig } from "../openclaw/home.ts";
import type { ProxiedExchange } from "../proxy/types.ts";
import { blotted } from "../secrets.ts";
import { type Combination, newSessionKey, type RealClient } from "./client.ts";
import { errorLines, hide, plainLines } from "./client-log.ts";
import type { SpawnedClient } from "./gateway.ts";
import type { ClientTurn } from "./types.ts";
import { watchFailures } from "./watch-failures.ts";
import { resetWorkspace, workspaceFile } from "./workspace.ts";

export interface CommandRun {
  turn: ClientTurn;
  exchanges: ProxiedExchange[];
  silentCpuMs: number | null;
}

/** What it may take to load, beside the turn itself. */
const LOAD_TIMEOUT_MS = 120_000;
const MOST_REPLY_CHARACTERS = 300;

let commands = 0;

/** The first turn of a scenario by both commands; the second is left out when the engine died. */
export async function confirmByCommandLine(
  engine: RunningEngine,
  client: RealClient,
  combination: Combination,
  scenario: Scenario,
  options: AttemptOptions & {
    onSpawned: (process: SpawnedClient) => void;
    /** Only these; absent: both. */
    drivers?: readonly CommandRun["turn"]["driver"][];
  },
): Promise<CommandRun[]> {
  // A fresh one each time: the client refuses to go on where its workspace was emptied.
  const home = client.home(`command-line-${commands++}`);
  const { proxy, about, config } = await client.prepared(engine, combination, home);
  writeClientConfig(home, config);
  const turn = scenario.turns[0];
  if (turn === undefined) return [];
  const message = turn.message.replaceAll("{n}", "1");
  const ways = [
    {
      driver: "infer" as const,
      args: ["infer", "model", "run", "--local", "--model", about.reference, "--prompt", message],
      // It is given no tools and no files: an answer is all it can give.
      expect: [],
    },
    {
      driver: "agent" as const,
      args: [
        "agent",
        "--local",
        "--agent",
        "main",
        "--session-key",
        newSessionKey("agent"),
        "--message",
        message,
      ],
      expect: turn.expect.filter((each) => !("compacted" in each)),
    },
  ];
  const runs: CommandRun[] = [];
  const wanted = options.drivers ?? ["infer", "agent"];
  resetWorkspace(home.workspaceDir, new Map(), scenario.workspace);
  for (const { driver, args, expect } of ways) {
    if (!wanted.includes(driver)) continue;
    const attemptStart = process.hrtime.bigint();
    const watch = watchFailures(engine);
    const recording = proxy.record(attemptStart, watch);
    const ran = await runCommand([...args, "--json"], home, {
      ...options,
      engine,
      client,
      attemptStart,
      cut: (why) => proxy.cutAll(why),
      watch,
    });
    const secrets = [...about.secrets, ...(engine.apiKey === null ? [] : [engine.apiKey])];
    const exchanges = recording.end().map((exchange) => blotted(exchange, secrets));
    proxy.resume();
    const said = read(ran.stdout);
    const files = filesNeeded(expect).map(
      (path) => [path, workspaceFile(home.workspaceDir, path)] as const,
    );
    const toolCalls = exchanges.flatMap((exchange) => traceExchange(exchange).toolCalls);
    const seen = { reply: said.reply, files: new Map(files), toolCalls, compacted: false };
    runs.push({
      exchanges,
      silentCpuMs: watch.silentCpuMs(),
      turn: {
        driver,
        turn: 0,
        beganNs: 0,
        endedNs: ran.endedNs,
        answeredNs: ran.answeredNs,
        exitCode: ran.exitCode,
        status: null,
        reply: options.keepBodies ? shown(said.reply, secrets) : null,
        replyBytes: Buffer.byteLength(said.reply ?? ""),
        error: errorOf(said, ran, secrets),
        errorLines: errorLines(plainLines(ran.stderr), secrets),
        toolsRun: said.toolsRun,
        unmet: unmet(expect, seen),
        stopped: ran.stopped,
      },
    });
    if (engine.exit() !== null || options.signal.aborted) break;
  }
  return runs;
}

function shown(reply: string | null, secrets: readonly string[]): string | null {
  return reply === null ? null : hide(reply, secrets).slice(0, MOST_REPLY_CHARACTERS);
}

interface Ran {
  endedNs: number;
  answeredNs: number | null;
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  stopped: ClientTurn["stopped"];
}

async function runCommand(
  args: string[],
  home: ClientHome,
  how: AttemptOptions & {
    engine: RunningEngine;
    client: RealClient;
    attemptStart: bigint;
    cut: (why: string) => void;
    watch: ReturnType<typeof watchFailures>;
    onSpawned: (process: SpawnedClient) => void;
  },
): Promise<Ran> {
  const { node, entry } = how.client.install;
  const errorPath = join(home.dir, "logs", "command.log");
  const errors = openSync(errorPath, "w");
  const child = spawn(node, [entry, ...args], {
    cwd: home.workspaceDir,
    env: home.env,
    detached: true,
    stdio: ["ignore", "pipe", errors],
  });
  closeSync(errors);
  let stdout = "";
  let answeredNs: number | null = null;
  const sinceNs = () => Number(process.hrtime.bigint() - how.attemptStart);
  child.stdout?.on("data", (bytes: Buffer) => {
    answeredNs ??= sinceNs();
    stdout += bytes.toString("utf8");
  });
  const ended = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    child.once("error", () => resolve({ exitCode: null, signal: null }));
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const { pid } = child;
  if (pid !== undefined) how.onSpawned({ pid, startTime: startTimeOf(pid) });
  let stopped: ClientTurn["stopped"] = null;
  let over = false;
  const stop = (why: NonNullable<ClientTurn["stopped"]>) => {
    if (over || stopped !== null) return;
    stopped = why;
    how.cut(why);
    if (pid !== undefined) signalGroup(pid, "SIGKILL");
  };
  void how.engine.died.then(() => stop("engine-died"));
  const timer = setTimeout(() => stop("timeout"), how.timeoutMs + LOAD_TIMEOUT_MS);
  const onStop = () => stop("run-stopped");
  how.signal.addEventListener("abort", onStop, { once: true });
  if (how.signal.aborted) onStop();
  how.watch.begin(() => stop("retries"));
  const exit = await ended;
  over = true;
  how.watch.begin(null);
  clearTimeout(timer);
  how.signal.removeEventListener("abort", onStop);
  const endedNs = sinceNs();
  return { ...exit, endedNs, answeredNs, stdout, stderr: readFileSync(errorPath, "utf8"), stopped };
}

interface Said {
  reply: string | null;
  error: string | null;
  errorKind: string | null;
  toolsRun: ClientTurn["toolsRun"];
}

/** Its two shapes: `{ok, error}` or `{ok, outputs}`, and `payloads` with `meta`. */
function read(stdout: string): Said {
  const said = asObject(parseJson(stdout.slice(Math.max(0, stdout.indexOf("{")))));
  const texts = [...asArray(said?.payloads), ...asArray(said?.outputs)].flatMap(
    (each) => asString(asObject(each)?.text) ?? [],
  );
  const meta = asObject(said?.meta);
  const visible = asString(meta?.finalAssistantVisibleText);
  const error = asObject(said?.error) ?? asObject(meta?.error);
  const tools = asArray(asObject(meta?.toolSummary)?.tools).flatMap((name) => asString(name) ?? []);
  const reply = visible ?? (texts.length === 0 ? null : texts.join("\n"));
  return {
    reply: error === null ? reply : null,
    error: error === null ? null : (asString(error.message) ?? "it gave no reason"),
    errorKind: asString(error?.kind) ?? asString(error?.type),
    toolsRun: tools.map((name) => ({ name, ok: null })),
  };
}

function errorOf(said: Said, ran: Ran, secrets: readonly string[]): ClientTurn["error"] {
  if (said.error !== null) {
    return { kind: said.errorKind, message: hide(said.error, secrets).slice(0, 500) };
  }
  if (ran.stopped !== null || ran.exitCode === 0) return null;
  const how = ran.signal === null ? `exit code ${ran.exitCode}` : `signal ${ran.signal}`;
  const tail = plainLines(ran.stderr).slice(-3).join(" ");
  return { kind: "exited", message: hide(`${how}: ${tail}`, secrets).slice(0, 500) };
}
