/** How fast the server was seen to work: what a request will cost, and how long one may go on. Pure. */
import type { Trace } from "../analyze/trace.ts";

/** What a request asks for, as far as it is known beforehand. */
export interface Load {
  promptTokens: number;
  maxTokens: number;
  stream: boolean;
}

/** English text and JSON; the real figure comes with the first reply that counts. */
const BYTES_PER_TOKEN = 4;

export class Pace {
  #prefillMsPerToken: number | null = null;
  #decodeMsPerToken: number | null = null;
  #bytesPerToken = BYTES_PER_TOKEN;

  /** Learns from a reply. */
  learn(trace: Trace, requestBytes: number): void {
    const prompt = trace.usage?.promptTokens ?? null;
    const output = trace.usage?.outputTokens ?? null;
    if (prompt !== null && prompt > 0) this.#bytesPerToken = requestBytes / prompt;
    const [first] = trace.chunkMs;
    const last = trace.chunkMs.at(-1);
    if (first !== undefined && last !== undefined && trace.firstEventMs !== null) {
      const tokens = prompt ?? requestBytes / this.#bytesPerToken;
      this.#prefillMsPerToken = first / Math.max(1, tokens);
      if (trace.chunkMs.length > 1) {
        this.#decodeMsPerToken = (last - first) / (trace.chunkMs.length - 1);
      }
    } else if (trace.totalMs !== null && output !== null && output > 0) {
      // A plain reply tells one time for both: as if the whole of it were for the tokens written.
      this.#decodeMsPerToken ??= trace.totalMs / output;
      this.#prefillMsPerToken ??= 0;
    }
  }

  /** Time for each token written, ms; null: nothing was measured yet. */
  get decodeMsPerToken(): number | null {
    return this.#decodeMsPerToken;
  }

  tokensOf(bytes: number): number {
    return Math.ceil(bytes / this.#bytesPerToken);
  }

  /**
   * How long the engine may be at work on a request, ms. inferrs ends a stream's decoding when its
   * reader hangs up, but no prefill, and no plain reply (DESIGN section 8).
   * @returns null: nothing was measured yet
   */
  goesOnMs(load: Load): number | null {
    if (this.#decodeMsPerToken === null || this.#prefillMsPerToken === null) return null;
    const decode = load.stream ? 0 : load.maxTokens * this.#decodeMsPerToken;
    return load.promptTokens * this.#prefillMsPerToken + decode;
  }

  /** Tokens to ask for so that writing them takes about `budgetMs`. */
  tokensWithin(budgetMs: number, least: number, most: number): number {
    const each = this.#decodeMsPerToken;
    if (each === null || each <= 0) return most;
    return Math.max(least, Math.min(most, Math.floor(budgetMs / each)));
  }
}
