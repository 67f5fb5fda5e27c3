/** Journals of older versions know less: what they lack is unknown, and written as null. Pure. */
import type { Scenario } from "../plan/scenario.ts";
import type { Plan } from "../plan/types.ts";
import { type Environment, NOTHING_CHOSEN, type ResultVariant } from "../result.ts";

/** What a `run-started` of an older version may lack. */
export function completeEnvironment(known: Environment): Environment {
  return {
    ...complete<Environment>({ memoryLimitBytes: null, swapBytes: null, runner: null }, known),
    os: complete<Environment["os"]>({ image: null }, known.os),
    cpu: complete<Environment["cpu"]>({ limitCores: null, governor: null }, known.cpu),
    gpus: known.gpus.map((gpu) => complete(UNKNOWN_GPU, gpu)),
  };
}

/** What a plan of an older version may lack: no scenario was one for the client. */
export function completePlan(known: Plan): Plan {
  const scenarios = known.scenarios.map((scenario) =>
    complete<Scenario>({ turns: [], workspace: {} }, scenario),
  );
  return { ...known, scenarios };
}

const UNKNOWN_GPU: Partial<Environment["gpus"][number]> = { driver: null, powerLimitWatts: null };

/** What a `provisioned` of an older version may lack. */
export function completeVariant(known: ResultVariant): ResultVariant {
  return {
    ...known,
    engine: complete({ source: null }, known.engine),
    model: complete({ provenance: null }, known.model),
    server: complete({ deviceSeen: null, chosen: NOTHING_CHOSEN }, known.server),
    openclaw: complete({ integrity: null, node: null }, known.openclaw),
  };
}

/** What is known wins. The type of `known` is what it should be, not what it may be. */
function complete<T extends object>(unknown: Partial<T>, known: T): T {
  return { ...unknown, ...known };
}
