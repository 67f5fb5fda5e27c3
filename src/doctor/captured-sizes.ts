/** Sizes of the prompts that the user's own client was seen to send, by rungs. Pure. */
import { type PromptSize, sizeKey } from "../analyze/remedies/climb.ts";
import type { Rung } from "../analyze/remedies/rungs.ts";

/** Sizes by rungs; null where such a prompt was not captured, nor one that differs by nothing. */
export class CapturedSizes {
  readonly #bodies = new Map<string, string>();
  readonly #ladder: readonly Rung[];
  #tokensPerByte: number | null = null;

  constructor(ladder: readonly Rung[]) {
    this.#ladder = ladder;
  }

  /** As configured; null: it was not captured. */
  get body(): string | null {
    return this.#bodies.get("") ?? null;
  }

  add(rungs: readonly string[], body: string): void {
    this.#bodies.set(sizeKey(this.#ladder, rungs), body);
  }

  learn(tokensPerByte: number): void {
    this.#tokensPerByte = tokensPerByte;
  }

  of(rungs: readonly string[]): PromptSize | null {
    const key = sizeKey(this.#ladder, rungs);
    const body = this.#bodies.get(key) ?? this.#asGood(key);
    if (body === undefined) return null;
    const bytes = Buffer.byteLength(body);
    const each = this.#tokensPerByte;
    return { bytes, tokens: each === null ? null : Math.ceil(bytes * each) };
  }

  /** A captured one with more rungs, of which those that are more save nothing. */
  #asGood(key: string): string | undefined {
    const wanted = key.split(",");
    for (const [other, body] of this.#bodies) {
      const ids = other.split(",");
      if (ids.at(-1) !== wanted.at(-1) || wanted.some((id) => !ids.includes(id))) continue;
      if (ids.filter((id) => !wanted.includes(id)).every((id) => this.#isVain(ids, id)))
        return body;
    }
    return undefined;
  }

  #isVain(ids: readonly string[], id: string): boolean {
    const at = ids.indexOf(id);
    const before = this.#bodies.get(ids.slice(0, at).join());
    const after = this.#bodies.get(ids.slice(0, at + 1).join());
    return before !== undefined && after !== undefined && after.length >= before.length;
  }
}
