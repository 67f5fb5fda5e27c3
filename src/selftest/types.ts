/** What a self-test is given, and what it must not leave behind. */
import type { MachineLock } from "../engine/lock.ts";
import type { Options } from "../inputs/options.ts";
import type { Environment } from "../result.ts";
import type { SelfTestStep } from "./steps.ts";

export interface SelfTest {
  options: Pick<
    Options,
    "engine" | "model" | "device" | "serverArgs" | "memoryLimitBytes" | "offline" | "lockTimeoutMs"
  >;
  /** For GitHub's API, when a release of inferrs is fetched. */
  githubToken: string | null;
  environment: Environment;
  env: NodeJS.ProcessEnv;
  cwd: string;
  signal: AbortSignal;
  toolVersion: string;
  /** Told what it is at, where that takes a while. */
  say: (line: string) => void;
  /** Told on which device the engine serves, where that is known. */
  onDevice: (device: string) => void;
  /** Told each step as soon as it is known. */
  onStep: (step: SelfTestStep) => void;
}

/** What must not be left behind. */
export interface Left {
  workDir: string;
  /** The process groups of the latest life: the engine's first. */
  groups: number[];
  lock: MachineLock | null;
}
