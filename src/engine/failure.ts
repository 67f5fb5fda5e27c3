/** Why a start came to nothing. */
import { classifyExit } from "../analyze/death.ts";
import { loadFailureIn, portTakenIn } from "./log.ts";
import type { Spawned } from "./process.ts";
import type { Readiness } from "./ready.ts";
import type { EngineExit, StartFailure } from "./types.ts";

type Failure = Omit<StartFailure, "exit">;

/** @returns null when the engine is up and serves the model */
export function startFailure(
  readiness: Readiness,
  exit: EngineExit | null,
  spawned: Pick<Spawned, "log">,
  modelName: string,
): Failure | null {
  if (exit !== null) return endedFailure(exit, spawned.log());
  if (readiness.kind === "failed") {
    const { failure } = readiness;
    const words = failure.kind === "load-failed" ? loadFailureIn(spawned.log()) : null;
    return words === null ? failure : { ...failure, evidence: words };
  }
  if (readiness.models.includes(modelName)) return null;
  const listed = readiness.models.join(", ") || "none";
  const evidence = `asked for ${modelName}; /v1/models lists ${listed}`;
  return { kind: "model-missing", evidence };
}

function endedFailure(exit: EngineExit, log: string): Failure {
  const { kind, evidence } = classifyExit(exit);
  const words = loadFailureIn(log);
  if (kind === "out-of-memory") return { kind, evidence: evidence ?? "" };
  if (exit.exitCode !== 0 && portTakenIn(log)) {
    return { kind: "port-taken", evidence: words ?? "address already in use" };
  }
  return exit.signal === null
    ? { kind: "load-failed", evidence: words ?? evidence ?? "it ended before it was ready" }
    : { kind: "engine-crashed", evidence: evidence ?? "" };
}
