/** The run that this one follows, as the event of GitHub tells it; nothing of its artifact. Pure. */
import { InputError } from "../../inputs/error.ts";
import { type EventPayload, type Head, headOfRun } from "../pull-request.ts";

export interface FollowedRun {
  id: number;
  head: Head;
  /** `success`, `failure`, `cancelled`, …; null: it hasn't ended. */
  conclusion: string | null;
}

/** @throws InputError on any other event, or for a payload that is none of GitHub's */
export function followedRun(eventName: string, payload: EventPayload): FollowedRun {
  const refused = (expected: string, mend: string) =>
    new InputError({ input: "command", value: "publish", expected, mend });
  if (eventName !== "workflow_run") {
    throw refused(
      `a workflow on workflow_run, and this one runs on ${eventName || "no event"}`,
      "It posts what another workflow has measured: docs/forks.md has both.",
    );
  }
  const run = payload.workflow_run as Record<string, unknown> | undefined;
  const head = headOfRun(run);
  const id = run?.id;
  if (head === null || typeof id !== "number" || !Number.isSafeInteger(id) || id < 1) {
    throw refused("an event that names a run and its head", "GitHub writes both: is it a replay?");
  }
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return { id, head, conclusion: text(run?.conclusion) };
}
