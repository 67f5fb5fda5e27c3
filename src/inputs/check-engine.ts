/** What can be found wrong with an engine before anything is started. */
import { platform, release } from "node:os";
import { OUTCOMES } from "../analyze/outcomes.ts";
import type { BenchHost } from "../end.ts";
import { attachEngine } from "../engine/attached.ts";
import { checkDevice } from "../host/machine/device-check.ts";
import type { EngineSpec, ModelSpec } from "../plan/types.ts";
import { checkInferrs } from "../provision/inferrs/check.ts";
import { thisPlatform } from "../provision/inferrs/platform.ts";
import { readTable } from "../provision/inferrs/table.ts";
import { checkModelDirectory } from "../provision/model.ts";
import { parseKnobs } from "../sim/knobs.ts";
import { InputError, SetupError } from "./error.ts";
import type { Options } from "./options.ts";

/** What can be found wrong without starting anything; the engine as it will be, and in words. */
export async function checkEngine(
  options: Options,
  host: BenchHost,
): Promise<{ spec: EngineSpec; text: string }> {
  const { engine } = options;
  if (options.model.kind === "directory") checkModelDirectory(options.model.path, host.cwd);
  switch (engine.kind) {
    case "sim":
      readKnobs(engine.knobs);
      return { spec: engine, text: ["the simulator", ...engine.knobs].join(" ") };
    case "external":
      // One that is restarted before each start may not be up yet, or make room for the other.
      if (options.restartCommand === null) await checkServer(engine, options.model, host);
      return { spec: engine, text: engine.baseUrl };
    case "inferrs": {
      await checkDevice(options.device, {
        platform: platform(),
        release: release(),
        env: host.env,
      });
      const { spec, text } = await checkInferrs(engine.inferrs, engine.sha256, {
        env: host.env,
        cwd: host.cwd,
        offline: options.offline,
        platform: thisPlatform(),
        table: readTable(),
      });
      return { spec: { ...engine, inferrs: spec }, text };
    }
  }
}

/** @throws SetupError when the attached server doesn't answer, or doesn't list the model */
async function checkServer(
  engine: EngineSpec & { kind: "external" },
  model: ModelSpec,
  host: BenchHost,
): Promise<void> {
  const attached = await attachEngine({
    baseUrl: engine.baseUrl,
    apiKey: engine.apiKeyEnv === null ? null : (host.env[engine.apiKeyEnv] ?? null),
    modelId: model.kind === "served" ? model.id : null,
    signal: host.signal,
  });
  if (attached.kind === "up") return;
  const { kind, evidence } = attached.failure;
  const { meaning, remedy } = OUTCOMES[kind];
  throw new SetupError(`--base-url ${engine.baseUrl}: ${meaning} ${evidence}. ${remedy ?? ""}`);
}

/** @throws InputError for a knob that the simulator doesn't have */
export function readKnobs(knobs: string[]) {
  try {
    return parseKnobs(knobs);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError({
      input: "--sim",
      value: knobs.find((knob) => !isKnob(knob)) ?? knobs.join(" "),
      expected: "knobs of the simulator",
      mend: (cause as Error).message,
    });
  }
}

function isKnob(text: string): boolean {
  try {
    parseKnobs([text]);
    return true;
  } catch {
    return false;
  }
}
