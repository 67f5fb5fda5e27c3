/**
 * Which size of an agent turn a machine can hold, by a simple estimate of memory and time. Pure. It
 * only chooses a default: what really happens is measured, and memory limit and time budget hold.
 */
import type { Speeds } from "./estimate.ts";

export interface FitInputs {
  /** What the engine may use: the machine's or container's memory, or the GPU's own. */
  memoryBytes: number;
  speeds: Pick<Speeds, "prefillTokensPerSecond" | "decodeTokensPerSecond">;
  /** Time for all attempts together; null: no limit. */
  timeMs: number | null;
  /** Agent turns of the whole plan, and as many chats. */
  attempts: number;
}

export interface Fit {
  scale: number;
  /** What memory alone and time alone would take, in prompt tokens; null: no limit. */
  memoryTokens: number;
  timeTokens: number | null;
}

/** The `agent-turn` scenario at full size: about 60 KB at 3.5 bytes a token. */
export const FULL_TURN_TOKENS = 17_000;
/**
 * inferrs's peak on a CPU grows by c·n² with the prompt: 8.02 GB were measured at 12,014 tokens with
 * 4 attention heads (55.6 bytes), and one matrix of scores goes with each head. Gemma 4 E2B has 8.
 */
const BYTES_PER_TOKEN_SQUARED = 2 * (8.02e9 / 12_014 ** 2);
/** Gemma 4 E2B at Q4K with its embeddings, roughly; not measured. */
const MODEL_BYTES = 6e9;
/** The default --memory-limit. */
const USABLE = 0.9;
const REPLY_TOKENS = 64;
const LEAST_SCALE = 0.02;

/** The largest scale, at most 1, at which a turn fits the memory and all turns fit the time. */
export function fitScale({ memoryBytes, speeds, timeMs, attempts }: FitInputs): Fit {
  const room = Math.max(0, memoryBytes * USABLE - MODEL_BYTES);
  const memoryTokens = Math.floor(Math.sqrt(room / BYTES_PER_TOKEN_SQUARED));
  const timeTokens = timeMs === null ? null : tokensIn(timeMs, speeds, attempts);
  const tokens = Math.min(memoryTokens, timeTokens ?? Number.POSITIVE_INFINITY);
  const scale = Math.floor((tokens / FULL_TURN_TOKENS) * 100) / 100;
  return { scale: Math.min(1, Math.max(LEAST_SCALE, scale)), memoryTokens, timeTokens };
}

/** Prompt tokens of each turn, where every turn and a chat beside it write a whole reply. */
function tokensIn(timeMs: number, speeds: FitInputs["speeds"], attempts: number): number {
  const replies = (2 * REPLY_TOKENS) / speeds.decodeTokensPerSecond;
  const prefill = Math.max(0, timeMs / 1000 / attempts - replies);
  return Math.floor(prefill * speeds.prefillTokensPerSecond);
}
