/** An engine that is up, whatever kind it is. */
import type { Chosen, Memory } from "../result.ts";
import type { DeviceSeen } from "./device.ts";
import type { EngineExit } from "./types.ts";

export interface RunningEngine {
  /** With `/v1`, as OpenClaw's config wants it. */
  baseUrl: string;
  apiKey: string | null;
  /** The model's id as the server lists it. */
  servedId: string;
  version: string | null;
  readyMs: number;
  /** What its log says that it chose by itself. */
  chosen: Chosen;
  /** On which device it serves; null where nothing says. */
  device: DeviceSeen | null;
  /** The longest prompt that it takes, as its log says; null where it doesn't. */
  windowTokens: number | null;
  /** Ports that were taken between check and start, until one was not. */
  portsTaken: number;
  /** Resolves at its death with what can be told of it; never for an attached engine. */
  died: Promise<EngineExit>;
  /** Null while it lives. */
  exit(): EngineExit | null;
  /** Begins a new peak: what follows is told apart from what was before. */
  beginPeak(): void;
  peak(): Memory | null;
  /** GPU memory at its highest since {@link beginPeak}; null where it can't be told. */
  peakVramBytes(): number | null;
  cpuMs(): number | null;
  /** Prompt tokens that its log gives for a response; null without a log. */
  loggedPromptTokens(responseId: string): number | null;
  /** Ends it; an attached engine is left alone. */
  stop(): Promise<{ exit: EngineExit | null; peak: Memory | null }>;
}
