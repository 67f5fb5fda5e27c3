/** A replay of what the client refuses to send. */
import type { JournalEvent } from "../../journal/events.ts";

type Attempt = JournalEvent & { type: "attempt" };

/** Nothing was sent: the client's words are all that there is. */
export function refusedAttempt(
  words: string,
): Pick<Attempt, "exchanges" | "loggedPromptTokens" | "exit" | "silentCpuMs" | "peak" | "turns"> {
  return {
    ...{ exchanges: [], loggedPromptTokens: [], exit: null, silentCpuMs: null, peak: null },
    turns: [
      {
        ...{ driver: "gateway", turn: 0, beganNs: 0, endedNs: 0, answeredNs: null, exitCode: null },
        ...{ status: null, reply: null, errorLines: [], toolsRun: [], unmet: [], stopped: null },
        error: { kind: "reply", message: words },
      },
    ],
  };
}
