/** What is asked for, and what is there in the end. */
import type { CacheEntry, ModelCache } from "./cache-entry.ts";
import type { HubClient } from "./fetch.ts";
import type { RepoDir } from "./layout.ts";
import type { RepoFile } from "./needed.ts";
import type { ResolvedRepo } from "./repo.ts";
import type { Room } from "./room.ts";

export interface ModelRequest {
  id: string;
  revision: string;
  ggufFile: string | null;
  tokenizerSource: string | null;
  /** What inferrs makes of safetensors, beside them; null or not given: nothing. */
  quantization?: string | null;
}

/** A file of a repository that inferrs needs. */
export interface Wanted {
  repo: RepoDir;
  resolved: ResolvedRepo;
  file: RepoFile;
}

/** What of one repository is needed. */
export interface FoundRepo {
  repo: RepoDir;
  resolved: ResolvedRepo;
  wanted: Wanted[];
}

/** What has been found out of a model before anything big of it is fetched. */
export interface FoundModel {
  request: ModelRequest;
  /** The model's own first; then the one of its tokenizer. */
  repos: [FoundRepo, ...FoundRepo[]];
  ggufFile: string | null;
  entry: CacheEntry;
  room: Room;
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
