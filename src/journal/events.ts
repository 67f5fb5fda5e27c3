/**
 * The journal's events: all that happened, in order. Everything else is computed from them, so an
 * event holds what was seen, never what it was taken to mean.
 */
import type { Moment } from "../analyze/moments.ts";
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import type { ClientTurn } from "../drive/real/types.ts";
import type { Exchange } from "../drive/types.ts";
import type { DeviceSeen } from "../engine/device.ts";
import type { EngineExit, GuardMeans, StartFailure } from "../engine/types.ts";
import type { LockedVariant, LockHead } from "../lock/schema.ts";
import type { CellSpec, Plan } from "../plan/types.ts";
import type { Chosen, Memory, Result, ResultVariant, Warning } from "../result.ts";

/** What an attempt is for. Warm-ups are recorded and never counted. */
export type AttemptPhase = "probe" | "calibrate" | "warmup" | "measure";

/** What this tool itself was at during an attempt: when it is late, the figures are. */
export interface ClientLoad {
  /** CPU time that it used, ms. */
  cpuMs: number;
  /** Longest time for which its event loop was kept from running, ms. */
  loopDelayMs: number;
  /** One delay of its event loop in a hundred was longer, ms; absent in journals of before. */
  loopDelayP99Ms?: number;
  /** Share of the time in which its event loop was at work, not waiting; absent in those, too. */
  loopBusy?: number;
  /** How long the attempt took, ms. */
  tookMs: number;
}

