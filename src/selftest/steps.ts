/** The self-test's steps as data, and in words. Pure. */
import { OUTCOMES } from "../analyze/outcomes.ts";
import { plain } from "../report/escape.ts";
import { VERIFIED_BY } from "../report/ran.ts";
import type { OutcomeKind, ResultVariant } from "../result.ts";

export const STEP_IDS = [
  "device-present",
  "executable",
  "start",
  "device-seen",
  "chat",
  "memory",
  "stop",
  "kill",
  "cleanup",
] as const;
export type StepId = (typeof STEP_IDS)[number];

export interface SelfTestStep {
  id: StepId;
  status: "pass" | "fail" | "skipped";
  outcome: { kind: OutcomeKind; evidence: string; remedy: string | null };
}

export function passed(id: StepId, evidence: string): SelfTestStep {
  return { id, status: "pass", outcome: { kind: "pass", evidence, remedy: null } };
}

/** @param remedy where it isn't mended by what the table of outcomes says of its kind */
export function failed(
  id: StepId,
  kind: OutcomeKind,
  evidence: string,
  remedy: string | null = OUTCOMES[kind].remedy,
): SelfTestStep {
  return { id, status: "fail", outcome: { kind, evidence, remedy } };
}

export function skipped(id: StepId, evidence: string): SelfTestStep {
  return { id, status: "skipped", outcome: { kind: "not-run", evidence, remedy: null } };
}

/** All of them, in order: what no step has come to was not run. */
export function complete(steps: readonly SelfTestStep[]): SelfTestStep[] {
  return STEP_IDS.map(
    (id) => steps.find((step) => step.id === id) ?? skipped(id, "an earlier step failed"),
  );
}

/** Which executable it is, where it comes from and who vouched for it. */
export function identityWords({ version, sha256, source }: ResultVariant["engine"]): string {
  const words = [`version ${version ?? "not told"}`];
  if (sha256 !== null) words.push(`SHA-256 ${sha256}`);
  if (source?.kind === "path") words.push("a file of the user's");
  if (source?.kind === "release")
    words.push(`release ${source.version}, verified by ${VERIFIED_BY[source.verifiedBy]}`);
  if (source?.kind === "url")
    words.push(`from ${source.url}, verified by the digest that was given`);
  return words.join(", ");
}

const WHAT: Record<StepId, string> = {
  executable: "the engine's executable",
  "device-present": "the device that was asked for",
  start: "an engine start with a small model",
  "device-seen": "the device that it serves on",
  chat: "a small chat",
  memory: "where the memory figures come from",
  stop: "asked to end, nothing of it is left",
  kill: "killed, nothing of it is left",
  cleanup: "the work folder is gone",
};

/** One line, and a second one with what mends a failure. */
export function renderStep({ id, status, outcome }: SelfTestStep): string {
  const kind = status === "fail" ? ` (${outcome.kind})` : "";
  const line = `${status.padEnd(7)}  ${WHAT[id]}${kind}: ${plain(outcome.evidence)}`;
  return outcome.remedy === null ? line : `${line}\n         What mends it: ${outcome.remedy}`;
}
