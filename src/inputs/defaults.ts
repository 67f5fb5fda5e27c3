/** The Action's defaults, by the kind of runner that it is on. Every choice says why it was made. Pure. */
import { CPU_SPEEDS, GPU_SPEEDS } from "../plan/estimate.ts";
import { FULL_TURN_TOKENS, fitScale } from "../plan/fit-scale.ts";
import { PROBES } from "../plan/types.ts";
import { bytes, count } from "../report/format.ts";
import type { Environment } from "../result.ts";
import type { RawOptions } from "./table.ts";

export interface Defaulted {
  raw: RawOptions;
  /** Which defaults were taken and why, a line each; empty where none was. */
  notes: string[];
}

/** The guide's model. https://docs.openclaw.ai (provider inferrs) */
export const GUIDE_MODEL = "google/gemma-4-E2B-it";
const WHY_MODEL =
  "the smallest Gemma that inferrs serves well: it has quantized code of its own for Gemma 4 only. Gemma 3 270M takes 15 s a token there and has a window of 512 tokens; Gemma 3 1B and Gemma 2 2B are gated and go the same unquantized way.";

const BUDGET_S = 1200;
/** The rest is for the download, the quantizing and the engine's starts. */
const TURNS_SHARE = 0.5;
const SMALL = { starts: "1", rounds: "3" } as const;
/** Pairs of starts that there should be time for: the first look. */
const PAIRS = 8;
/** Combinations of the default matrix. */
const COMBINATIONS = 4;

/**
 * Fills in what wasn't given, for an engine that is started here. An input or a line of the config
 * file always wins. A runner that doesn't say what it is counts as a small one.
 */
export function actionDefaults(raw: RawOptions, machine: Environment): Defaulted {
  const started = raw["base-url"] === undefined && (raw.engine ?? "inferrs") === "inferrs";
  if (raw.command !== "run" || !started) return { raw, notes: [] };
  const kind = machine.runner?.environment ?? null;
  const [gpu] = raw.device === "cpu" ? [] : machine.gpus;
  if (kind === "self-hosted" && gpu !== undefined) {
    const notes = [
      raw.model === undefined ? `model ${GUIDE_MODEL}: OpenClaw's guide names it` : null,
      raw.scale === undefined
        ? `scale 1: whole agent turns, as this runner has a GPU (${gpu.name})`
        : null,
    ];
    return told("a self-hosted runner with a GPU", { model: GUIDE_MODEL, scale: "1" }, raw, notes);
  }
  return small(kind, gpu, raw, machine);
}

function small(
  kind: string | null,
  gpu: Environment["gpus"][number] | undefined,
  raw: RawOptions,
  machine: Environment,
): Defaulted {
  // A suite, or a number that was given, is the user's own wish: then the other stays the suite's.
  const compares = Array.isArray(raw.base) && raw.base.length > 0;
  const shorter =
    !compares && raw.suite === undefined && raw.starts === undefined && raw.rounds === undefined;
  const start = 1 + Number(SMALL.rounds);
  // Of two variants one combination is measured in every start.
  const attempts = compares
    ? 2 * (COMBINATIONS * PROBES + 1 + PAIRS * start)
    : COMBINATIONS * (PROBES + 1 + Number(SMALL.starts) * start);
  const memoryBytes = gpu?.memoryBytes ?? machine.memoryBytes;
  const { scale, memoryTokens, timeTokens } = fitScale({
    memoryBytes,
    speeds: gpu === undefined ? CPU_SPEEDS : GPU_SPEEDS,
    timeMs: BUDGET_S * 1000 * TURNS_SHARE,
    attempts,
  });
  const limit =
    scale === 1
      ? "by the estimate a whole one fits memory and time"
      : `an agent turn of about ${count(Math.round(scale * FULL_TURN_TOKENS))} tokens. By estimate ${bytes(memoryBytes)} of memory hold ${count(memoryTokens)}, the time ${count(timeTokens)}. Not an agent verdict at full size`;
  const notes = [
    raw.model === undefined ? `model ${GUIDE_MODEL}: ${WHY_MODEL}` : null,
    raw.scale === undefined ? `scale ${scale}: ${limit}` : null,
    raw["time-budget"] === undefined
      ? `time-budget ${BUDGET_S}: 20 minutes, then what was measured is reported`
      : null,
    shorter ? "starts 1, rounds 3: what fits into that time" : null,
  ];
  const defaults: RawOptions = {
    model: GUIDE_MODEL,
    scale: String(scale),
    "time-budget": String(BUDGET_S),
    ...(shorter ? SMALL : {}),
  };
  return told(nameOf(kind), defaults, raw, notes);
}

function nameOf(kind: string | null): string {
  if (kind === "github-hosted") return "a GitHub-hosted runner";
  if (kind === "self-hosted") return "a self-hosted runner without a GPU, as for a hosted one";
  return "a runner that doesn't say what it is (no RUNNER_ENVIRONMENT), as for a hosted one";
}

function told(
  where: string,
  defaults: RawOptions,
  raw: RawOptions,
  notes: (string | null)[],
): Defaulted {
  const said = notes.filter((note) => note !== null);
  const head = `for ${where}; an input of the same name wins`;
  return { raw: { ...defaults, ...raw }, notes: said.length === 0 ? [] : [head, ...said] };
}
