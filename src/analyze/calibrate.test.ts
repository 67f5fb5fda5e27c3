import assert from "node:assert/strict";
import { test } from "node:test";
import { known, plain, streamed, textOf } from "../testing/calibration.ts";
import { callOf, streamOf, words } from "../testing/calls.ts";
import { type Calibration, countTokens, lostTokens, type PlainReply } from "./calibrate.ts";
import type { Call } from "./metrics.ts";

const USAGE = { prompt_tokens: 23, completion_tokens: 10 };

const counted = (call: Call, calibration: Calibration, variation = 0) => {
  const { output, outputSource, first } = countTokens(call, 0, variation, calibration);
  return [output, outputSource, first];
};

test("what the reply itself counts is taken before all else", () => {
  const other = known([plain(textOf(10), 99)]);
  assert.deepEqual(counted(streamed(10, { usage: USAGE }), other), [10, "usage", 1]);
  const timings = { prompt_n: 20, cache_n: 3, predicted_n: 10 };
  const tokens = countTokens(streamed(10, { timings }), 0, 0, other);
  assert.deepEqual(
    [tokens.output, tokens.outputSource, tokens.prompt, tokens.promptSource],
    [10, "timings", 23, "timings"],
  );
});

test("the same reply without streaming counts it, of whatever prompt it is", () => {
  const answers = [plain("another", 7), plain(textOf(9), 11, { variation: 5 })];
  assert.deepEqual(counted(streamed(9), known(answers)).slice(0, 2), [11, "calibrated"]);
  assert.deepEqual(counted(streamed(8), known(answers)).slice(0, 2), [null, null]);
});

test("of two same replies the one to the same prompt counts", () => {
  const answers = [plain(textOf(9), 10, { variation: 5 }), plain(textOf(9), 11)];
  assert.equal(counted(streamed(9), known(answers))[0], 11);
  assert.equal(counted(streamed(9), known(answers), 5)[0], 10);
});

test("a reply that ended at the limit has that many tokens", () => {
  assert.deepEqual(counted(streamed(10), known([])), [10, "limit", 1]);
  const keeps = known([plain("another", 10)]);
  assert.deepEqual(counted(streamed(7), keeps), [10, "limit", null]);
  // Where the server was seen to break its limit, or never seen at it, that would be a guess.
  assert.deepEqual(counted(streamed(7), known([plain("another", 12)])), [null, null, null]);
  const early = known([plain("another", 4, { finish: "stop" })]);
  assert.deepEqual(counted(streamed(7), early), [null, null, null]);
  // More chunks than were asked for are no limit kept.
  assert.equal(counted(streamed(12), keeps)[0], null);
  const unlimited = callOf(streamOf({ chunks: words(7, 50, 10) }));
  assert.equal(counted(unlimited, keeps)[0], null);
});

test("a reply that ends by itself has an end mark, where that was learned", () => {
  const stop = (count: number) => streamed(count, { finish: [150, "stop"] });
  const learned = known([plain(textOf(6), 7, { finish: "stop" })], [0, stop(6)]);
  assert.deepEqual(counted(stop(6), learned), [7, "calibrated", 1]);
  assert.deepEqual(counted(stop(4), learned, 3), [5, "calibrated", 1]);
  const without = known([plain(textOf(6), 6, { finish: "stop" })], [0, stop(6)]);
  assert.deepEqual(counted(stop(4), without, 3), [4, "calibrated", 1]);
});

test("an end mark isn't learned from bundles, from contradictions or from the limit", () => {
  const stop = (count: number) => streamed(count, { finish: [150, "stop"] });
  const answer = (count: number, output: number, variation = 0, finish = "stop") =>
    plain(textOf(count), output, { variation, finish });
  const cases: Calibration[] = [
    known([answer(6, 12)], [0, stop(6)]),
    known([answer(6, 7), answer(5, 5, 1)], [0, stop(6)], [1, stop(5)]),
    known([answer(6, 7), answer(5, 9, 1, "length")], [0, stop(6)], [1, streamed(5)]),
    known([answer(9, 9, 0, "length")], [0, streamed(9)]),
    // The plain reply says something else than the stream of the same prompt.
    known([answer(3, 4)], [0, stop(6)]),
  ];
  for (const [index, each] of cases.entries()) {
    assert.equal(counted(stop(4), each, 3)[0], null, `case ${index}`);
  }
});

