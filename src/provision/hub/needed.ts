/** Which files of a repository inferrs needs. Pure. Read in inferrs 9535ae3, `hub.rs`. */

/** A file as the hub lists it. */
export interface RepoFile {
  path: string;
  bytes: number;
  /** The blob's name: SHA-256 of an LFS file, git's SHA-1 of another. */
  digest: string;
}

const INDEX = "model.safetensors.index.json";
const WEIGHTS = "model.safetensors";
const REQUIRED = ["config.json", "tokenizer.json"];
/** inferrs reads the first; the others are small and belong to what later versions may read. */
const OPTIONAL = [
  "tokenizer_config.json",
  "generation_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
  "chat_template.json",
];

export type Needed =
  | { kind: "safetensors"; small: string[]; index: string | null; weights: string[] }
  /** Config and tokenizer come from another repository, or from this one. */
  | { kind: "gguf"; file: string; small: string[] }
  | { kind: "nothing"; missing: string };

/**
 * @param paths all files of the repository
 * @param ggufFile asked for by the user; then inferrs loads that file whatever else there is
 */
export function neededFiles(paths: readonly string[], ggufFile: string | null): Needed {
  const has = new Set(paths);
  const small = [...REQUIRED, ...OPTIONAL].filter((path) => has.has(path));
  const gguf = paths.filter((path) => path.endsWith(".gguf") && !path.includes("mmproj"));
  if (ggufFile !== null) {
    return has.has(ggufFile)
      ? { kind: "gguf", file: ggufFile, small }
      : { kind: "nothing", missing: ggufFile };
  }
  if (!has.has("config.json")) {
    const file = preferredGguf(gguf);
    return file === null
      ? { kind: "nothing", missing: "config.json, and no .gguf file either" }
      : { kind: "gguf", file, small };
  }
  if (!has.has("tokenizer.json")) return { kind: "nothing", missing: "tokenizer.json" };
  if (has.has(WEIGHTS)) return { kind: "safetensors", small, index: null, weights: [WEIGHTS] };
  if (has.has(INDEX)) return { kind: "safetensors", small, index: INDEX, weights: [] };
  return { kind: "nothing", missing: `${WEIGHTS} or ${INDEX}` };
}

/** Config and tokenizer alone, of the repository that a GGUF file was made from. */
export function tokenizerFiles(paths: readonly string[]): Needed {
  const missing = REQUIRED.find((path) => !paths.includes(path));
  if (missing !== undefined) return { kind: "nothing", missing };
  const small = [...REQUIRED, ...OPTIONAL].filter((path) => paths.includes(path));
  return { kind: "safetensors", small, index: null, weights: [] };
}

/** As inferrs picks: Q4_K, Q5_K, Q6_K, Q8_0, else the first. */
export function preferredGguf(paths: readonly string[]): string | null {
  for (const pattern of [/q4_k|q4k/i, /q5_k|q5k/i, /q6_k|q6k/i, /q8_0|q8-0/i]) {
    const found = paths.find((path) => pattern.test(path));
    if (found !== undefined) return found;
  }
  return paths[0] ?? null;
}

/** The shards that an index names. @returns null when it is no index */
export function shardsOf(index: string): string[] | null {
  try {
    const { weight_map: map } = JSON.parse(index) as { weight_map?: unknown };
    if (typeof map !== "object" || map === null) return null;
    const shards = Object.values(map).filter((each) => typeof each === "string");
    return [...new Set(shards)].sort();
  } catch {
    return null;
  }
}
