/** The life of the simulated model: loading, ready, failed. */
import type { Knobs } from "./knobs.ts";
import { log } from "./log.ts";

export class ModelState {
  readonly id: string;
  readonly #knobs: Knobs;
  #state: "loading" | "ready" | "failed" | "interrupted" = "loading";
  #loaded: Promise<void>;

  constructor(id: string, knobs: Knobs) {
    this.id = id;
    this.#knobs = knobs;
    this.#loaded = this.#load();
  }

  /** Status and text of `/health`. */
  health(): { status: number; text: "ok" | "loading" | "error" } {
    if (this.#state === "ready") return { status: 200, text: "ok" };
    if (this.#state === "failed") return { status: 500, text: "error" };
    return { status: 503, text: "loading" };
  }

  get ready(): boolean {
    return this.#state === "ready";
  }

  /** Waits while the model is loading; gives an error's status and text, or null when it's there. */
  async use(): Promise<{ status: number; message: string } | null> {
    if (this.#state === "interrupted") {
      this.#loaded = this.#load();
      return { status: 503, message: "model load was interrupted; please retry" };
    }
    await this.#loaded;
    return this.#state === "failed"
      ? { status: 500, message: `Model load failed: ${this.#knobs["load-error"]}` }
      : null;
  }

  /** Whether a name is the served model's; inferrs also takes it without its organisation. */
  isNamed(name: string): boolean {
    return name === this.id || name === this.id.slice(this.id.indexOf("/") + 1);
  }

  /** Another model was asked for on the Ollama route: inferrs drops the one it has. */
  drop(): void {
    this.#state = "interrupted";
  }

  async #load(): Promise<void> {
    this.#state = "loading";
    await new Promise((resolve) => setTimeout(resolve, this.#knobs["load-time"]));
    const error = this.#knobs["load-error"];
    if (error !== null) {
      this.#state = "failed";
      log("ERROR", "inferrs::server", `Model load failed: ${error}`);
      return;
    }
    this.#state = "ready";
    log("INFO", "inferrs::engine", "Detected architecture: Gemma4");
    log("INFO", "inferrs::engine", `Model KV cache capacity: ${this.#knobs.window} tokens`);
    log("INFO", "inferrs_models::models", "Model loaded successfully");
    log(
      "INFO",
      "inferrs::engine",
      "Engine loop started (continuous batching, max_batch_size=1, paged=false)",
    );
  }
}
