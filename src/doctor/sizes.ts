/** How large a turn's prompt is on each rung: captured from the user's own client where it is there, else by our own prompts. */
import type { PromptSize } from "../analyze/remedies/climb.ts";
import type { Rung } from "../analyze/remedies/rungs.ts";
import { SetupError } from "../inputs/error.ts";
import type { Compat } from "../result.ts";
import { CapturedSizes } from "./captured-sizes.ts";
import type { ClientSteps } from "./client-steps.ts";
import { combinationsOf } from "./combinations.ts";
import { ScriptedSizes, SIZES_FROM } from "./scripted-sizes.ts";

export interface CaptureFrom {
  client: ClientSteps;
  /** Flags that the server needs. */
  compat: Compat;
  signal: AbortSignal;
  onCapture(rungs: readonly string[]): void;
}

export class TurnSizes {
  readonly #scripted: ScriptedSizes;
  readonly #captured: CapturedSizes;
  readonly #from: CaptureFrom | null;
  #left: string[][];

  /**
   * @param configured the flags in force as configured
   * @param from null: there is no client to capture from
   */
  constructor(ladder: readonly Rung[], configured: Compat, from: CaptureFrom | null) {
    this.#scripted = new ScriptedSizes(ladder, configured);
    this.#captured = new CapturedSizes(ladder);
    this.#from = from;
    this.#left = combinationsOf(ladder).slice(1);
  }

  /** Before anything else: the turn as configured. */
  async capture(): Promise<void> {
    await this.#capture([[]]);
  }

  /** Every rung, once. Not while all is well: each takes the client's time. */
  async captureRungs(): Promise<void> {
    const left = this.#captured.body === null ? [] : this.#left;
    this.#left = [];
    await this.#capture(left);
  }

  get areCaptured(): boolean {
    return this.#captured.body !== null;
  }

  /** In words. */
  get from(): string {
    return this.areCaptured ? "captured from your OpenClaw" : SIZES_FROM;
  }

  /** The turn's request as configured. */
  bodyFor(modelId: string): string {
    return this.#captured.body ?? this.#scripted.bodyOf([], modelId);
  }

  learn(tokensPerByte: number): void {
    this.#scripted.learn(tokensPerByte);
    this.#captured.learn(tokensPerByte);
  }

  of(rungs: readonly string[]): PromptSize | null {
    return this.areCaptured ? this.#captured.of(rungs) : this.#scripted.of(rungs);
  }

  /** Settings that the client doesn't take have no size; a client that can't be started tells it by its own steps. */
  async #capture(combinations: readonly string[][]): Promise<void> {
    if (this.#from === null || combinations.length === 0) return;
    const { client, compat, signal, onCapture } = this.#from;
    try {
      for (const rungs of combinations) {
        if (signal.aborted) break;
        onCapture(rungs);
        this.#captured.add(rungs, await client.bodyOf(rungs, compat));
      }
    } catch (error) {
      if (!(error instanceof SetupError) && !signal.aborted) throw error;
    } finally {
      await client.rest();
    }
  }
}
