/** Connections to one engine: as many as there are requests at once, each kept for the next. */
import { MeasuringClient } from "./client.ts";

export class ClientPool {
  readonly #baseUrl: string;
  readonly #apiKey: string | null;
  readonly #all: MeasuringClient[] = [];
  readonly #free: MeasuringClient[] = [];

  constructor(baseUrl: string, apiKey: string | null) {
    this.#baseUrl = baseUrl;
    this.#apiKey = apiKey;
  }

  /** One that nobody uses; the one that was given back last, so that one user keeps one connection. */
  take(): MeasuringClient {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const made = new MeasuringClient(this.#baseUrl, this.#apiKey);
    this.#all.push(made);
    return made;
  }

  give(client: MeasuringClient): void {
    this.#free.push(client);
  }

  /** Drops all connections at once. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map((client) => client.close()));
  }
}
