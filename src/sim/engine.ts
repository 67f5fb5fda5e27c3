/**
 * The simulated engine: one request at a time, first come first served, none given up when its
 * client goes away. The pace is kept by absolute deadlines, so that late wake-ups don't add up.
 */
import type { Knobs } from "./knobs.ts";
import { fatalTokens, type Memory } from "./memory.ts";
import { normalOf, randomOf } from "./random.ts";

/** How a generation ended. */
export interface Timing {
  kind: "done" | "failed" | "truncated";
  prefillMs: number;
  decodeMs: number;
  /** Tokens made. */
  count: number;
}

export interface Work {
  promptTokens: number;
  replyTokens: number;
  /** Tokens `from` up to, not with, `to` are due now; more than one when the machine was late. */
  onTokens: (from: number, to: number) => void;
}

export class Engine {
  readonly #knobs: Knobs;
  readonly #memory: Memory;
  readonly #luck: number;
  #tail: Promise<unknown> = Promise.resolve();
  #admitted = 0;

  constructor(knobs: Knobs, memory: Memory) {
    this.#knobs = knobs;
    this.#memory = memory;
    this.#luck = Math.exp(knobs.luck * normalOf(`luck ${lifeOf(knobs)}`));
  }

  /** Counts a request that came in, and says what becomes of it before it reaches the queue. */
  admit(): { request: number; flakes: boolean; crashes: boolean } {
    const request = this.#admitted++;
    const { flake } = this.#knobs;
    const crashAfter = this.#knobs["crash-after"];
    return {
      request,
      flakes: randomOf(`flake ${lifeOf(this.#knobs)} ${request}`)() < flake,
      crashes: crashAfter !== null && request >= crashAfter,
    };
  }

  /** Whether a prompt of this length is one that never gets an answer. */
  hangs(promptTokens: number): "no" | "role" | "headers" {
    const { hang } = this.#knobs;
    const above = this.#knobs["hang-above"];
    if (above !== null) return promptTokens <= above ? "no" : hang === "none" ? "role" : hang;
    return hang === "none" ? "no" : hang;
  }

  /** Runs when all that came before is done. */
  generate(request: number, work: Work): Promise<Timing> {
    const result = this.#tail.then(() => this.#run(request, work));
    this.#tail = result.catch(() => {});
    return result;
  }

  async #run(request: number, { promptTokens, replyTokens, onTokens }: Work): Promise<Timing> {
    const knobs = this.#knobs;
    const begun = performance.now();
    const speed =
      this.#luck * Math.exp(knobs.noise * normalOf(`noise ${lifeOf(knobs)} ${request}`));
    const prefillMs = (tokens: number) => (1000 * tokens) / (knobs["prefill-speed"] * speed);
    const stepMs =
      knobs.crawl === null ? 1000 / (knobs["decode-speed"] * speed) : knobs.crawl * 1000;

    const fatal = fatalTokens(promptTokens, knobs);
    const hangs = this.hangs(promptTokens) !== "no";
    this.#memory.begin(fatal ?? promptTokens, hangs);
    if (hangs) await new Promise(() => {});
    if (fatal !== null) {
      await until(begun + prefillMs(fatal));
      this.#memory.die(promptTokens);
    }
    const decodeFrom = begun + prefillMs(promptTokens);
    const { kind, count } = this.#ending(replyTokens);
    if (count === 0) await until(decodeFrom);
    for (let made = 0; made < count; ) {
      await until(decodeFrom + made * stepMs);
      const behind = Math.floor((performance.now() - decodeFrom) / Math.max(stepMs, 1e-6));
      const to = Math.min(count, Math.max(made, behind) + 1);
      onTokens(made, to);
      made = to;
    }
    const ended = performance.now();
    this.#memory.end(ended - begun);
    return {
      kind,
      count,
      prefillMs: decodeFrom - begun,
      decodeMs: Math.max(0, ended - decodeFrom),
    };
  }

  #ending(replyTokens: number): { kind: Timing["kind"]; count: number } {
    const errorAfter = this.#knobs["error-after"];
    const truncateAfter = this.#knobs["truncate-after"];
    if (errorAfter !== null && errorAfter < replyTokens)
      return { kind: "failed", count: errorAfter };
    if (truncateAfter !== null && truncateAfter < replyTokens)
      return { kind: "truncated", count: truncateAfter };
    return { kind: "done", count: replyTokens };
  }
}

/** What tells one life from another: all its randomness follows from it. */
function lifeOf({ seed, start, variant }: Knobs): string {
  return variant === null ? `${seed} ${start}` : `${seed} ${start} ${variant}`;
}

/** Longest wait that a timer takes. */
const MAX_WAIT_MS = 2 ** 30;

/** Waits for a time of `performance.now()`; returns at once, but not in the same turn, if it's past. */
async function until(deadline: number): Promise<void> {
  for (;;) {
    const left = deadline - performance.now();
    if (left < 0.5) return new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, Math.min(MAX_WAIT_MS, Math.round(left))));
  }
}