test("a server that counts nowhere gets chunks, and no rate of them", () => {
  const nowhere = known([plain(textOf(7), null)], [0, streamed(7)]);
  assert.deepEqual(counted(streamed(7, { finish: [150, "stop"] }), nowhere), [7, "chunks", null]);
  assert.deepEqual(counted(streamed(0), nowhere), [null, null, null]);
});

test("prompt tokens are the reply's, else the log's, else those of a plain request", () => {
  const prompt = (call: Call, calibration: Calibration | null) => {
    const { prompt, promptSource } = countTokens(call, 0, 9, calibration);
    return [prompt, promptSource];
  };
  const replay = known([plain("x", null), plain("y", 3)]);
  assert.deepEqual(prompt(streamed(3, { usage: USAGE }), replay), [23, "usage"]);
  const logged = { ...streamed(3), tokens: { prompt: 21, output: null, first: null } };
  assert.deepEqual(prompt(logged, replay), [21, "engine-log"]);
  assert.deepEqual(prompt(streamed(3), replay), [23, "replay"]);
  assert.deepEqual(prompt(streamed(3), null), [null, null]);
});

test("what the first chunk holds: one, what it counts itself, or what the shortest reply that says it has", () => {
  const bundles: [number, string][] = [
    [50, "w0 w1 w2 "],
    [60, "w3 w4 "],
  ];
  const usage = { completion_tokens: 5 };
  const call = streamed(0, { chunks: bundles, usage });
  const short = (reply: string, limit: number, output = limit, variation = 0) =>
    plain(reply, output, { limit, variation });
  const first = (...answers: PlainReply[]) => counted(call, known(answers))[2];
  assert.equal(first(), null);
  assert.equal(first(short("w0 w1 ", 2), short("w0 w1 w2 ", 4), short("w0 w1 w2 ", 3)), 3);
  assert.equal(first(short("w0 w1 w2 ", 4, 3)), null, "it counted other than was asked");
  assert.equal(first(short("w0 w1 w2 ", 3, 3, 1)), null, "the answer to another prompt");
  const told = streamed(0, { chunks: bundles, counts: [3, 5], usage });
  assert.equal(counted(told, known([]))[2], 3);
  assert.equal(counted(streamed(5, { usage }), known([]))[2], 1);
  assert.equal(
    counted(streamed(4, { usage, finish: [99, "stop"] }), known([]))[2],
    1,
    "an end mark",
  );
  assert.equal(counted(streamed(4, { usage }), known([]))[2], null, "no end mark at the limit");
});

test("a first chunk that counts no token at all is not believed", () => {
  const chunks = words(5, 50, 10);
  const call = streamed(0, { chunks, counts: [0, 1, 2, 3, 4], usage: { completion_tokens: 5 } });
  assert.equal(counted(call, known([]))[2], 1);
});

test("lost tokens: fewer chunks than tokens, and gaps in the text", () => {
  const whole = known([plain(textOf(10), 10)]);
  const gaps = words(10, 50, 10).filter((_, index) => index !== 3 && index !== 4);
  const evidence = lostTokens(streamed(0, { chunks: gaps }), 0, 0, whole) ?? "";
  assert.match(evidence, /^8 chunks with 24 characters; .* has 10 tokens and 30 characters$/);
  const none = [
    streamed(10),
    streamed(0, { chunks: [[50, textOf(10)]] }),
    streamed(0, { chunks: [[50, "w0 another text"]] }),
    // A chunk for each token: a blank at the end that one route strips is no loss.
    streamed(0, { chunks: [...words(9, 50, 10), [140, "w9"]] }),
    streamed(0, { chunks: [[50, `${textOf(10)} and more`]] }),
  ];
  for (const call of none) assert.equal(lostTokens(call, 0, 0, whole), null);
  assert.equal(lostTokens(streamed(0, { chunks: gaps }), 0, 1, whole), null, "another prompt");
  const uncounted = known([plain(textOf(10), null)]);
  assert.equal(lostTokens(streamed(0, { chunks: gaps }), 0, 0, uncounted), null);
  const short = known([plain(textOf(10), 10, { limit: 10 })]);
  assert.equal(lostTokens(streamed(0, { chunks: gaps }), 0, 0, short), null);
});

test("lost characters outside the basic plane are found too", () => {
  const chunks: [number, string][] = [
    [50, "a"],
    [60, "👩"],
  ];
  const call = streamed(0, { chunks });
  assert.ok(lostTokens(call, 0, 0, known([plain("a😀👩", 3)])));
  assert.equal(lostTokens(call, 0, 0, known([plain("a😀😀b", 4)])), null);
});
