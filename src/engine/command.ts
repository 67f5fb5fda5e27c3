/** The command line of a started engine. */
import { assetPath } from "../host/assets.ts";
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

/** The model is there before the engine starts: what is measured has no need of the user's token. */
const TOKENS = /^(HF_TOKEN|HUGGING_FACE_HUB_TOKEN)$/i;

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

/** The simulator, as a process of its own under the same Node. */
export function simCommand(
  knobs: string[],
  model: PreparedModel,
  port: number,
  start: number,
  statePath: string,
  env: NodeJS.ProcessEnv,
): EngineCommand {
  const all = [`start=${start}`, ...knobs];
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
      ...all.flatMap((knob) => ["--knob", knob]),
    ],
    env,
  };
}

function withoutTokens(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !TOKENS.test(name)));
}
