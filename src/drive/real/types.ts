/** What is recorded of a turn of the real client. Bytes and times: what they mean is worked out later. */

export type TurnKind = "scripted" | "replayed" | "real";

/** How a turn was driven. */
export type TurnDriver = "gateway" | "agent" | "infer";

export interface ClientTurn {
  driver: TurnDriver;
  /** Index of the scenario's turn. */
  turn: number;
  /** When the turn was handed to the client and when its answer was complete, ns since the attempt began. */
  beganNs: number;
  endedNs: number;
  /** The first byte of the client's answer, ns since the attempt began; null: none. */
  answeredNs: number | null;
  /** The client's own process or HTTP reply. */
  exitCode: number | null;
  status: number | null;
  /** What it answered, shortened; null where it gave none. The user's own text only with --keep-bodies. */
  reply: string | null;
  /** What it says went wrong: kind and words; null where it says nothing. */
  error: { kind: string | null; message: string } | null;
  /** Lines of its stderr or log that tell of an error, shortened, without secrets. */
  errorLines: string[];
  /** Tools that the client ran, by its own account. */
  toolsRun: { name: string; ok: boolean | null }[];
  /** Which of the scenario's expectations were not met, in words. */
  unmet: string[];
  /**
   * We stopped the client: the engine died or the guard fired, the time was over, the run was
   * stopped, or it had sent the same again and again and had got no answer.
   */
  stopped: "engine-died" | "timeout" | "run-stopped" | "retries" | null;
  /** Bytes of its answer's text; absent: unknown. */
  replyBytes?: number;
}
