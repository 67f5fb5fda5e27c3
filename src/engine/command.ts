/** The command line of a started engine. */
import { assetPath } from "../host/assets.ts";
import { measuredEnvironment } from "../inputs/action.ts";
import type { VariantSpec } from "../plan/types.ts";

export interface EngineCommand {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** What a start needs to know of the prepared model. */
export interface PreparedModel {
  /** As the engine is told: a hub id, or a name below `cwd`. */
  name: string;
  /** Folder that the engine runs in. */
  cwd: string;
  /** What names the model's files beside its name. */
  args?: readonly string[];
  /** What differs in the engine's environment so that it finds them. */
  env?: NodeJS.ProcessEnv;
}

/** Those of the hub, and those that GitHub's own tools read. */
const TOKENS = /^(HF_TOKEN|HUGGING_FACE_HUB_TOKEN|(GITHUB|GH)_(ENTERPRISE_)?TOKEN)$/i;

/**
 * The environment for whatever is run of the measured program, which may be a stranger's build. The
 * model is there before the engine starts: it has no need of the user's tokens, nor of what a
 * workflow's step has of its runner.
 */
export function withoutTokens(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const left = Object.entries(measuredEnvironment(env)).filter(([name]) => !TOKENS.test(name));
  return Object.fromEntries(left);
}

/** `inferrs serve MODEL --host … --port … --device … MODEL-ARGS ARGS`. */
export function inferrsCommand(
  executable: string,
  variant: VariantSpec,
  model: PreparedModel,
  port: number,
  env: NodeJS.ProcessEnv,
): EngineCommand {
  const args = ["serve", model.name, "--host", "127.0.0.1", "--port", String(port)];
  if (variant.device !== "auto") args.push("--device", variant.device);
  return {
    command: executable,
    args: [...args, ...(model.args ?? []), ...variant.serverArgs],
    env: { ...withoutTokens(env), ...model.env, NO_COLOR: "1" },
  };
}

/** Starts of two variants may have numbers of different length: nothing else of them should. */
export function padded(start: number): string {
  return String(start).padStart(4, "0");
}

/** The simulator, as a process of its own under the same Node. */
export function simCommand(
  knobs: string[],
  model: PreparedModel,
  port: number,
  start: number,
  statePath: string,
  env: NodeJS.ProcessEnv,
  /** What it says to what; null: nothing in particular. */
  scriptPath: string | null = null,
  /** Of the run itself; the user's own win over them. */
  given: readonly string[] = [],
): EngineCommand {
  // A model that is told what to say calls its tools, unless a knob says otherwise.
  const told = scriptPath === null ? [] : ["tool-calls=structured"];
  const all = [`start=${padded(start)}`, ...given, ...told, ...knobs];
  return {
    command: process.execPath,
    args: [
      assetPath("sim"),
      "serve",
      model.name,
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--state",
      statePath,
      ...(scriptPath === null ? [] : ["--script", scriptPath]),
      ...all.flatMap((knob) => ["--knob", knob]),
    ],
    env,
  };
}
