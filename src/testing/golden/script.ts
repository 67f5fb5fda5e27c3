/**
 * A golden script: what a server says to one request, as data, with the figures that are true of it.
 * A folder of such files (JSON5) is a corpus; docs/accuracy.md tells how to add one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import JSON5 from "json5";
import { z } from "zod";
import { OUTCOME_KINDS, OUTPUT_SOURCES, PROMPT_SOURCES } from "../../result.ts";

/**
 * The tokens of a chunk: one text is one token; a list is a chunk of several tokens; "" is a token
 * without text, which sends no chunk of its own.
 */
const tokens = z.union([z.string(), z.array(z.string()).min(1)]);

const sendSource = z.union([
  /** Waits this many ms after the send before. */
  z.strictObject({ wait: z.number().nonnegative() }),
  /** Bytes as they are; `\n` is not replaced. */
  z.strictObject({
    raw: z.string(),
    cut: z.array(z.int().positive()).optional(),
    hold: z.boolean().optional(),
    /** Raw bytes that bear tokens: which ones, so that the truth of the times is known. */
    bears: tokens.optional(),
  }),
  /** One event (or one line of JSON); `cut` splits its bytes, `hold` sends it along with the next. */
  z.strictObject({
    data: z.unknown(),
    cut: z.array(z.int().positive()).optional(),
    hold: z.boolean().optional(),
  }),
  /**
   * A run of chunks that bear tokens, one every `every` ms. In `data`, "%s" is the chunk's text and
   * "%n" the number of tokens so far.
   */
  z.strictObject({
    chunks: z.array(tokens).min(1),
    every: z.number().nonnegative(),
    data: z.unknown(),
    /** Reasoning comes before the answer and isn't part of it. */
    reasoning: z.boolean().default(false),
    /** Every chunk is cut at these bytes. */
    cut: z.array(z.int().positive()).optional(),
    /** These go out with the next one, as a server's buffer does. */
    hold: z.array(z.int().nonnegative()).default([]),
  }),
  /** One event whose text is this many bytes long. */
  z.strictObject({ fill: z.int().positive() }),
  /** The data, again and again every `every` ms, until the client hangs up. */
  z.strictObject({ forever: z.unknown(), every: z.number().nonnegative() }),
]);

export const goldenScriptSchema = z.strictObject({
  title: z.string(),
  asks: z
    .strictObject({
      /** `stream` and `plain` ask /v1/chat/completions, `ollama` streams /api/chat. */
      route: z.enum(["stream", "plain", "ollama"]).default("stream"),
      /** A file of `scenarios/`. */
      scenario: z.string().default("chat"),
      maxTokens: z.int().positive().default(40),
      /** Longest silence, seconds. */
      timeout: z.number().positive().default(20),
    })
    .prefault({}),
  head: z
    .strictObject({
      status: z.int().default(200),
      headers: z.record(z.string(), z.string()).default({ "content-type": "text/event-stream" }),
      /** `none`: the connection ends before any header. */
      framing: z.enum(["chunked", "length", "close", "none"]).default("chunked"),
    })
    .prefault({}),
  /** What goes between the lines of an event. */
  newline: z.enum(["\n", "\r\n", "\r"]).default("\n"),
  sends: z.array(sendSource),
  /**
   * `close`: as HTTP wants it; `cut`: the connection is closed without the last HTTP chunk; `reset`:
   * a TCP reset; `stall`: nothing more, for ever.
   */
  end: z.enum(["close", "cut", "reset", "stall"]).default("close"),
  /**
   * The reply to the same request with `stream: false`: made of the tokens of `sends` up to the
   * limit asked for. `usage: false`: it has no count either. `null`: it answers 404.
   */
  plain: z
    .strictObject({
      usage: z.boolean().default(true),
      /** Tokens that the stream dropped: the whole reply has them. */
      chunks: z.array(tokens).optional(),
    })
    .nullable()
    .default({ usage: true }),
  truth: z.strictObject({
    outcome: z.enum(OUTCOME_KINDS),
    text: z.string().nullable().default(null),
    reasoning: z.string().default(""),
    toolCalls: z.array(z.strictObject({ name: z.string(), arguments: z.string() })).default([]),
    prompt: z.int().nonnegative().nullable().default(null),
    promptSource: z.enum(PROMPT_SOURCES).nullable().default(null),
    output: z.number().nonnegative().nullable().default(null),
    outputSource: z.enum(OUTPUT_SOURCES).nullable().default(null),
    /** False: the stream doesn't tell it, and a figure would be a guess. */
    decode: z.boolean().default(true),
    /** A part of the evidence that a failure must show. */
    evidence: z.string().optional(),
  }),
});

export type GoldenScript = z.infer<typeof goldenScriptSchema> & { name: string };
export type Send = GoldenScript["sends"][number];

/** Prompt tokens that every plain reply and usage of the corpus counts. */
export const GOLDEN_PROMPT_TOKENS = 23;

/**
 * Reads every script of a folder, by name.
 * @throws Error that names the file and what is wrong in it
 */
export function readCorpus(folder: string): GoldenScript[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json5"));
  return files.sort().map((file) => {
    const path = join(folder, file);
    try {
      const script = goldenScriptSchema.parse(JSON5.parse(readFileSync(path, "utf8")));
      return { ...script, name: basename(file, ".json5") };
    } catch (cause) {
      throw new Error(`${path}: ${(cause as Error).message}`, { cause });
    }
  });
}

/** The tokens of a chunk, one text each. */
export function tokensOf(chunk: string | readonly string[]): readonly string[] {
  return typeof chunk === "string" ? [chunk] : chunk;
}

/** Every token of the reply, in order. */
export function allTokens(script: GoldenScript): { text: string; reasoning: boolean }[] {
  return script.sends.flatMap((send) => {
    if ("bears" in send && send.bears !== undefined) {
      return tokensOf(send.bears).map((text) => ({ text, reasoning: false }));
    }
    if (!("chunks" in send)) return [];
    return send.chunks.flatMap((chunk) =>
      tokensOf(chunk).map((text) => ({ text, reasoning: send.reasoning })),
    );
  });
}

/** The data with "%s" and "%n" put in. */
export function fillIn(data: unknown, text: string, count: number): unknown {
  if (data === "%n") return count;
  if (typeof data === "string") return data.replaceAll("%s", text);
  if (Array.isArray(data)) return data.map((each) => fillIn(each, text, count));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, fillIn(value, text, count)]),
  );
}
