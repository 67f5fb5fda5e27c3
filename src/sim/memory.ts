/**
 * The memory that the simulator pretends to use, kept as an account in a file: a sampler reads that
 * in place of the process's own. Nothing is allocated.
 */
import { renameSync, writeFileSync } from "node:fs";
import type { Knobs } from "./knobs.ts";
import { log } from "./log.ts";
import { normalOf } from "./random.ts";

const STEP_TOKENS = 2048;
const PER_TOKEN_BYTES = { linear: 16 * 2 ** 10, quadratic: 56, stepped: 256 * 2 ** 20 };

/** Memory while a prompt of so many tokens is read, in bytes. */
export function memoryFor(tokens: number, knobs: Knobs): number {
  const curve = knobs["memory-curve"];
  const each = knobs["memory-per-token"] ?? PER_TOKEN_BYTES[curve];
  const factor = {
    linear: tokens,
    quadratic: tokens ** 2,
    stepped: Math.ceil(tokens / STEP_TOKENS),
  };
  return Math.round(knobs["memory-base"] + each * factor[curve]);
}

/**
 * The same, with the luck of one prompt: what it takes beyond the model differs from prompt to prompt.
 * @param prompt counts the prompts of this start
 */
export function noisyMemoryFor(tokens: number, knobs: Knobs, prompt: number): number {
  const { seed, start } = knobs;
  const base = knobs["memory-base"];
  const luck = Math.exp(knobs["memory-noise"] * normalOf(`memory ${seed} ${start} ${prompt}`));
  return Math.round(base + (memoryFor(tokens, knobs) - base) * luck);
}

/** How many tokens of the prompt are read when memory runs out; null when it suffices. */
export function fatalTokens(promptTokens: number, knobs: Knobs): number | null {
  const limit = knobs["memory-limit"];
  const tooLong = knobs["die-above"];
  if (tooLong !== null && promptTokens > tooLong) return tooLong;
  if (limit === null || memoryFor(promptTokens, knobs) <= limit) return null;
  let low = 0;
  let high = promptTokens;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (memoryFor(middle, knobs) <= limit) low = middle;
    else high = middle;
  }
  return high;
}

export class Memory {
  readonly #knobs: Knobs;
  readonly #file: string | null;
  #peakBytes = 0;
  #phasePeakBytes = 0;
  #oomKills = 0;
  #prompts = 0;
  #busyMs = 0;
  #busySince: number | null = null;

  constructor(knobs: Knobs, file: string | null) {
    this.#knobs = knobs;
    this.#file = file;
    this.#set(knobs["memory-base"]);
  }

  /** A prompt is being read; an engine that hangs is at work on nothing. */
  begin(promptTokens: number, hangs: boolean): void {
    this.#phasePeakBytes = 0;
    this.#prompts += 1;
    this.#busySince = hangs ? null : Date.now();
    this.#set(noisyMemoryFor(promptTokens, this.#knobs, this.#prompts));
  }

  /** The reply is done: the prompt's memory is free again. */
  end(busyMs: number): void {
    this.#busyMs += busyMs;
    this.#busySince = null;
    this.#set(this.#knobs["memory-base"]);
  }

  /** Dies as a process does that wants more memory than there is. Doesn't return. */
  die(promptTokens: number): never {
    const wanted = memoryFor(promptTokens, this.#knobs);
    const more = wanted - this.#knobs["memory-base"];
    const nonce = this.#knobs.nonce === null ? "" : ` ${this.#knobs.nonce}`;
    this.#oomKills++;
    this.#set(wanted);
    if (this.#knobs["die-by"] === "kill") {
      // A kernel kills without a word; with a nonce, somebody wants to find it in the log.
      if (nonce !== "") log("WARN", "inferrs_sim", `simulated kill at ${wanted} bytes${nonce}`);
      process.kill(process.pid, "SIGKILL");
    } else {
      // The real one's backtrace is long: who reads only the log's end misses the cause.
      const frames = Array.from(
        { length: 30 },
        (_, frame) => `  ${frame}: simulated::frame_${frame}\n`,
      );
      process.stderr.write(`memory allocation of ${more} bytes failed${nonce}\n`);
      process.stderr.write(`stack backtrace:\n${frames.join("")}`);
      process.kill(process.pid, "SIGABRT");
    }
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  }

  #set(rssBytes: number): void {
    this.#peakBytes = Math.max(this.#peakBytes, rssBytes);
    this.#phasePeakBytes = Math.max(this.#phasePeakBytes, rssBytes);
    if (this.#file === null) return;
    const account = {
      rssBytes,
      peakBytes: this.#peakBytes,
      phasePeakBytes: this.#phasePeakBytes,
      prompts: this.#prompts,
      oomKills: this.#oomKills,
      cpuMs: Math.round(this.#busyMs),
      busySince: this.#busySince,
    };
    const draft = `${this.#file}.${process.pid}.tmp`;
    writeFileSync(draft, `${JSON.stringify(account)}\n`);
    renameSync(draft, this.#file);
  }
}
