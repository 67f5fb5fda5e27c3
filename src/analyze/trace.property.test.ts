/** However the network cuts a stream, its trace is the same, and each time is that of the right segment. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { exchangeOf } from "../testing/calls.ts";
import { type GoldenScript, readCorpus } from "../testing/golden/script.ts";
import { recordingOf } from "../testing/golden/steps.ts";
import { type Trace, traceExchange } from "./trace.ts";

/** An endless stream breaks off here. */
const MOST_BYTES = 20_000;
const corpus = readCorpus(join(import.meta.dirname, "../testing/golden/corpus")).filter(
  // A hundred megabytes are the client's test, not the parser's.
  ({ sends }) => !sends.some((send) => "fill" in send),
);

/** Traces the bytes of a script, cut at these places; the n-th segment comes after n ms. */
function traceOf({ head }: GoldenScript, body: Buffer, cuts: readonly number[]): Trace {
  const ends = [...new Set([...cuts, body.length])].sort((a, b) => a - b).filter((end) => end > 0);
  const segments = ends.map((end, index) => ({
    tNs: (index + 1) * 1e6,
    bytes: body.subarray(ends[index - 1] ?? 0, end),
  }));
  const end = { kind: "closed", tNs: 1e12 } as const;
  return traceExchange(exchangeOf({ status: head.status, headers: head.headers, segments, end }));
}

/** What doesn't depend on when the bytes came. */
function timeless(trace: Trace) {
  const { firstEventMs, ttftMs, ttfoMs, e2eMs, totalMs, chunkMs, finishMs, ...rest } = trace;
  const times = { firstEventMs, ttftMs, ttfoMs, e2eMs, totalMs, finishMs };
  const known = Object.entries(times).map(([name, ms]) => [name, ms !== null]);
  return { ...rest, chunks: chunkMs.length, known };
}

for (const script of corpus) {
  test(`any split of ${script.name}`, () => {
    const { segments, marks } = recordingOf(script, MOST_BYTES);
    const body = Buffer.concat(segments.map(({ bytes }) => bytes));
    const whole = traceOf(script, body, []);
    const { truth } = script;
    if (truth.outcome === "pass") assert.equal(whole.text, truth.text);
    // Cut after every byte, the n-th ms is that of the n-th byte: the truth for every other split.
    const everywhere = Array.from({ length: body.length }, (_, at) => at + 1);
    const byByte = traceOf(script, body, everywhere);
    assert.deepEqual(timeless(byByte), timeless(whole));
    // With CR LF the second CR ends the empty line, and with it the event.
    const early = script.newline === "\r\n" ? 1 : 0;
    const bears = marks.filter(({ kind }) => kind === "answer" || kind === "reasoning");
    // inferrs says its own error as one more chunk of text.
    const more = truth.outcome === "stream-error" ? byByte.chunkMs.length : bears.length;
    assert.deepEqual(
      byByte.chunkMs.slice(0, bears.length),
      bears.map(({ atByte }) => atByte - early),
    );
    assert.equal(byByte.chunkMs.length, more);
    if (script.asks.route !== "plain" && !script.sends.some((send) => "raw" in send)) {
      assert.equal(byByte.firstEventMs, marks[0] === undefined ? null : marks[0].atByte - early);
    }
    const answer = bears.find(({ kind }) => kind === "answer");
    if (script.asks.route !== "plain") {
      assert.equal(byByte.ttfoMs, answer === undefined ? null : answer.atByte - early);
      assert.equal(byByte.e2eMs, byByte.chunkMs.at(-1) ?? null);
    }
    const said = body.lastIndexOf('"finish_reason":"');
    if (script.asks.route === "stream" && script.head.status < 400 && said >= 0) {
      const blank = script.newline.repeat(2);
      assert.equal(byByte.finishMs, body.indexOf(blank, said) + blank.length - early);
    }
    fc.assert(
      fc.property(fc.array(fc.nat(body.length), { maxLength: 40 }), (cuts) => {
        const split = traceOf(script, body, cuts);
        assert.deepEqual(timeless(split), timeless(whole));
        const ends = [...new Set([...cuts, body.length])].sort((a, b) => a - b).filter(Boolean);
        const segmentOf = (byte: number | null) =>
          byte === null ? null : ends.findIndex((end) => end >= byte) + 1;
        const { firstEventMs, ttftMs, ttfoMs, e2eMs, chunkMs, finishMs } = byByte;
        assert.deepEqual(split.chunkMs, chunkMs.map(segmentOf));
        if (script.asks.route === "plain" || script.head.status >= 400) return;
        assert.equal(split.firstEventMs, segmentOf(firstEventMs));
        assert.equal(split.ttftMs, segmentOf(ttftMs));
        assert.equal(split.ttfoMs, segmentOf(ttfoMs));
        assert.equal(split.e2eMs, segmentOf(e2eMs));
        assert.equal(split.finishMs, segmentOf(finishMs));
      }),
      { numRuns: 30 },
    );
  });
}

test("the recording of a script has the truth's tokens at the script's times", () => {
  const script = corpus.find(({ name }) => name === "bundles-of-four");
  assert.ok(script);
  const { segments, marks } = recordingOf(script, MOST_BYTES);
  const bears = marks.filter(({ kind }) => kind === "answer");
  assert.equal(
    bears.reduce((sum, { tokens }) => sum + tokens, 0),
    script.truth.output,
  );
  assert.ok(bears.every(({ tNs }) => segments.some((segment) => segment.tNs === tNs)));
  const gaps = bears.slice(1).map(({ tNs }, index) => tNs - (bears[index]?.tNs ?? 0));
  const run = script.sends.find((send) => "chunks" in send);
  assert.ok(run && gaps.every((gap) => gap === run.every * 1e6));
});
