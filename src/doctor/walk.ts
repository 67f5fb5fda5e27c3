/** The guide's troubleshooting, step by step: it goes on past a failure where that tells more. */
import type { RunningEngine } from "../engine/engine.ts";
import { chat, contentParts, streaming, usage } from "./checks-chat.ts";
import { health, models, type Served } from "./checks-reach.ts";
import { roles, tools } from "./checks-tools.ts";
import { type DoctorStep, type StepId, skipped } from "./steps.ts";
import type { Walk } from "./walk-state.ts";

export interface WalkOptions {
  /** The model that the config names, or `--model`; null: whatever is served. */
  wanted: string | null;
  signal: AbortSignal;
  /** Makes an engine of the server, under the id that it serves. */
  attach(servedId: string): Promise<RunningEngine>;
  onBegin(id: StepId): void;
  onStep(step: DoctorStep): void;
}

const ASKED: readonly [StepId, (walk: Walk) => Promise<DoctorStep>][] = [
  ["chat", chat],
  ["content-parts", contentParts],
  ["tools", tools],
  ["roles", roles],
  ["streaming", streaming],
  ["usage", usage],
];

/** From `/health` to `usage`: requests of a few tokens, one at a time. */
export async function walkServer(
  walk: Walk,
  options: WalkOptions,
): Promise<{ served: Served; steps: DoctorStep[] }> {
  const steps: DoctorStep[] = [];
  const add = (step: DoctorStep) => {
    if (options.signal.aborted) return;
    steps.push(step);
    options.onStep(step);
  };
  options.onBegin("health");
  add(await health(walk, options.signal));
  let served: Served = { ids: [], id: null };
  if (walk.over === null && !options.signal.aborted) {
    options.onBegin("models");
    const found = await models(walk, options.wanted);
    served = found.served;
    add(found.step);
    if (served.id !== null) walk.asker.serves(await options.attach(served.id));
  } else add(skipped("models", walk.over ?? ""));
  for (const [id, check] of ASKED) {
    if (options.signal.aborted) break;
    if (walk.over !== null) add(skipped(id, walk.over));
    else {
      options.onBegin(id);
      add(await check(walk));
    }
  }
  return { served, steps };
}