export type JournalEvent =
  | {
      type: "run-started";
      at: string;
      tool: { version: string };
      /** As in the Result; absent in older journals: unknown. */
      label?: string | null;
      command?: string[] | null;
      /** The process that writes this journal: while it lives, the folder is its own. */
      owner?: { pid: number; startTime: string | null };
      plan: Plan;
      environment: Result["environment"];
      estimateMs: number | null;
      /** The base OpenClaw config merged with the user's, its secrets already out. */
      openclawConfig: unknown;
      /** What of the lock is known by then; absent in older journals. */
      lock?: LockHead;
    }
  /** `locked`: what pins it; absent in older journals. */
  | { type: "provisioned"; variant: ResultVariant; locked?: LockedVariant }
  | { type: "provision-failed"; variant: string; message: string }
  | {
      type: "start-begun";
      variant: string;
      start: number;
      phase: "probe" | "measure";
      /** In a comparison: the pair that this start belongs to; null or absent: none. */
      pair?: number | null;
      /** The pair is made to see whether head fails again; absent: false. */
      confirming?: boolean;
      /** Rounds that are to be measured in it; absent: the plan's. */
      rounds?: number;
      /** In a pair: the cells that are to be measured in it, also where it then fails. */
      cells?: string[];
    }
  | {
      type: "engine-spawned";
      variant: string;
      start: number;
      pid: number;
      startTime: string | null;
      /** Name of the run's folder below the system's temporary one: a killed run leaves it behind. */
      workDir: string;
      /** Name of its own cgroup; null: none; absent in journals of older versions, as what follows. */
      cgroup?: string | null;
      /** Processes that watch it and are to be ended with it. */
      helpers?: { pid: number; startTime: string | null }[];
      guard?: GuardMeans | null;
    }
  | {
      /** No other run of this tool starts an engine on this machine from now to our end. */
      type: "lock-taken";
      waitedMs: number;
      /** Whom it waited for, at last; null: nobody. */
      holder: number | null;
    }
  | {
      type: "start-ready";
      variant: string;
      start: number;
      readyMs: number;
      servedId: string;
      version: string | null;
      /** What its log says that it chose; absent in older journals. */
      chosen?: Chosen;
      /** On which device it serves; null where nothing says; absent in older journals. */
      device?: DeviceSeen | null;
      /** The longest prompt that it takes, as its log says; absent in older journals. */
      windowTokens?: number | null;
      /** Ports that were taken between check and start; absent in journals of older versions. */
      portsTaken?: number;
    }
  | { type: "start-failed"; variant: string; start: number; failure: StartFailure }
  | {
      type: "attempt";
      phase: AttemptPhase;
      cell: string;
      variant: string;
      start: number;
      /** Counted from 0 within the start; for probes the probe's number. */
      round: number;
      /** Which of the prompts was sent; absent in older journals: 0. */
      variation?: number;
      /** Of a plain request: how many tokens it asked for; null or absent: as many as the stream. */
      limit?: number | null;
      /** When it began, ms since the journal was opened. */
      atMs?: number;
      client?: ClientLoad;
      exchanges: Exchange[];
      /** By step: prompt tokens that the engine's own log gives for the response's id. */
      loggedPromptTokens: (number | null)[];
      /** The engine died during the attempt. */
      exit: EngineExit | null;
      /** CPU time that the engine used while the last request was silent, ms; null where unknown. */
      silentCpuMs: number | null;
      /** The engine's peak so far in this life, after the attempt. */
      peak: Memory | null;
      /** GPU memory at its highest during the attempt; absent in journals of older versions. */
      peakVramBytes?: number | null;
      /** Of the real client; its exchanges are those of the proxy. Absent: the requests were our own. */
      turns?: ClientTurn[];
      /**
       * Where the clock that all processes of the machine share (`process.hrtime`, ns) stood when
       * its turns' times began: for who has another's record. Absent as `turns`.
       */
      clockNs?: number;
    }
  | {
      /** A turn of a cell by the client's plain command line. */
      type: "confirmed";
      cell: string;
      variant: string;
      start: number;
      atMs: number;
      /** `infer model run`, then `agent`. */
      runs: { turn: ClientTurn; exchanges: ProxiedExchange[]; silentCpuMs: number | null }[];
      exit: EngineExit | null;
    }
  | {
      /** The bodies that the client sends in a cell whose real turn failed, sent by us. */
      type: "replayed";
      cell: string;
      variant: string;
      start: number;
      atMs: number;
      client?: ClientLoad;
      exchanges: Exchange[];
      loggedPromptTokens: (number | null)[];
      exit: EngineExit | null;
      silentCpuMs: number | null;
    }
  /** Of each cell, the largest body that the client was captured to send. */
  | { type: "captured"; cells: { cell: string; requestBytes: number }[] }
  | {
      /** The turn's prompt with rungs of the ladder of remedies, captured from the client. */
      type: "rung-captured";
      variant: string;
      rungs: string[];
      /** Null: the client could not be brought to send it. */
      requestBytes: number | null;
      /** Why not. */
      why: string | null;
    }
  | {
      /** A cell that was not planned: a turn, or a session, with rungs in force. */
      type: "rung-tried";
      variant: string;
      cell: CellSpec;
      /** The client's words where it doesn't take the config: nothing is asked then. */
      refused: string | null;
    }
  /** A process of the real client, to be ended if this run can't. */
  | { type: "client-spawned"; pid: number; startTime: string | null }
  | {
      /** One small chat asked on every route, so that their counts can be compared. */
      type: "crosschecked";
      variant: string;
      start: number;
      atMs: number;
      /** Streamed, plain, and /api/chat where the engine is ours. */
      exchanges: Exchange[];
      loggedPromptTokens: (number | null)[];
      exit: EngineExit | null;
    }
  | {
      /** One prompt of the ladder that tells what fits. */
      type: "looked";
      variant: string;
      start: number;
      atMs: number;
      /** Prompt tokens that were wanted. */
      rung: number;
      /** It might have had tools. */
      tools: boolean;
      exchanges: Exchange[];
      loggedPromptTokens: (number | null)[];
      exit: EngineExit | null;
      silentCpuMs: number | null;
      peak: Memory | null;
      peakVramBytes?: number | null;
      /** Before it: what the engine had, and what the machine could still have given; null: unknown. */
      roomBytes: number | null;
      client?: ClientLoad;
    }
  | {
      type: "settled";
      variant: string;
      start: number;
      /** False: it did not become idle in time and is ended. */
      idle: boolean;
      requests: number;
      tookMs: number;
    }
  | { type: "engine-died"; variant: string; start: number; exit: EngineExit }
  | {
      type: "start-ended";
      variant: string;
      start: number;
      exit: EngineExit | null;
      peak: Memory | null;
    }
  /** What the machine was at, before the first engine was started and after the last had ended. */
  | {
      type: "moment";
      at: "start" | "end";
      moment: Moment;
      /** How long that was looked at; absent in journals of older versions. */
      tookMs?: number;
    }
  | { type: "warning"; warning: Warning }
  | { type: "interrupted"; signal: string }
  | { type: "stopped"; reason: "time-budget" }
  | { type: "failed"; message: string }
  | { type: "run-ended" };

/** An event with its place in the journal. */
export type JournalEntry = JournalEvent & {
  seq: number;
  /** Milliseconds since the journal was opened, monotonic. */
  tMs: number;
};
