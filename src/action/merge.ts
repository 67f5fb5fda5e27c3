/** `merge`: the results of several jobs become one report, one comment and one exit code. */
import { resolve } from "node:path";
import * as core from "@actions/core";
import { context, getOctokit } from "@actions/github";
import { mergedExitCode } from "../analyze/merged/merged.ts";
import { DEFAULT_OUT_DIR } from "../inputs/action.ts";
import { readFailOn } from "../inputs/options.ts";
import { writeMerged } from "../merged-files.ts";
import { commenter } from "../publish/commenter.ts";
import { headCommitOf } from "../publish/pull-request.ts";
import { tellReported } from "../publish/tell.ts";
import { oneLine } from "../publish/text.ts";
import { readRuns } from "../read-runs.ts";
import { unheard } from "../report/escape.ts";
import { mergedHead } from "../report/merged-words.ts";
import type { ActionWorld } from "./world.ts";

export async function merge(world: ActionWorld): Promise<void> {
  const { inputs, token, signal } = world;
  const { raw, comment, commentId, results, expect } = inputs;
  const failOn = readFailOn(typeof raw["fail-on"] === "string" ? raw["fail-on"] : null);
  const cwd = process.cwd();
  const out = resolve(cwd, typeof raw.out === "string" ? raw.out : DEFAULT_OUT_DIR);
  const found = readRuns({ paths: results, cwd, expect, journals: true });
  const { reported, merged, files } = writeMerged(found, out, (text) =>
    core.warning(oneLine(text, 600)),
  );
  const post = commenter({ context, getOctokit, token, commentId, signal });
  await tellReported(reported, {
    ...{ core, commentId, when: comment, commit: headCommitOf(context), merged, files },
    comment: comment === "never" ? null : post,
  });
  const { sentence, toDo } = mergedHead(reported, merged);
  core.info(unheard(oneLine(`Merged: ${sentence} ${toDo}`, 2000)));
  if (mergedExitCode(merged, failOn) === 0) return;
  core.setFailed(oneLine(merged.exitDetail ?? sentence, 1000));
}
