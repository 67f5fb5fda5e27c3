/** Token counts of a call, and where they come from. Pure. */
import type { OUTPUT_SOURCES, PROMPT_SOURCES } from "../result.ts";
import type { Call, CallTokens } from "./metrics.ts";

export interface CountedTokens extends CallTokens {
  promptSource: (typeof PROMPT_SOURCES)[number] | null;
  outputSource: (typeof OUTPUT_SOURCES)[number] | null;
}

/**
 * What the plain replies of a cell (or of one that sends the same bytes) taught: per call of the
 * turn, the tokens that the server counted, and the chunks that a stream of the same prompt had.
 */
export interface Calibration {
  calls: { promptTokens: number | null; outputTokens: number | null; text: string }[];
  streamed: { chunks: number; text: string }[];
}

/**
 * Tokens of one call: the response's own `usage`; else the calibration, exactly where the text is
 * the same and by its tokens per chunk where it isn't; else one per chunk, which can be too few.
 */
export function countTokens(
  call: Call,
  index: number,
  calibration: Calibration | null,
): CountedTokens {
  const usage = call.trace.usage;
  const plain = calibration?.calls[index];
  const chunks = call.trace.chunkMs.length;
  const prompt = usage?.promptTokens ?? call.tokens.prompt ?? plain?.promptTokens ?? null;
  const promptSource =
    prompt === null
      ? null
      : usage?.promptTokens != null
        ? "usage"
        : call.tokens.prompt !== null
          ? "engine-log"
          : "replay";
  if (usage?.outputTokens != null) {
    return { prompt, promptSource, output: usage.outputTokens, outputSource: "usage" };
  }
  if (plain?.outputTokens != null && chunks > 0) {
    const streamed = calibration?.streamed[index];
    const same = call.trace.text === plain.text;
    const perChunk =
      streamed !== undefined && streamed.chunks > 0 && streamed.text === plain.text
        ? plain.outputTokens / streamed.chunks
        : null;
    const output = same ? plain.outputTokens : perChunk === null ? null : perChunk * chunks;
    if (output !== null) return { prompt, promptSource, output, outputSource: "calibrated" };
  }
  return chunks === 0
    ? { prompt, promptSource, output: null, outputSource: null }
    : { prompt, promptSource, output: chunks, outputSource: "chunks" };
}
