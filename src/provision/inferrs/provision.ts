/** The inferrs executable, wherever it comes from, with its provenance. */
import { basename } from "node:path";
import { SetupError } from "../../inputs/error.ts";
import type { EngineSource } from "../../result.ts";
import { findExecutable } from "../executable.ts";
import { expectedDigest } from "./digests.ts";
import { fetchRelease } from "./fetch.ts";
import { fromCache } from "./from-cache.ts";
import { executableName } from "./platform.ts";
import { latest, release } from "./release.ts";
import { type InferrsSpec, shownUrl, urlVersion } from "./spec.ts";
import type { FetchWorld } from "./world.ts";

export interface ProvisionedInferrs {
  executable: string;
  source: EngineSource;
}

/**
 * @param sha256 what the user says the archive's digest is (of a path: the file's, checked elsewhere)
 * @throws SetupError when it can't be had, or isn't what it must be
 */
export async function provisionInferrs(
  spec: InferrsSpec,
  sha256: string | null,
  world: FetchWorld,
): Promise<ProvisionedInferrs> {
  try {
    switch (spec.kind) {
      case "default":
        return await provisionInferrs(await resolveDefault(spec, world), sha256, world);
      case "path": {
        const executable = await findExecutable(spec.path, world.env, world.cwd);
        return { executable, source: { kind: "path" } };
      }
      case "latest":
        return await latest(sha256, world);
      case "version":
        return await release(spec.version, null, sha256, world);
      case "url":
        return await byUrl(spec.url, sha256, world);
    }
  } catch (error) {
    if (world.signal.aborted) throw new SetupError("stopped while inferrs was fetched");
    throw error;
  }
}

/** `inferrs` on PATH where there is one, else the newest release. */
export async function resolveDefault(
  spec: InferrsSpec,
  { env, cwd }: Pick<FetchWorld, "env" | "cwd">,
): Promise<InferrsSpec> {
  if (spec.kind !== "default") return spec;
  return await findExecutable("inferrs", env, cwd).then(
    () => ({ kind: "path", path: "inferrs" }),
    () => ({ kind: "latest" }),
  );
}

async function byUrl(
  url: string,
  sha256: string | null,
  world: FetchWorld,
): Promise<ProvisionedInferrs> {
  const what = shownUrl(url);
  const expected = expectedDigest(what, { table: null, api: null, user: sha256 });
  const asset = basename(new URL(url).pathname);
  const version = urlVersion(expected.sha256);
  const executable = executableName(world.platform.os);
  const entry =
    (await fromCache(version, null, [expected.sha256], what, world)) ??
    (await fetchRelease(
      { what, version, url, asset, executable, tag: null, commit: null, bytes: null, expected },
      world,
    ));
  const { archiveSha256 } = entry.record;
  return {
    executable: entry.executable,
    source: { kind: "url", url: what, assetSha256: archiveSha256 },
  };
}
