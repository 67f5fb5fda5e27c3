/** Studies on worker threads: each worker takes the next one when it has done its own. */
import { Worker } from "node:worker_threads";
import type { Study, Tally } from "./study.ts";

/** @returns the tallies, in the order of the studies, whatever the number of threads */
export async function carryOutAll(studies: readonly Study[], threads: number): Promise<Tally[]> {
  const tallies: Tally[] = [];
  const queue = [...studies.entries()];
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url));
      try {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          tallies[next[0]] = await ask(worker, next[1]);
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
  return tallies;
}

function ask(worker: Worker, study: Study): Promise<Tally> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (tally: Tally) => {
      worker.off("error", reject);
      resolve(tally);
    });
    worker.postMessage(study);
  });
}
