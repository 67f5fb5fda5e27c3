/** What is asked without streaming, and when that ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { known, plain, streamed, textOf, unanswered } from "../testing/calibration.ts";
import { callOf, plainOf } from "../testing/calls.ts";
import { countTokens, openQuestion, type PlainReply } from "./calibrate.ts";
import type { Call } from "./metrics.ts";

type Server = (limit: number | null, variation: number) => PlainReply;

interface Learned {
  answers: PlainReply[];
  streams: [number, Call][];
}

/** Asks all that is open of a stream, and gives the limits in order and what was learned. */
function askAll(call: Call, server: Server, before?: Learned, variation = 0, index = 0) {
  const asked: (number | null)[] = [];
  const answers = before?.answers ?? [];
  const streams: Learned["streams"] = [...(before?.streams ?? []), [variation, call]];
  for (;;) {
    const calibration = known(answers, ...streams);
    const open = openQuestion(call, index, variation, calibration);
    if (open === null) {
      return { asked, answers, streams, tokens: countTokens(call, index, variation, calibration) };
    }
    assert.ok(asked.length < 20, "it never ends");
    asked.push(open.limit);
    answers.push(server(open.limit, variation));
  }
}

/** Streams ten tokens in bundles of these sizes; answers plain requests with the same words. */
function bundles(sizes: number[], over: object = {}) {
  let made = 0;
  const chunks = sizes.map((size, index): [number, string] => {
    const text = textOf(made + size).slice(textOf(made).length);
    made += size;
    return [50 + 10 * index, text];
  });
  return streamed(0, { chunks, usage: { completion_tokens: 10 }, ...over });
}
const counting: Server = (limit, variation) =>
  plain(textOf(limit ?? 10), limit ?? 10, { limit, variation });

test("a stream that counts itself, a chunk for each token, is asked nothing", () => {
  const call = streamed(10, { usage: { completion_tokens: 10 } });
  assert.deepEqual(askAll(call, counting).asked, []);
  const ended = streamed(9, { usage: { completion_tokens: 10 }, finish: [150, "stop"] });
  assert.deepEqual(askAll(ended, counting).asked, []);
});

test("what isn't a stream, or streamed nothing, is asked nothing", () => {
  assert.equal(openQuestion(callOf(plainOf("Hi")), 0, 0, known([])), null);
  assert.equal(openQuestion(streamed(0), 0, 0, known([])), null);
});

test("a stream without a count is asked once for the whole reply, and the next one not again", () => {
  const first = askAll(streamed(10), counting);
  assert.deepEqual(first.asked, [null]);
  assert.deepEqual([first.tokens.output, first.tokens.first], [10, 1]);
  assert.deepEqual(askAll(streamed(10), counting, first, 2).asked, []);
});

test("a reply whose count is unknown is asked for again with its own prompt", () => {
  const stop = streamed(4, { finish: [150, "stop"] });
  const first = askAll(streamed(10), counting);
  const ends: Server = (limit, variation) => plain(textOf(4), 5, { limit, variation });
  const second = askAll(stop, ends, first, 2);
  assert.deepEqual(second.asked, [null]);
  assert.equal(second.tokens.output, 5);
});

test("the first bundle's size is learned by ever longer replies, and tried first the next time", () => {
  const first = askAll(bundles([3, 4, 3]), counting);
  assert.deepEqual(first.asked, [null, 1, 2, 3]);
  assert.equal(first.tokens.first, 3);
  // Bundles are known by now: the whole reply would tell nothing new.
  const second = askAll(bundles([3, 3, 4]), counting, first, 2);
  assert.deepEqual(second.asked, [3]);
  assert.equal(second.tokens.first, 3);
  const other = askAll(bundles([2, 4, 4]), counting, second, 3);
  assert.deepEqual(other.asked, [3, 1, 2]);
  assert.equal(other.tokens.first, 2);
});

test("the ladder ends: at eight tokens, below the whole reply, and after one failure", () => {
  const never: Server = (limit, variation) => plain("another", limit ?? 10, { limit, variation });
  const unmatched = askAll(bundles([9, 1]), never);
  assert.deepEqual(unmatched.asked, [null, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(unmatched.tokens.first, null);
  const short = bundles([2, 2], { usage: { completion_tokens: 4 } });
  assert.deepEqual(askAll(short, never).asked, [null, 1, 2, 3]);
  assert.deepEqual(askAll(bundles([3, 7]), unanswered).asked, [null, 1]);
});

test("a server that counts nowhere is asked once: its short replies would tell nothing either", () => {
  const nowhere: Server = (limit, variation) =>
    plain(textOf(limit ?? 10), null, { limit, variation });
  const stop = { finish: [150, "stop"] as [number, string] };
  const call = streamed(7, stop);
  const { asked, tokens } = askAll(call, nowhere);
  assert.deepEqual(asked, [null]);
  assert.deepEqual([tokens.output, tokens.outputSource], [7, "chunks"]);
  assert.deepEqual(askAll(call, unanswered).asked, [null]);
  // Where only the stream counts, the first short reply shows that they are of no use.
  assert.deepEqual(askAll(bundles([3, 7]), nowhere).asked, [null, 1]);
});

test("a single chunk, or one that counts itself, needs no ladder", () => {
  assert.deepEqual(askAll(bundles([10]), counting).asked, [null]);
  const told = bundles([3, 7], { counts: [3, 10] });
  assert.deepEqual(askAll(told, counting).asked, [null]);
});

test("later calls of a turn are counted whole, and have no rate that needs a ladder", () => {
  const server: Server = (limit, variation) => {
    const reply = counting(limit, variation);
    return { ...reply, calls: [...reply.calls, ...reply.calls] };
  };
  assert.deepEqual(askAll(bundles([3, 7]), server, undefined, 0, 1).asked, [null]);
});
