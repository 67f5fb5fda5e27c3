/** What pins an engine. */

import { toText } from "../analyze/sse.ts";
import { MeasuringClient } from "../drive/client.ts";
import { modelsIn } from "../engine/ready.ts";
import type { EngineSpec } from "../plan/types.ts";
import type { Identity } from "../provision/executable.ts";
import type { FoundInferrs } from "../provision/inferrs/found.ts";
import { knownDigests, readTable } from "../provision/inferrs/table.ts";
import type { LockedEngine } from "./schema.ts";

/**
 * @param found before anything was fetched, or after: an archive that was fetched since is what it
 *   had to be
 * @param identity of a file that is there
 */
export function lockInferrs(found: FoundInferrs, identity: Identity | null): LockedEngine {
  if (found.kind === "to-build") {
    const { commit, command } = found.spec.build;
    return { kind: "built", commit: commit.hash, command };
  }
  if (found.kind === "file") {
    if (identity === null) throw new Error("a file is always identified");
    const { sha256, version } = identity;
    return { kind: "path", executableSha256: sha256, version };
  }
  const { origin } = found;
  const of =
    found.kind === "wanted"
      ? { ...found.wanted, sha256: found.wanted.expected.sha256 }
      : { ...found.entry.record, sha256: found.entry.record.archiveSha256 };
  if (origin.kind === "url") return { kind: "url", url: origin.url, archiveSha256: of.sha256 };
  const { version } = origin;
  const known = readTable().releases[version];
  const assets = {
    ...(known === undefined ? of.assets : knownDigests(known)),
    [of.asset]: of.sha256,
  };
  return { kind: "release", version, tag: of.tag ?? version, commit: of.commit, assets };
}

const ANSWER_MS = 5_000;

/** A server that somebody else has started: what it says of itself is all that there is. */
export async function lockServer(
  engine: EngineSpec & { kind: "external" },
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<LockedEngine> {
  const key = engine.apiKeyEnv === null ? null : (env[engine.apiKeyEnv] ?? null);
  const client = new MeasuringClient(engine.baseUrl, key);
  const ask = { method: "GET", path: "/v1/models", body: null, step: 0, kind: "get" } as const;
  const answer = await client.send(
    { ...ask, stream: false },
    { timeoutMs: ANSWER_MS, signal, keepBodies: false, attemptStart: process.hrtime.bigint() },
  );
  await client.close();
  const there = answer.status === 200;
  const { server } = answer.headers;
  return {
    kind: "external",
    pinned: false,
    reason: "a server that was started elsewhere: nobody here can tell which files it runs",
    models: there ? modelsIn(toText(answer.segments)).models.sort() : null,
    headers: there && server !== undefined ? { server } : {},
  };
}
