/** What a plan's cells send, and the speeds that its estimate goes by. */
import { buildRequests } from "../drive/openclaw/request.ts";
import { CPU_SPEEDS, GPU_SPEEDS, type Speeds } from "../plan/estimate.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { CellSpec, Plan } from "../plan/types.ts";
import type { Compat } from "../result.ts";
import { readKnobs } from "./check-engine.ts";
import type { Options } from "./options.ts";

/** How long each cell's prompt is decides whether it may be sent; the client's prompts are captured. */
export function withSizes(plan: Plan): Plan {
  if (plan.turn !== "scripted") return plan;
  const cells = plan.cells.map((cell) => {
    const { requestBytes } = sizeOfCell(plan, cell);
    return requestBytes.length === 0 ? cell : { ...cell, requestBytes: Math.max(...requestBytes) };
  });
  return { ...plan, cells };
}

/** What one attempt at a cell sends. */
export function sizeOfCell(plan: Plan, cell: CellSpec) {
  const scenario = plan.scenarios.find((each) => each.name === cell.scenario);
  if (scenario === undefined) throw new Error(`no scenario ${cell.scenario}`);
  const { maxTokens, seed } = plan;
  if (scenario.turns.length > 0) return sizeOfTurns(scenario, cell.compat, maxTokens);
  const context = { modelId: "model", compat: cell.compat, maxTokens, seed };
  const requestBytes = buildRequests(scenario, context)
    .filter((request) => request.kind === "generate")
    .map((request) => Buffer.byteLength(request.body ?? ""));
  return { requestBytes, maxTokens: maxTokens ?? scenario.maxTokens };
}

/** As OpenClaw 2026.9.6 was seen to send them; a session's later turns send it all again. */
const TURN_BYTES = 60_000;
const TURN_BYTES_WITHOUT_TOOLS = 28_000;
/** Its own time for a turn and for taking the combination's config. */
const CLIENT_MS = 2_000;

function sizeOfTurns({ turns, maxTokens }: Scenario, compat: Compat, limit: number | null) {
  const bytes = compat.supportsTools === false ? TURN_BYTES_WITHOUT_TOOLS : TURN_BYTES;
  const calls = turns.reduce((sum, { script, repeat }) => sum + script.length * repeat, 0);
  return {
    requestBytes: Array.from({ length: calls }, () => bytes),
    maxTokens: limit ?? maxTokens,
    clientMs: CLIENT_MS * turns.reduce((sum, { repeat }) => sum + repeat, 0),
  };
}

/** Rough speeds for the first estimate; the live view corrects it by what is measured. Of two the slower. */
export function assumedSpeeds(head: Options, base: Options | null): Speeds {
  const one = speedsOf(head);
  if (base === null) return one;
  const two = speedsOf(base);
  const slower = (name: "prefillTokensPerSecond" | "decodeTokensPerSecond") =>
    Math.min(one[name], two[name]);
  return {
    prefillTokensPerSecond: slower("prefillTokensPerSecond"),
    decodeTokensPerSecond: slower("decodeTokensPerSecond"),
    loadMs: Math.max(one.loadMs, two.loadMs),
    basis: one.basis,
  };
}

function speedsOf(options: Options): Speeds {
  if (options.engine.kind === "sim") {
    const knobs = readKnobs(options.engine.knobs);
    return {
      prefillTokensPerSecond: knobs["prefill-speed"],
      decodeTokensPerSecond: knobs["decode-speed"],
      loadMs: knobs["load-time"] + 300,
      basis: "by the simulator's own speeds",
    };
  }
  const gpu = options.device === "cuda" || options.device === "metal";
  const speeds = gpu ? GPU_SPEEDS : CPU_SPEEDS;
  const { prefillTokensPerSecond: prefill, decodeTokensPerSecond: decode } = speeds;
  const basis = `if it reads ${prefill} and writes ${decode} tokens/s, as assumed for ${gpu ? "a GPU" : "a CPU"}; corrected once it is measured`;
  return { ...speeds, basis };
}
