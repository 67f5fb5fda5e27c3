/** What can be found wrong with inferrs's source before anything starts, without the network. */
import { existsSync } from "node:fs";
import { freeBytes } from "../../host/disk.ts";
import { sha256Of } from "../../host/hash.ts";
import { InputError } from "../../inputs/error.ts";
import { bytes } from "../../report/format.ts";
import { findExecutable } from "../executable.ts";
import { describeBuild } from "../ref/describe.ts";
import { cachedVersions, cacheRoot, entryDir } from "./cache.ts";
import { missing } from "./from-cache.ts";
import { serverUrl } from "./http.ts";
import { assetFor } from "./platform.ts";
import { resolveDefault } from "./provision.ts";
import { describeSpec, type InferrsSpec, shownUrl, urlVersion } from "./spec.ts";
import type { FetchWorld } from "./world.ts";

type Here = Pick<FetchWorld, "env" | "cwd" | "offline" | "platform" | "table">;

/**
 * @returns where inferrs comes from, the default decided, and that in words for the plan
 * @throws InputError for a path that is none, or a file with another digest than the user's
 * @throws SetupError where there is no release for this machine, or offline and not in the cache
 */
export async function checkInferrs(
  given: InferrsSpec,
  sha256: string | null,
  here: Here,
): Promise<{ spec: InferrsSpec; text: string }> {
  const spec = await resolveDefault(given, here);
  switch (spec.kind) {
    case "default":
    case "path":
      if (spec.kind === "path") await checkFile(spec.path, sha256, here);
      return { spec, text: `inferrs (${describeSpec(spec)})` };
    case "latest": {
      const asset = assetFor(here.platform);
      const root = cacheRoot(here.env);
      if (here.offline && (await cachedVersions(root, here.platform.arch)).length === 0) {
        throw missing("a release of inferrs", root);
      }
      const text = here.offline ? "the newest in the cache" : "the newest release";
      return {
        spec,
        text: `inferrs, ${text}${here.offline ? "" : await fromWhere(asset, null, here)}`,
      };
    }
    case "version": {
      const asset = assetFor(here.platform);
      const size = here.table.releases[spec.version]?.assets[asset]?.bytes ?? null;
      const cached = requireCached(spec.version, `inferrs ${spec.version}`, here);
      const where = cached ? ", from the cache" : await fromWhere(asset, size, here);
      return { spec, text: `inferrs ${spec.version}${where}` };
    }
    case "url": {
      const what = shownUrl(spec.url);
      const cached = sha256 !== null && requireCached(urlVersion(sha256), what, here);
      return { spec, text: `inferrs from ${cached ? "the cache, of " : ""}${what}` };
    }
    case "built":
      return { spec, text: describeBuild(spec, here.env) };
  }
}

async function checkFile(path: string, sha256: string | null, { env, cwd }: Here): Promise<void> {
  const found = await findExecutable(path, env, cwd);
  if (sha256 === null) return;
  const actual = await sha256Of(found);
  if (actual === sha256) return;
  throw new InputError({
    input: "--inferrs-sha256",
    value: sha256,
    expected: `the SHA-256 of ${found}, which is ${actual}`,
    mend: "Of a path it is the executable's own digest. Correct it, or leave it out.",
  });
}

/** @throws SetupError offline, when it isn't there */
function requireCached(version: string, what: string, { env, offline, platform }: Here): boolean {
  const root = cacheRoot(env);
  const there = existsSync(entryDir(root, version, platform.arch));
  if (offline && !there) throw missing(what, root);
  return there;
}

async function fromWhere(asset: string, size: number | null, { env }: Here): Promise<string> {
  const free = freeBytes(cacheRoot(env));
  const much = size === null ? "size not known yet" : bytes(size);
  return `: ${asset} from ${new URL(serverUrl(env)).host} unless it is cached (${much}; ${bytes(free)} free on disk)`;
}
