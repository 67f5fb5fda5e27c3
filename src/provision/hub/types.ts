/** What is asked for, and what is there in the end. */
import type { CacheEntry, ModelCache } from "./cache-entry.ts";
import type { HubClient } from "./fetch.ts";

export interface ModelRequest {
  id: string;
  revision: string;
  ggufFile: string | null;
  tokenizerSource: string | null;
  /** What inferrs makes of safetensors, beside them; null or not given: nothing. */
  quantization?: string | null;
}

export interface HubFile {
  path: string;
  bytes: number;
  sha256: string;
}

/** What of one repository is in the cache now. */
export interface EnsuredRepo {
  id: string;
  revision: string;
  commit: string;
  files: HubFile[];
}

export interface EnsuredModel extends EnsuredRepo {
  /** The one GGUF file that is served; null: safetensors. */
  ggufFile: string | null;
  /** Where config and tokenizer of a GGUF file come from. */
  tokenizer: EnsuredRepo | null;
  entry: CacheEntry;
}

export interface EnsureContext {
  client: HubClient;
  /** This tool's own cache folder. */
  ownCache: string;
  modelCache: ModelCache | null;
  /** A line that the next one of its kind replaces. */
  progress: (line: string) => void;
}
