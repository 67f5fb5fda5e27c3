/** What a difference between two variants is, and of which options it is a consequence. Pure. */

export interface VariantDifference {
  what: string;
  base: string;
  head: string;
  /** Options of which it is a consequence, each by its name without dashes. */
  follows: readonly string[];
  /** Figures depend on it; else it is only shown. */
  decides: boolean;
}

/** Options that choose the executable; `ref` is built by `build`. */
export const ENGINE = ["inferrs", "inferrs-sha256", "ref", "build", "engine", "base-url"];
/** Options that say which kind of engine it is. */
export const KINDS = ["engine", "base-url", "inferrs", "ref", "sim"];
export const MODEL = ["model", "revision", "gguf-file", "tokenizer-source"];
export const CLIENT = ["openclaw-version", "openclaw-config", "setting", "compat", "include"];
