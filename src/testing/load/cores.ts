/** How busy the whole machine is: other processes make a client late, too. */
import { cpus } from "node:os";

/** Cores in use since then, by all processes together; null where the system doesn't tell. */
export function watchCores(): { used(): number | null } {
  const from = read();
  return {
    used: () => {
      const to = read();
      const all = to.all - from.all;
      return all <= 0 ? null : (cpus().length * (to.busy - from.busy)) / all;
    },
  };
}

function read(): { busy: number; all: number } {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const working = times.user + times.nice + times.sys + times.irq;
    busy += working;
    all += working + times.idle;
  }
  return { busy, all };
}
