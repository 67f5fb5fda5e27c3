/** A connection that only trickles is as good as none: it is given up, and tried anew. */
import { broken, type RequestFailed } from "./failure.ts";
import type { Limits } from "./world.ts";

export interface Stretch {
  /** Aborted when too little came. */
  signal: AbortSignal;
  failure(): RequestFailed;
  /** The answer is there: from now on bytes must come. */
  begin(): void;
  end(): void;
}

/** @param written bytes so far */
export function minimumRate(limits: Limits, written: () => number): Stretch {
  const given = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: given.signal,
    failure: () => broken(`fewer than ${limits.leastBytes} bytes in ${limits.stretchMs} ms`),
    begin() {
      let before = written();
      timer = setInterval(() => {
        const now = written();
        if (now - before < limits.leastBytes) given.abort();
        before = now;
      }, limits.stretchMs);
    },
    end: () => clearInterval(timer),
  };
}
