/** The client's steps, told. Pure. */
import { type Rung, rungsOf } from "../analyze/remedies/rungs.ts";
import { bytes, ms, plural } from "../report/format.ts";
import type { ClientRun } from "./client-steps.ts";
import { type DoctorStep, failed, passed, skipped } from "./steps.ts";

export function clientStep(id: "infer" | "agent", run: ClientRun, sent: string): DoctorStep {
  const { finding, tookMs, requests } = run;
  const largest = run.bytes === 0 ? "" : `, the largest of ${bytes(run.bytes)}`;
  const told = { sent, tookMs, evidence: finding.evidence };
  if (finding.kind === "pass") {
    const came = `answered in ${ms(tookMs)}, after ${plural(requests, "request")}${largest}`;
    return passed(id, { ...told, came });
  }
  const came = finding.evidence ?? finding.kind;
  const remedied = finding.remedy === undefined ? {} : { remedy: finding.remedy };
  return failed(id, finding.kind, { ...told, came, ...remedied });
}

export interface AgentFacts {
  ladder: readonly Rung[];
  turns: readonly { rungs: readonly string[]; run: ClientRun }[];
  /** Why there is no client; null: there is one. */
  noClient: string | null;
  /** It was not sent, because nobody can tell whether it fits. */
  risky: boolean;
  /** Why no rung mends it. */
  because: string | null;
}

/** The last of the turns that were tried decides; the others are named. */
export function agentStep(facts: AgentFacts): DoctorStep {
  const { ladder, turns, noClient, risky, because } = facts;
  if (noClient !== null) return skipped("agent", noClient);
  const last = turns.at(-1);
  if (last !== undefined) {
    const titles = rungsOf(ladder, last.rungs).map(({ title }) => title);
    const how = titles.length === 0 ? "with your config" : `with ${titles.join(", ")}`;
    const before = turns.slice(0, -1).map(({ run }) => run.finding.kind);
    const failures = before.length === 0 ? "" : ` (before that: ${before.join(", ")})`;
    return clientStep("agent", last.run, `openclaw agent, ${how}${failures}`);
  }
  const why = risky
    ? "nothing tells how much memory the server has left, and on a running server no prompt is risked"
    : (because ?? "no turn is known to fit");
  return skipped("agent", why);
}
