/** Streams and plain replies to the same prompts, for tests of how tokens are counted. */
import { type Calibration, type PlainReply, replyOf } from "../analyze/calibrate.ts";
import type { Call } from "../analyze/metrics.ts";
import { callOf, type StreamSays, streamOf, words } from "./calls.ts";

/** A stream of so many chunks of one word each, for which ten tokens were asked. */
export function streamed(count: number, over: Partial<StreamSays> = {}): Call {
  return callOf(streamOf({ chunks: words(count, 50, 10), maxTokens: 10, ...over }));
}

/** What such a stream says. */
export const textOf = (count: number) => replyOf(streamed(count).trace);

/** The reply of one plain request; null output: it has no count. */
export function plain(
  reply: string,
  outputTokens: number | null,
  over: Partial<PlainReply> & { finish?: string; maxTokens?: number } = {},
): PlainReply {
  const { variation = 0, limit = null, finish = "length", maxTokens = limit ?? 10 } = over;
  const promptTokens = outputTokens === null ? null : 23;
  const call = { promptTokens, outputTokens, maxTokens, reply, finishReason: finish };
  return { variation, limit, calls: [call] };
}

/** A plain request that failed: it was asked, and taught nothing. */
export function unanswered(limit: number | null = null): PlainReply {
  return { variation: 0, limit, calls: [] };
}

/** @param streams with the prompts that they answer */
export function known(answers: readonly PlainReply[], ...streams: [number, Call][]): Calibration {
  return {
    plain: answers,
    streamed: streams.map(([variation, { trace }]) => ({
      variation,
      calls: [
        {
          chunks: trace.chunkMs.length,
          reply: replyOf(trace),
          finishReason: trace.finishReason,
        },
      ],
    })),
  };
}
