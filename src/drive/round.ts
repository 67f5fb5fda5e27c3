/**
 * One round by tinybench: a fresh Bench, a task for each cell in the round's order, one iteration,
 * no warm-up of its own, and the time that we measured in place of the wall clock's.
 */
import { setMaxListeners } from "node:events";
import { Bench } from "tinybench";

/** What one task found: its duration in ms, or null when nothing was measured. */
export interface TaskEnd {
  durationMs: number | null;
  /** Nothing more of this round may run now: the engine died, or must settle first. */
  halt: boolean;
}

/**
 * Runs each cell once, in order, until one says halt. Failures are values: a task that throws is a
 * bug of ours and ends the run.
 * @returns tinybench's own mean of each task that ran, in ms, by cell
 */
export async function runRound(
  cells: readonly string[],
  perform: (cell: string) => Promise<TaskEnd>,
): Promise<Map<string, number>> {
  const controller = new AbortController();
  // Each task listens on it, and a round may have any number of tasks.
  setMaxListeners(0, controller.signal);
  const bench = new Bench({
    iterations: 1,
    time: 0,
    warmup: false,
    throws: true,
    signal: controller.signal,
  });
  for (const cell of cells) {
    bench.add(
      cell,
      async () => {
        const end = await perform(cell);
        if (end.halt) controller.abort();
        return { overriddenDuration: end.durationMs ?? 0 };
      },
      { async: true },
    );
  }
  await bench.run();
  const durations = new Map<string, number>();
  for (const task of bench.tasks) {
    if ("latency" in task.result) durations.set(task.name, task.result.latency.mean);
  }
  return durations;
}
