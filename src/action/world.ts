/** What every command of the Action gets, and how a mistake ends the step. */
import * as core from "@actions/core";
import { failed } from "../end.ts";
import type { ActionInputs } from "../inputs/action.ts";
import { failureReason, publish } from "../publish/publish.ts";

export interface ActionWorld {
  inputs: ActionInputs;
  /** With the hub's token under its usual name. */
  env: NodeJS.ProcessEnv;
  /** GitHub's; empty: nothing is sent there. */
  token: string;
  signal: AbortSignal;
}

/** Wrong input, a set-up that failed, or a bug: told in summary, outputs and log. */
export async function atEnd(error: unknown): Promise<void> {
  const end = failed(error);
  await publish(end, { core, commentId: "", comment: null });
  core.setFailed(failureReason(end) ?? "inferrs-bench failed.");
}
