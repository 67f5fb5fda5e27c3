/** The Action's entry: read inputs, run, publish, and only then fail the step. */
import { resolve } from "node:path";
import * as core from "@actions/core";
import { context, getOctokit } from "@actions/github";
import { bench } from "./bench.ts";
import { failed } from "./end.ts";
import {
  DEFAULT_OUT_DIR,
  measuredEnvironment,
  readActionInputs,
  splitActionInputs,
} from "./inputs/action.ts";
import { commenter } from "./publish/commenter.ts";
import { withoutLogCommands } from "./publish/log-guard.ts";
import { failureReason, publish } from "./publish/publish.ts";

// A cancelled job gets SIGINT, after 7.5 s SIGTERM, and 2.5 s later there is no process left.
const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => interrupt.abort(name));
}

async function main(): Promise<void> {
  const { signal } = interrupt;
  const token = core.getInput("github-token");
  if (token !== "") core.setSecret(token);
  try {
    const { raw, comment, commentId } = splitActionInputs(readActionInputs(core.getInput));
    const { stdout, stderr, env } = process;
    const out = typeof raw.out === "string" ? raw.out : DEFAULT_OUT_DIR;
    // Before anything is started: the post step finds there what a killed run left behind.
    core.saveState("out-dir", resolve(out));
    const host = { env: measuredEnvironment(env), cwd: process.cwd(), stdout, stderr, signal };
    const entry = { entry: "action", githubToken: token === "" ? null : token } as const;
    const end = await withoutLogCommands(core.info, () => bench(raw, { ...host, ...entry }));
    const post = commenter({ context, getOctokit, token, commentId, signal });
    await publish(end, { core, commentId, comment: comment ? post : null });
    const reason = failureReason(end);
    if (reason !== null) core.setFailed(reason);
  } catch (error) {
    const end = failed(error);
    await publish(end, { core, commentId: "", comment: null });
    core.setFailed(failureReason(end) ?? "inferrs-bench failed.");
  }
}

void main();
