/** What is asked of an engine that is up, each a step. */
import { connect } from "node:net";
import { classify } from "../analyze/classify.ts";
import { traceExchange } from "../analyze/trace.ts";
import { MeasuringClient } from "../drive/client.ts";
import { crosscheckRequests } from "../drive/crosscheck.ts";
import type { RunningEngine } from "../engine/engine.ts";
import { signalGroup } from "../engine/process.ts";
import { machineMemoryBytes } from "../host/environment.ts";
import { groupMembers } from "../host/proc.ts";
import type { Device } from "../plan/types.ts";
import { bytes } from "../report/format.ts";
import type { Environment } from "../result.ts";
import { failed, passed, type SelfTestStep, skipped } from "./steps.ts";

const CHAT_TOKENS = 16;
const CHAT_TIMEOUT_MS = 120_000;
/** Less than this no engine with a model uses: the figure would be of something else. */
const LEAST_BYTES = 4e6;

/** Asked and seen agree; a log that is silent proves nothing, so that is no pass. */
export function deviceSeen(
  asked: Device,
  engine: RunningEngine,
  environment: Environment,
): SelfTestStep {
  const { device: seen } = engine;
  if (seen === null) {
    const evidence = `asked for ${asked}; neither its log nor the GPU's driver says on which device it serves. With --device auto inferrs says so.`;
    return skipped("device-seen", evidence);
  }
  const gpu = environment.gpus[0]?.name ?? null;
  const unused = asked === "auto" && seen.device === "cpu" && gpu !== null;
  const note = unused ? `, though this machine has a GPU (${gpu})` : "";
  return passed(
    "device-seen",
    `asked for ${asked}, serves on ${seen.device}${note}: ${seen.words}`,
  );
}

/** A short streamed reply. */
export async function chat(engine: RunningEngine, signal: AbortSignal): Promise<SelfTestStep> {
  const [request] = crosscheckRequests(engine.servedId, CHAT_TOKENS, 1, false);
  if (request === undefined) throw new Error("no request to ask");
  const client = new MeasuringClient(engine.baseUrl, engine.apiKey);
  const attemptStart = process.hrtime.bigint();
  const options = { timeoutMs: CHAT_TIMEOUT_MS, signal, keepBodies: false, attemptStart };
  const exchange = await client.send(request, options);
  await client.close();
  const trace = traceExchange(exchange);
  const { kind, evidence } = classify({
    exchanges: [exchange],
    traces: [trace],
    toolNames: [],
    exit: engine.exit(),
    silentCpuMs: null,
    attached: false,
  });
  if (kind !== "pass") return failed("chat", kind, evidence ?? "no answer");
  const ms = (exchange.end.tNs / 1e6).toFixed(0);
  return passed("chat", `${trace.chunkMs.length} chunks with text in ${ms} ms`);
}

/** Where the figure comes from, and that it can be one. */
export function memory(engine: RunningEngine): SelfTestStep {
  const peak = engine.peak();
  const machine = machineMemoryBytes();
  if (peak === null) {
    const mend = "The figures of memory are missing in every result here; please report it.";
    return failed("memory", "expectation-failed", "nothing tells the engine's memory here", mend);
  }
  const said = `${bytes(peak.bytes)} at its peak, by ${peak.kind}, of ${bytes(machine)}`;
  if (peak.kind === "simulated")
    return skipped("memory", `${said}: the simulator uses no real memory`);
  if (peak.bytes >= LEAST_BYTES && peak.bytes <= machine) return passed("memory", said);
  const mend = "The memory figures of this platform can't be trusted; please report it.";
  return failed("memory", "expectation-failed", `${said}: that can't be`, mend);
}

/** Ends it as every run does. */
export async function stopped(engine: RunningEngine, pid: number): Promise<SelfTestStep> {
  const { exit } = await engine.stop();
  const how = exit?.signal ?? `exit code ${exit?.exitCode ?? "unknown"}`;
  return await nothingLeft("stop", engine, pid, `ended with ${how}`);
}

/** Ends it as a stuck one: the whole process group at once. */
export async function killed(engine: RunningEngine, pid: number): Promise<SelfTestStep> {
  signalGroup(pid, "SIGKILL");
  const exit = await engine.died;
  return await nothingLeft("kill", engine, pid, `ended with ${exit.signal ?? exit.exitCode}`);
}

async function nothingLeft(
  id: "stop" | "kill",
  engine: RunningEngine,
  pid: number,
  how: string,
): Promise<SelfTestStep> {
  const left = groupMembers(pid);
  const open = await answers(engine.baseUrl);
  if (left.length === 0 && !open) {
    return passed(id, `${how}; no process of its group is left, its port is closed`);
  }
  const what = left.length > 0 ? `processes ${left.join(", ")} are left` : "its port still answers";
  const mend = "End them by hand; please report it, a run would leave an engine behind here.";
  return failed(id, "expectation-failed", `${how}, but ${what}`, mend);
}

function answers(baseUrl: string): Promise<boolean> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
