/** A connection that only trickles is as good as none: it is given up, and tried anew. */

/** In each stretch at least so much must come. */
export interface LeastRate {
  stretchMs: number;
  leastBytes: number;
}

export const LEAST_RATE: LeastRate = { stretchMs: 30_000, leastBytes: 30 * 1024 };

export interface Stretch {
  /** Aborted when too little came. */
  signal: AbortSignal;
  /** Why it was aborted, in words. */
  words: string;
  /** The answer is there: from now on bytes must come. */
  begin(): void;
  end(): void;
}

/** @param written bytes so far */
export function minimumRate({ stretchMs, leastBytes }: LeastRate, written: () => number): Stretch {
  const given = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: given.signal,
    words: `fewer than ${leastBytes} bytes in ${stretchMs} ms`,
    begin() {
      let before = written();
      timer = setInterval(() => {
        const now = written();
        if (now - before < leastBytes) given.abort();
        before = now;
      }, stretchMs);
    },
    end: () => clearInterval(timer),
  };
}
