/** What the steps come to, in plain words. Pure. */
import { gb } from "../analyze/fit/words.ts";
import type { Recommendation } from "../result.ts";
import type { DoctorStep, StepId } from "./steps.ts";
import type { CallForm } from "./walk-state.ts";

/** Of a turn as the config has it. */
export interface TurnNeed {
  /** Null: not known. */
  memoryBytes: number | null;
  budgetBytes: number | null;
  fits: boolean | null;
}

export interface Facts {
  steps: readonly DoctorStep[];
  calls: CallForm;
  turn: TurnNeed | null;
  /** Null: nothing must be changed, or nothing mends it. */
  recommendation: Recommendation | null;
  /** Why nothing mends it; null where something does, or nothing is broken. */
  because: string | null;
  /** A turn of the real client passed with what is recommended. */
  confirmed: boolean;
}

export interface Conclusion {
  /** At least a chat works, with what is recommended. */
  works: boolean;
  tools: "work" | "chat-only" | "unknown";
  /** One sentence each. */
  sentences: string[];
}

export function conclude(facts: Facts): Conclusion {
  const step = (id: StepId) => facts.steps.find((each) => each.id === id);
  const answers = [step("chat"), step("streaming")].some((each) => each?.status === "pass");
  if (!answers) return broken(facts);
  const { recommendation, turn, because } = facts;
  const tools = toolsOf(facts);
  const sentences = [headline(facts, tools)];
  const need = needOf(turn);
  if (need !== null) sentences.push(need);
  const models = step("models");
  if (models?.status === "fail") {
    sentences.push(models.outcome.meaning);
  }
  if (because !== null) sentences.push(because);
  if (recommendation !== null) {
    const tried = facts.confirmed ? "a turn of OpenClaw passed with it" : "foretold, not tried";
    sentences.push(`Least costly fix (${tried}): ${recommendation.because}`);
  } else if (because === null) sentences.push(fine(facts));
  return { works: because === null, tools, sentences };
}

function broken({ steps }: Facts): Conclusion {
  const first = steps.find((each) => each.status === "fail");
  const why = first === undefined ? "Nothing could be asked." : first.outcome.meaning;
  const remedy = first?.outcome.remedy ?? null;
  const sentences = [`It doesn't work: ${why.charAt(0).toLowerCase()}${why.slice(1)}`];
  if (remedy !== null) sentences.push(`What mends it: ${remedy}`);
  return { works: false, tools: "unknown", sentences };
}

function toolsOf({ calls, recommendation, because }: Facts): Conclusion["tools"] {
  if (calls === "text" || calls === "refused" || recommendation?.toolsKept === false) {
    return "chat-only";
  }
  return calls === "structured" && because === null ? "work" : "unknown";
}

function headline({ calls, recommendation, because }: Facts, tools: Conclusion["tools"]): string {
  if (because !== null) return "It answers small requests, but an agent's turn doesn't work.";
  if (calls === "text") {
    return "Works for chat only: the model's tool calls come back as text, which OpenClaw doesn't run.";
  }
  if (calls === "refused") return "Works for chat only: the server refuses requests with tools.";
  if (tools === "chat-only") return "Works for chat only: a turn with tools doesn't fit here.";
  const changed = recommendation === null ? "" : ", with the settings below";
  if (tools === "work") return `Works with tools${changed}.`;
  if (calls === "none") {
    return `Works${changed}, and takes tools; the model did not call the one that it was offered, so how a call comes back was not seen.`;
  }
  return `Works for chat${changed}; whether tools work could not be told.`;
}

function needOf(turn: TurnNeed | null): string | null {
  if (turn === null || turn.memoryBytes === null || turn.budgetBytes === null) return null;
  const need = gb(turn.memoryBytes);
  const have = gb(turn.budgetBytes);
  return turn.fits === false
    ? `As configured a turn needs about ${need} and you have ${have}.`
    : `As configured a turn needs about ${need} of the ${have} that it may use.`;
}

function fine({ confirmed, turn }: Facts): string {
  if (confirmed) return "Nothing must be changed: a turn of OpenClaw passed as configured.";
  return turn?.fits === true
    ? "Nothing must be changed, as far as small requests and the fit tell."
    : "Nothing must be changed, as far as small requests tell.";
}
