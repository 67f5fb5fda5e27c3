/** The doctor's steps as data: what was sent, what came, what it means, what mends it. Pure. */
import { OUTCOMES } from "../analyze/outcomes.ts";
import type { OutcomeKind } from "../result.ts";

/** In the order of OpenClaw's guide to troubleshooting. */
export const STEP_IDS = [
  "health",
  "models",
  "chat",
  "content-parts",
  "tools",
  "roles",
  "streaming",
  "usage",
  "fit",
  "infer",
  "agent",
] as const;
export type StepId = (typeof STEP_IDS)[number];

export const TITLES: Record<StepId, string> = {
  health: "is it up and loaded",
  models: "does it serve the config's model",
  chat: "a plain chat",
  "content-parts": "content as a list of parts, as OpenClaw sends it",
  tools: "tools: their schema, and a call",
  roles: "system, tool results and a call without text",
  streaming: "a streamed reply",
  usage: "are tokens counted",
  fit: "does a turn fit",
  infer: "OpenClaw's smallest question (infer model run)",
  agent: "an agent turn of OpenClaw",
};

export interface DoctorStep {
  id: StepId;
  title: string;
  status: "pass" | "fail" | "skipped";
  /** What was asked, in words; null: nothing was sent. */
  sent: string | null;
  /** What came back, or why nothing was asked. */
  came: string;
  /** Of the whole step; null: nothing was sent. */
  tookMs: number | null;
  outcome: {
    kind: OutcomeKind;
    /** The server's own words where it refused. */
    evidence: string | null;
    meaning: string;
    remedy: string | null;
  };
}

export interface Told {
  sent?: string | null;
  came: string;
  tookMs?: number | null;
  evidence?: string | null;
  /** Where it is mended by something else than the table of outcomes says of its kind. */
  remedy?: string | null;
  meaning?: string;
}

export function passed(id: StepId, told: Told): DoctorStep {
  return step(id, "pass", "pass", told);
}

export function failed(id: StepId, kind: OutcomeKind, told: Told): DoctorStep {
  return step(id, "fail", kind, told);
}

/** @param kind `not-run`, unless the reason is a finding of its own (a prompt that doesn't fit) */
export function skipped(id: StepId, why: string, told: Partial<Told> = {}): DoctorStep {
  return step(id, "skipped", "not-run", { ...told, came: why });
}

function step(id: StepId, status: DoctorStep["status"], kind: OutcomeKind, told: Told): DoctorStep {
  const row = OUTCOMES[kind];
  return {
    id,
    title: TITLES[id],
    status,
    sent: told.sent ?? null,
    came: told.came,
    tookMs: told.tookMs ?? null,
    outcome: {
      kind,
      evidence: told.evidence ?? null,
      meaning: told.meaning ?? row.meaning,
      remedy: told.remedy === undefined ? row.remedy : told.remedy,
    },
  };
}

/** All of them in order: what was never come to was not run. */
export function complete(steps: readonly DoctorStep[], why: string): DoctorStep[] {
  return STEP_IDS.map((id) => steps.find((each) => each.id === id) ?? skipped(id, why));
}
