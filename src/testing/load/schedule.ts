/** Writes of many streams, each at its own absolute times: a late one never moves the next. */

export interface Stream {
  /** When its next write is due, ns of `process.hrtime`; the schedule moves it on. */
  dueNs: number;
  everyNs: number;
  /** @returns whether there is more to write */
  write(): boolean;
}

/** Timers have whole milliseconds, and fire up to one late: nearer times are slept for. */
const TIMER_MS = 2;
/** Sleeping takes longer than this. */
const LEAST_SLEEP_MS = 0.02;

const cell = new Int32Array(new SharedArrayBuffer(4));
const now = () => Number(process.hrtime.bigint());

export class Schedule {
  /** In the order in which they are due. */
  readonly #streams: Stream[] = [];
  #running = false;

  add(stream: Stream): void {
    this.#insert(stream);
    if (this.#running) return;
    this.#running = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    // No more than each once: requests must be read even when every write is late.
    for (let left = this.#streams.length; left > 0; left--) {
      const first = this.#streams[0];
      if (first === undefined || first.dueNs > now()) break;
      this.#streams.shift();
      if (!first.write()) continue;
      first.dueNs += first.everyNs;
      this.#insert(first);
    }
    const next = this.#streams[0];
    if (next === undefined) {
      this.#running = false;
      return;
    }
    const leftMs = (next.dueNs - now()) / 1e6;
    if (leftMs > TIMER_MS) {
      setTimeout(this.#turn, Math.floor(leftMs) - 1);
      return;
    }
    // Blocks the thread: this short a time, no request minds.
    if (leftMs > LEAST_SLEEP_MS) Atomics.wait(cell, 0, 0, leftMs);
    setImmediate(this.#turn);
  };

  /** From the end: with equal rates it is the last one's place nearly always. */
  #insert(stream: Stream): void {
    let at = this.#streams.length;
    while (at > 0 && (this.#streams[at - 1]?.dueNs ?? 0) > stream.dueNs) at -= 1;
    this.#streams.splice(at, 0, stream);
  }
}
