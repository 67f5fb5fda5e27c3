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
}

/** `inferrs serve MODEL --host … --port … --device … ARGS`. */
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
    args: [...args, ...variant.serverArgs],
    env: { ...env, NO_COLOR: "1" },
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
