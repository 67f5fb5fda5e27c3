/** A server that is already running. It is only asked, never started or ended. */
import { MeasuringClient } from "../drive/client.ts";
import { serverProcess } from "../host/listener.ts";
import { NOTHING_CHOSEN } from "../result.ts";
import type { RunningEngine } from "./engine.ts";
import { watchServer } from "./meter.ts";
import { meterSimulator } from "./meter-sim.ts";
import { listModels } from "./ready.ts";
import type { StartFailure } from "./types.ts";

/**
 * @param modelId the model to use; null: the one that the server says it has loaded, else the first
 *   that `/v1/models` lists
 */
export async function attachEngine(options: {
  baseUrl: string;
  apiKey: string | null;
  modelId: string | null;
  signal: AbortSignal;
  /** The account that a simulator keeps of the memory it pretends to use; absent: it is a real one. */
  simState?: string | undefined;
}): Promise<{ kind: "up"; engine: RunningEngine } | { kind: "failed"; failure: StartFailure }> {
  const began = performance.now();
  const client = new MeasuringClient(options.baseUrl, options.apiKey);
  const readiness = await listModels(client, options.signal);
  const readyMs = performance.now() - began;
  await client.close();
  if (readiness.kind === "failed") {
    return { kind: "failed", failure: { ...readiness.failure, exit: null } };
  }
  const servedId = options.modelId ?? readiness.loaded ?? readiness.models[0];
  if (servedId === undefined || !readiness.models.includes(servedId)) {
    const listed = readiness.models.join(", ") || "no model";
    const evidence = `asked for ${options.modelId ?? "any model"}; /v1/models lists ${listed}`;
    return { kind: "failed", failure: { kind: "model-missing", evidence, exit: null } };
  }
  const pid = serverProcess(options.baseUrl);
  const memory = options.simState
    ? watchSimulated(options.simState)
    : pid === null
      ? null
      : watchServer(pid);
  return {
    kind: "up",
    engine: {
      baseUrl: options.baseUrl,
      apiKey: options.apiKey,
      servedId,
      version: null,
      readyMs,
      chosen: NOTHING_CHOSEN,
      device: null,
      windowTokens: null,
      portsTaken: 0,
      died: new Promise(() => {}),
      exit: () => null,
      beginPeak: () => memory?.begin(),
      peak: () => memory?.peak() ?? null,
      peakVramBytes: () => null,
      cpuMs: () => null,
      loggedPromptTokens: () => null,
      stop: async () => {
        memory?.stop();
        return { exit: null, peak: null };
      },
    },
  };
}

function watchSimulated(path: string): ReturnType<typeof watchServer> {
  const meter = meterSimulator(path);
  const peak = () => {
    meter.sample();
    return meter.peak();
  };
  return { begin: meter.resetPeak, peak, stop: meter.stop };
}
