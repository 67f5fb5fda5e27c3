/** What has been found out of an inferrs before anything of it is downloaded. */
import { freeBytes } from "../../host/disk.ts";
import { bytes } from "../../report/format.ts";
import type { EngineSource } from "../../result.ts";
import { describeBuild } from "../ref/describe.ts";
import { type CacheEntry, type CacheRecord, cacheRoot } from "./cache.ts";
import type { Wanted } from "./fetch.ts";
import type { InferrsSpec } from "./spec.ts";

/** What the record of an entry doesn't tell. */
export type Origin =
  | { kind: "release"; version: string; inTable: boolean }
  /** Without what may be secret in it. */
  | { kind: "url"; url: string };

export type FoundInferrs =
  | { kind: "file"; executable: string }
  /** Verified again just now. */
  | { kind: "cached"; what: string; entry: CacheEntry & { kind: "good" }; origin: Origin }
  | { kind: "wanted"; wanted: Wanted; origin: Origin }
  /** Not built yet, or not looked at. */
  | { kind: "to-build"; spec: InferrsSpec & { kind: "built" } };

/** Where it comes from, as the result says it. */
export function sourceOf(origin: Origin, record: CacheRecord): EngineSource {
  if (origin.kind === "url") return { ...origin, assetSha256: record.archiveSha256 };
  const { version, inTable } = origin;
  return {
    kind: "release",
    version,
    tag: record.tag ?? version,
    commit: record.commit,
    asset: record.asset,
    assetSha256: record.archiveSha256,
    verifiedBy: inTable ? "table" : record.verifiedBy,
  };
}

/**
 * For the plan: `inferrs 0.0.20260424164259: inferrs-….tar.gz, 25.1 MB to fetch from github.com; …`.
 *
 * @param version as the executable itself says it, where it is there
 */
export function describeFound(
  found: FoundInferrs,
  version: string | null,
  env: NodeJS.ProcessEnv,
): string {
  const says = version === null ? "" : ` (version ${version})`;
  switch (found.kind) {
    case "file":
      return `inferrs${version === null ? "" : ` ${version}`}, the file ${found.executable}: nothing to fetch`;
    case "cached":
      return `${found.what}${says}, cached: nothing to fetch`;
    case "wanted": {
      const { what, asset, url, announcedBytes: size } = found.wanted;
      const { host } = new URL(url);
      const root = cacheRoot(env);
      const much =
        size === null
          ? `to fetch from ${host}, which doesn't tell its size`
          : `${bytes(size)} to fetch from ${host}`;
      return `${what}: ${asset}, ${much}; ${bytes(freeBytes(root))} free in ${root}`;
    }
    case "to-build":
      return describeBuild(found.spec, env);
  }
}
