/** `run` and `demo`: read inputs, run, publish, and only then fail the step. */
import { resolve } from "node:path";
import * as core from "@actions/core";
import { context, getOctokit } from "@actions/github";
import { type BenchEnd, bench } from "../bench.ts";
import { writeKept } from "../history-files.ts";
import { DEFAULT_OUT_DIR, measuredEnvironment } from "../inputs/action.ts";
import { refuseStrangers } from "../inputs/strangers.ts";
import type { CacheEntry } from "../provision/hub/cache-entry.ts";
import { checker } from "../publish/checker.ts";
import { commenter } from "../publish/commenter.ts";
import { keepInBranch } from "../publish/history/in-branch.ts";
import { withoutLogCommands } from "../publish/log-guard.ts";
import { actionsModelCache } from "../publish/model-cache.ts";
import { failureReason, publish } from "../publish/publish.ts";
import { headCommitOf } from "../publish/pull-request.ts";
import type { ActionWorld } from "./world.ts";

const SETUP_FAILED = 3;

const TARGET_WARNING =
  "pull_request_target: this job has the base's token and caches, and what it measures is the base's own code, or else a stranger's beside that token. Measure on pull_request and post with command: publish (docs/forks.md).";

export async function measure(world: ActionWorld): Promise<void> {
  const { inputs, env, token, signal } = world;
  const { raw, comment, commentId } = inputs;
  const { stdout, stderr } = process;
  const { eventName: event, payload } = context;
  // Before anything is started or fetched here.
  refuseStrangers({ runner: env.RUNNER_ENVIRONMENT, event, payload }, inputs.allowForkCode);
  if (event === "pull_request_target") core.warning(TARGET_WARNING);
  const modelCache = inputs.cacheModel ? actionsModelCache(core) : null;
  const out = typeof raw.out === "string" ? raw.out : DEFAULT_OUT_DIR;
  // Before anything is started: the post step finds there what a killed run left behind.
  core.saveState("out-dir", resolve(out));
  const host = { env: measuredEnvironment(env), cwd: process.cwd(), stdout, stderr, signal };
  const githubToken = token === "" ? null : token;
  const end = await withoutLogCommands(core.info, (listening) => {
    // @actions/cache masks its signed links by commands.
    const models = modelCache && {
      ...modelCache,
      restore: (entry: CacheEntry, stop: AbortSignal) =>
        listening(() => modelCache.restore(entry, stop)),
    };
    return bench(raw, { ...host, githubToken, modelCache: models, entry: "action" });
  });
  const post = commenter({ context, getOctokit, token, commentId, signal });
  const check = checker({ context, getOctokit, token, id: commentId, signal });
  const history = historyKeeper(end, world);
  await publish(end, {
    core,
    commentId,
    comment: comment === "never" ? null : post,
    when: comment,
    commit: headCommitOf(context),
    check,
    history,
  });
  // After a failed set-up the quantized file is not there, and an entry can't be changed later.
  if (!signal.aborted && end.exitCode !== SETUP_FAILED) await modelCache?.save();
  const reason = failureReason(end);
  if (reason !== null) core.setFailed(reason);
}

/** Null where no history is kept in a branch, or there is nothing to keep. */
function historyKeeper({ result, historyBranch, outDir }: BenchEnd, world: ActionWorld) {
  if (!historyBranch || result === null) return null;
  const { branch, keepDays: days } = historyBranch;
  const { signal, token } = world;
  return async () => {
    const keep = { nowMs: Date.now(), days };
    const told = await keepInBranch(result, { context, getOctokit, token, branch, keep, signal });
    writeKept(outDir, result, told.kept);
    return told;
  };
}
