/** What the steps share: whom they ask, what they have learned, and whether there is anybody left to ask. */
import type { Compat } from "../result.ts";
import type { Answer, Asker } from "./asker.ts";
import type { ProviderTarget } from "./providers.ts";

/** How a call to an offered tool came back. */
export type CallForm = "structured" | "text" | "none" | "refused" | "unknown";

export interface Learned {
  /** Flags that this server needs, each seen to be needed. */
  compat: Compat;
  calls: CallForm;
  /** Whether it counts tokens: in a plain reply, in a stream that asks for it. Null: not asked. */
  usage: { plain: boolean | null; stream: boolean | null };
}

export interface Walk {
  asker: Asker;
  /** The config's; null: there is none. */
  target: ProviderTarget | null;
  learned: Learned;
  /** Longest that writing a step's reply should take, ms. */
  replyMs: number;
  /** Longest wait for a model that is still being loaded, ms. */
  loadWaitMs: number;
  /** Why nothing more can be asked; null: all is well. */
  over: string | null;
}

export function newLearned(): Learned {
  return { compat: {}, calls: "unknown", usage: { plain: null, stream: null } };
}

/** The config's flags and what was learned beyond them. */
export function compatOf(walk: Walk): Compat {
  return { ...walk.target?.compat, ...walk.learned.compat };
}

/** The field that limits a reply, as OpenClaw would name it. */
export function limited(walk: Walk, maxTokens: number): Record<string, number> {
  const field =
    compatOf(walk).maxTokensField === "max_tokens" ? "max_tokens" : "max_completion_tokens";
  return { [field]: maxTokens };
}

/** A request that was refused for its form got an answer; one that broke off may have ended the server. */
export async function lookAfter(walk: Walk, answer: Answer): Promise<void> {
  const { end } = answer.exchange;
  if (walk.asker.gaveUpOn !== null) {
    walk.over = `the server may still be at work on ${walk.asker.gaveUpOn}, which was given up`;
    return;
  }
  if (end.kind === "closed" || end.kind === "capped") return;
  // A process that dies takes a moment to let go of its port.
  await new Promise((resolve) => setTimeout(resolve, LETTING_GO_MS));
  const again = await walk.asker.get("/health");
  if (again.exchange.status === null) walk.over = "the server is gone";
}

const LETTING_GO_MS = 500;

/** The form was taken: what the model then said is another question. */
export function formTaken(answer: Answer): boolean {
  return ["pass", "empty-reply", "tool-call-as-text"].includes(answer.finding.kind);
}
