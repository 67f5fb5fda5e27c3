/**
 * A script as the steps in which it is played: which bytes, when, and what they bear. Pure: the
 * server performs them on a socket, tests turn them into a recording without one.
 */
import type { Segment } from "../../drive/types.ts";
import { fillIn, type GoldenScript, type Send, tokensOf } from "./script.ts";

/** What some bytes bear. `token`: a token was made and nothing is sent for it. */
export interface Mark {
  kind: "headers" | "event" | "answer" | "reasoning" | "token" | "end";
  tokens: number;
}

export type PlayStep =
  | { kind: "wait"; ms: number }
  | { kind: "silent" }
  | {
      kind: "send";
      bytes: Buffer;
      mark: Mark;
      /** The bytes go out in pieces that end here. */
      cut?: readonly number[] | undefined;
      /** They go out together with the next. */
      hold?: boolean | undefined;
    }
  /** Bytes without a mark, as fast as the socket takes them. */
  | { kind: "pour"; bytes: Buffer };

/** Between the pieces of bytes that are cut. */
export const GAP_MS = 2;
const POURED_AT_ONCE = 1 << 20;

/** The body, step by step; without end where the script has none. */
export function* stepsOf(script: GoldenScript): Generator<PlayStep> {
  const { newline, head } = script;
  const lines = /ndjson/.test(head.headers["content-type"] ?? "");
  const encode = (data: unknown): Buffer => {
    const text = typeof data === "string" ? data : JSON.stringify(data);
    return Buffer.from(lines ? `${text}\n` : `data: ${text}${newline}${newline}`);
  };
  const made = { count: 0 };
  for (const send of script.sends) yield* stepsOfSend(send, encode, made);
}

function* stepsOfSend(
  send: Send,
  encode: (data: unknown) => Buffer,
  made: { count: number },
): Generator<PlayStep> {
  if ("wait" in send) yield { kind: "wait", ms: send.wait };
  else if ("raw" in send) {
    const tokens = send.bears === undefined ? 0 : tokensOf(send.bears).length;
    made.count += tokens;
    const mark: Mark = { kind: tokens > 0 ? "answer" : "event", tokens };
    yield { kind: "send", bytes: Buffer.from(send.raw), mark, cut: send.cut, hold: send.hold };
  } else if ("fill" in send) {
    const piece = Buffer.alloc(POURED_AT_ONCE, "x");
    yield { kind: "pour", bytes: Buffer.from('data: {"choices":[{"delta":{"content":"') };
    for (let left = send.fill; left > 0; left -= piece.length) {
      yield { kind: "pour", bytes: piece.subarray(0, left) };
    }
    yield { kind: "pour", bytes: Buffer.from('"}}]}\n\n') };
  } else if ("forever" in send) {
    for (let index = 0; ; index++) {
      yield { kind: "wait", ms: send.every };
      const data = fillIn(send.forever, `w${index} `, ++made.count);
      yield { kind: "send", bytes: encode(data), mark: { kind: "answer", tokens: 1 } };
    }
  } else if ("chunks" in send) yield* stepsOfRun(send, encode, made);
  else {
    const mark: Mark = { kind: "event", tokens: 0 };
    yield { kind: "send", bytes: encode(send.data), mark, cut: send.cut, hold: send.hold };
  }
}

function* stepsOfRun(
  send: Extract<Send, { chunks: unknown }>,
  encode: (data: unknown) => Buffer,
  made: { count: number },
): Generator<PlayStep> {
  for (const [index, chunk] of send.chunks.entries()) {
    if (index > 0) yield { kind: "wait", ms: send.every };
    const texts = tokensOf(chunk);
    made.count += texts.length;
    if (chunk === "") {
      yield { kind: "silent" };
      continue;
    }
    const mark: Mark = { kind: send.reasoning ? "reasoning" : "answer", tokens: texts.length };
    const bytes = encode(fillIn(send.data, texts.join(""), made.count));
    yield { kind: "send", bytes, mark, cut: send.cut, hold: send.hold.includes(index) };
  }
}

/** A body as a reader would record it from a server that is never late. */
export interface Recording {
  segments: Segment[];
  /** What it bears: when, and after how many bytes of the body it is whole. */
  marks: (Mark & { tNs: number; atByte: number })[];
}

/** @param mostBytes a body that is longer breaks off there, at the end of a step */
export function recordingOf(script: GoldenScript, mostBytes: number): Recording {
  const { segments, marks }: Recording = { segments: [], marks: [] };
  let held: { bytes: Buffer; mark: Mark | null }[] = [];
  let tNs = 0;
  let dueNs = 0;
  let sent = 0;
  const flush = (cut: readonly number[]) => {
    const all = Buffer.concat(held.map(({ bytes }) => bytes));
    const at = [0, ...cut.filter((byte) => byte < all.length), all.length];
    for (const [index, end] of at.slice(1).entries()) {
      if (index > 0) tNs += GAP_MS * 1e6;
      segments.push({ tNs, bytes: all.subarray(at[index], end) });
    }
    for (const { bytes, mark } of held) {
      sent += bytes.length;
      if (mark !== null) marks.push({ ...mark, tNs, atByte: sent });
    }
    held = [];
  };
  for (const step of stepsOf(script)) {
    if (step.kind === "wait") tNs = dueNs = Math.max(dueNs + step.ms * 1e6, tNs);
    else if (step.kind === "silent") marks.push({ kind: "token", tokens: 1, tNs, atByte: sent });
    else if (step.kind === "pour") {
      held.push({ bytes: step.bytes, mark: null });
      flush([]);
    } else {
      held.push(step);
      if (!step.hold) flush(step.cut ?? []);
    }
    if (sent >= mostBytes) break;
  }
  if (held.length > 0) flush([]);
  return { segments: segments.filter(({ bytes }) => bytes.length > 0), marks };
}
