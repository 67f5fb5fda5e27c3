/** Fetches an artifact's archive into memory. The token goes to the API alone. */
import { createHash } from "node:crypto";
import { SetupError } from "../../inputs/error.ts";
import { broken, RequestFailed } from "../../provision/inferrs/failure.ts";
import { type Answer, apiUrl, Http, networkFailure } from "../../provision/inferrs/http.ts";
import { backOffMs } from "../../provision/net/patience.ts";
import type { PullPlace } from "../find-pull.ts";
import { type RefusalWords, reasonOf, retryDelayMs } from "../github-errors.ts";
import { type RetryLimits, withRetries } from "../github-retry.ts";
import type { Artifact } from "./artifacts.ts";

/** Of one archive: a result and its journal have a few MB. */
export const MOST_ARCHIVE_BYTES = 20 * 1024 * 1024;

export type Downloaded = { kind: "archive"; bytes: Buffer } | { kind: "refused"; reason: string };

export interface DownloadWorld {
  env: NodeJS.ProcessEnv;
  userAgent: string;
  signal: AbortSignal;
  limits?: Partial<RetryLimits>;
}

/**
 * The API answers with a signed address on another host, which is good for a minute: each try asks for
 * a new one, and sends no token there.
 * https://docs.github.com/rest/actions/artifacts#download-an-artifact
 *
 * @returns `refused` with a reason for whatever GitHub or the archive is at fault, never an error
 * @throws InputError for a proxy that is none; Error only for a mistake in this program
 */
export async function download(
  place: PullPlace,
  artifact: Artifact,
  world: DownloadWorld,
): Promise<Downloaded> {
  const { bytes: size } = artifact;
  if (size > MOST_ARCHIVE_BYTES) return tooLarge(`${Math.ceil(size / 1024 / 1024)} MiB`);
  const http = new Http({
    ...{ env: world.env, userAgent: world.userAgent, token: null },
    limits: { headersMs: 30_000, stretchMs: 30_000 },
  });
  try {
    const end = await withRetries((each) => attempt(place, artifact, http, world.env, each), {
      signal: world.signal,
      limits: { requestMs: 60_000, totalMs: 300_000, ...world.limits },
      delayMs: (failure, tries, nowMs) =>
        // A run's last artifact is not always there at once.
        failure.kind === "answered" && failure.status === 404
          ? backOffMs(tries)
          : retryDelayMs(failure, tries, nowMs),
    });
    if (end.kind === "done") return end.value;
    if (end.kind === "interrupted") return { kind: "refused", reason: "the run was interrupted" };
    return { kind: "refused", reason: reasonOf(end.failure, REFUSED) };
  } catch (error) {
    if (error instanceof SetupError) return { kind: "refused", reason: error.message };
    throw error;
  } finally {
    await http.close();
  }
}

const REFUSED: RefusalWords = {
  forbidden: 'the token may not read artifacts; give the job "permissions: actions: read"',
  missing: "the artifact is gone, or the token can't see it",
  refused: "the artifact was not given",
};

async function attempt(
  { octokit, owner, repo }: PullPlace,
  { id, digest }: Artifact,
  http: Http,
  env: NodeJS.ProcessEnv,
  signal: () => AbortSignal,
): Promise<Downloaded> {
  const { headers } = await octokit.rest.actions.downloadArtifact({
    ...{ owner, repo, artifact_id: id, archive_format: "zip" },
    request: { redirect: "manual", signal: signal() },
  });
  const { location } = headers;
  if (location === undefined || !URL.canParse(location)) {
    return { kind: "refused", reason: "GitHub didn't say where the artifact lies" };
  }
  if (apiUrl(env).startsWith("https:") && !location.startsWith("https:")) {
    return { kind: "refused", reason: "the artifact lies at an address that is not encrypted" };
  }
  const answer = await fromStorage(http, location, signal());
  const bytes = await upTo(answer, MOST_ARCHIVE_BYTES);
  if (bytes === null) return tooLarge("more than it was said to have");
  const own = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (digest !== null && digest !== own) throw broken("the archive came damaged");
  return { kind: "archive", bytes };
}

/** A refusal of the storage is none of GitHub's API: its signature may have been too old. */
async function fromStorage(http: Http, url: string, signal: AbortSignal): Promise<Answer> {
  try {
    return await http.get(url, {}, signal);
  } catch (error) {
    if (!(error instanceof RequestFailed) || error.failure.kind === "no-answer") throw error;
    throw broken(`the storage of artifacts says ${error.failure.status}`, { cause: error });
  }
}

/** Null: there is more. */
async function upTo({ body }: Answer, most: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      bytes += part.length;
      // Leaving the loop ends the connection.
      if (bytes > most) return null;
      parts.push(part);
    }
  } catch (error) {
    throw networkFailure(error);
  }
  return Buffer.concat(parts);
}

function tooLarge(size: string): Downloaded {
  const most = MOST_ARCHIVE_BYTES / 1024 / 1024;
  return {
    kind: "refused",
    reason: `its archive has ${size}, and ${most} MiB at most are fetched`,
  };
}
