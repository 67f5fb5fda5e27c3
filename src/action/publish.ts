/** `publish`: the comment of another workflow's run, whose artifact is hostile. */
import * as core from "@actions/core";
import { context, getOctokit } from "@actions/github";
import { toolVersion } from "../host/assets.ts";
import { InputError } from "../inputs/error.ts";
import { serverUrl } from "../provision/inferrs/http.ts";
import { followedRun } from "../publish/other-run/followed-run.ts";
import { type Posted, postOtherRun } from "../publish/other-run/post.ts";
import { outputs } from "../publish/outputs.ts";
import { writeSummary } from "../publish/summary.ts";
import { oneLine } from "../publish/text.ts";
import { md } from "../report/escape.ts";
import type { ActionWorld } from "./world.ts";

export async function publishRun(world: ActionWorld): Promise<void> {
  const { inputs, env, token, signal } = world;
  const run = followedRun(context.eventName, context.payload);
  if (token === "") {
    throw new InputError({
      ...{ input: "github-token", value: "", expected: "the token that writes the comment" },
      mend: "Leave the input out for the job's own.",
    });
  }
  const posted: Posted =
    inputs.comment === "never"
      ? { kind: "nothing", reason: "comment: never", quiet: true, notes: [] }
      : await postOtherRun({
          ...{ ...context.repo, run, env, signal },
          octokit: getOctokit(token),
          artifact: inputs.artifact,
          commentId: inputs.commentId,
          when: inputs.comment,
          serverUrl: serverUrl(env),
          userAgent: `inferrs-bench/${toolVersion()}`,
        });
  await tell(posted);
}

/** Nothing of the artifact becomes an output: its figures are a stranger's word. */
async function tell(posted: Posted): Promise<void> {
  const ended = { exitCode: 0, result: null, outDir: "", files: [], error: null };
  for (const [name, value] of Object.entries(outputs(ended))) core.setOutput(name, value);
  const { notes } = posted;
  const text =
    posted.kind === "posted"
      ? `Comment ${posted.how}: ${oneLine(posted.url, 300)}`
      : `Nothing was posted: ${oneLine(posted.reason, 600)}.`;
  const summary = ["## inferrs-bench publish", md(text), ...notes.map((note) => `- ${md(note)}`)];
  const unwritten = await writeSummary(core.summary, `${summary.join("\n\n")}\n`);
  if (unwritten !== null) core.warning(`No job summary: ${oneLine(unwritten, 300)}`);
  if (posted.kind === "posted" || posted.quiet) core.info(text);
  else core.notice(text, { title: "inferrs-bench: nothing posted" });
  for (const note of notes) core.notice(oneLine(note, 600), { title: "inferrs-bench: publish" });
}
