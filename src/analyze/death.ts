/** How an engine died: for memory, and by whom, or of something else. Pure. */
import type { EngineExit } from "../engine/types.ts";
import type { MemoryKiller } from "../result.ts";
import type { AttemptFacts, Finding } from "./classify.ts";
import { clip } from "./clip.ts";

const ALLOCATOR = /memory allocation of \d+ bytes failed|CUDA_ERROR_OUT_OF_MEMORY/;

/**
 * Who ended it for memory; null: nobody did, or it is not known to be for memory.
 * - `watchdog`: this tool, above the memory limit
 * - `cgroup`: the kernel, at the limit of the engine's own cgroup
 * - `kernel`: the kernel, at the machine's limit or that of a cgroup around the engine
 * - `allocator`: itself, because it was refused memory (`ulimit -v`, a GPU that is full)
 */
export function memoryKiller(exit: EngineExit): MemoryKiller | null {
  if (exit.by === "us") return null;
  // 137 is how a shell around the engine tells of a SIGKILL.
  const killed = exit.signal === "SIGKILL" || exit.exitCode === 137;
  // Both may be at it at once; what the kernel has counted is sure.
  const counted = exit.by === "itself" || (exit.oom?.source ?? "machine") !== "machine";
  if (killed && exit.oomKills > 0 && counted) {
    return exit.oom?.limitOf === "engine-cgroup" ? "cgroup" : "kernel";
  }
  if (exit.by === "guard") return "watchdog";
  if (exit.by === "itself" && !killed && allocatorLine(exit) !== null) return "allocator";
  return null;
}

/** Memory or not: who ended the process, and with what. */
export function classifyExit(exit: EngineExit): Finding {
  const how = exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`;
  const killer = memoryKiller(exit);
  if (killer !== null) {
    const facts = [wordsOn(killer, exit), how, ...figures(killer, exit)];
    return { kind: "out-of-memory", evidence: clip(facts.join(", ")) };
  }
  const peak = exit.peak === null ? [] : [`peak memory ${gb(exit.peak.bytes)}`];
  const said = exit.logTail.filter((line) => line.trim() !== "");
  const at = said.findLastIndex((line) => /panicked at/.test(line));
  // What stands below a panic's message is its backtrace.
  const words = at < 0 ? said.slice(-2) : said.slice(at, at + 2);
  const facts = [[how, ...peak].join(", "), ...words];
  return { kind: "engine-crashed", evidence: clip(facts.join(" | ")) };
}

function wordsOn(killer: MemoryKiller, exit: EngineExit): string {
  switch (killer) {
    case "watchdog":
      return (exit.guarded?.newSwapBytes ?? 0) > 0
        ? `ended by the watchdog, because the system had swapped out ${gb(exit.guarded?.newSwapBytes ?? 0)} more`
        : "ended by the watchdog at the memory limit";
    case "cgroup":
      return "killed for memory by the kernel at the limit of its own cgroup";
    case "allocator":
      return (allocatorLine(exit) ?? "").trim();
    case "kernel":
      switch (exit.oom?.limitOf) {
        case "outer-cgroup":
          return "killed for memory by the kernel at the limit of a cgroup around it (a container, service or job)";
        case "machine":
          return "killed for memory by the kernel: the machine had none left";
        default:
          return exit.oom?.source === "machine"
            ? "killed for memory by the kernel, as its count for the whole machine says"
            : "killed for memory by the kernel";
      }
  }
}

function figures(killer: MemoryKiller, exit: EngineExit): string[] {
  const limits: Record<MemoryKiller, number | null> = {
    watchdog: exit.limitBytes,
    cgroup: exit.oom?.limitBytes ?? exit.limitBytes,
    kernel: exit.oom?.limitBytes ?? null,
    allocator: exit.addressSpaceBytes ?? null,
  };
  const limit = limits[killer];
  const name = killer === "allocator" ? "limit of the address space" : "limit";
  return [
    ...(exit.peak === null ? [] : [`peak memory ${gb(exit.peak.bytes)}`]),
    ...(limit === null ? [] : [`${name} ${gb(limit)}`]),
  ];
}

/** The prompt that did it: the largest of those under way, in tokens where they are known. */
export function promptOf(facts: AttemptFacts, exit: EngineExit): string | null {
  const open = facts.exchanges.flatMap((exchange, index) =>
    exchange.kind !== "generate" || exchange.end.kind === "closed"
      ? []
      : [{ bytes: exchange.requestBytes, tokens: facts.loggedPromptTokens?.[index] ?? null }],
  );
  if (open.length === 0) return null;
  const largest = open.reduce((most, each) => (each.bytes > most.bytes ? each : most));
  // A plain reply has no id yet when the engine dies; alone, it is the last that the log names.
  const tokens = largest.tokens ?? (open.length === 1 ? (exit.lastPromptTokens ?? null) : null);
  const size =
    tokens === null
      ? `${largest.bytes.toLocaleString("en-US")} bytes`
      : `${tokens.toLocaleString("en-US")} prompt tokens`;
  return open.length === 1
    ? `the prompt that did it: ${size}`
    : `the largest of the ${open.length} prompts under way: ${size}`;
}

function allocatorLine(exit: EngineExit): string | null {
  return exit.logTail.findLast((line) => ALLOCATOR.test(line)) ?? null;
}

function gb(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
