/** The inferrs executable, wherever it comes from, with its provenance: first found, then fetched. */
import { basename } from "node:path";
import { SetupError } from "../../inputs/error.ts";
import type { EngineSource } from "../../result.ts";
import { findExecutable } from "../executable.ts";
import { buildCommit } from "../ref/build.ts";
import { expectedDigest } from "./digests.ts";
import { fetchRelease } from "./fetch.ts";
import { type FoundInferrs, sourceOf } from "./found.ts";
import { fromCache } from "./from-cache.ts";
import { Http } from "./http.ts";
import { executableName } from "./platform.ts";
import { latest, release } from "./release.ts";
import { type InferrsSpec, shownUrl, urlVersion } from "./spec.ts";
import type { FetchWorld } from "./world.ts";

export interface ProvisionedInferrs {
  executable: string;
  source: EngineSource;
}

/**
 * Finds out which it is and whether it is there; asks, but downloads nothing.
 *
 * @param sha256 what the user says the archive's digest is (of a path: the file's, checked elsewhere)
 * @throws SetupError when it can't be had
 */
export async function lookUpInferrs(
  spec: InferrsSpec,
  sha256: string | null,
  world: FetchWorld,
): Promise<FoundInferrs> {
  return await unlessStopped(world, async () => {
    const decided = await resolveDefault(spec, world);
    switch (decided.kind) {
      case "default":
      case "path": {
        const path = decided.kind === "path" ? decided.path : "inferrs";
        return { kind: "file", executable: await findExecutable(path, world.env, world.cwd) };
      }
      case "latest":
        return await latest(sha256, world);
      case "version":
        return await release(decided.version, null, sha256, world);
      case "url":
        return await byUrl(decided.url, sha256, world);
      case "built":
        return { kind: "to-build", spec: decided };
    }
  });
}

/**
 * Fetches what was found and isn't there yet.
 *
 * @throws SetupError when it can't be had, or isn't what it must be
 */
export async function fetchInferrs(
  found: FoundInferrs,
  world: FetchWorld,
): Promise<ProvisionedInferrs> {
  if (found.kind === "file") return { executable: found.executable, source: { kind: "path" } };
  if (found.kind === "to-build") {
    const { path, build } = found.spec;
    const { name: ref, hash: commit } = build.commit;
    const note = world.note ?? ((line, passing) => (passing ? undefined : world.say(line)));
    const executable = await buildCommit(build, path, { ...world, note });
    return { executable, source: { kind: "built", ref, commit, command: build.command } };
  }
  const entry =
    found.kind === "cached"
      ? found.entry
      : await unlessStopped(world, () => fetchRelease(found.wanted, world));
  return { executable: entry.executable, source: sourceOf(found.origin, entry.record) };
}

async function unlessStopped<T>(world: FetchWorld, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
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

async function byUrl(url: string, sha256: string | null, world: FetchWorld): Promise<FoundInferrs> {
  const what = shownUrl(url);
  const expected = expectedDigest(what, { table: null, api: null, user: sha256 });
  const version = urlVersion(expected.sha256);
  const origin = { kind: "url", url: what } as const;
  const entry = await fromCache(version, null, [expected.sha256], what, world);
  if (entry !== null) return { kind: "cached", what, entry, origin };
  const asset = basename(new URL(url).pathname);
  const executable = executableName(world.platform.os);
  const assets = { [asset]: expected.sha256 };
  const base = { what, version, url, asset, executable, tag: null, commit: null, expected, assets };
  const announcedBytes = await sizeByUrl(url, world);
  return { kind: "wanted", wanted: { ...base, bytes: null, announcedBytes }, origin };
}

/** Not every server tells it, and a signed link may be for GET alone. */
async function sizeByUrl(url: string, world: FetchWorld): Promise<number | null> {
  const http = new Http(world);
  try {
    return await http.size(url, world.signal);
  } finally {
    await http.close();
  }
}
