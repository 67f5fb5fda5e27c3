/** Asks a running server, one small request at a time, and keeps what is in flight. */
import { classify, type Finding } from "../analyze/classify.ts";
import { type Trace, traceExchange } from "../analyze/trace.ts";
import { MeasuringClient } from "../drive/client.ts";
import type { Exchange } from "../drive/types.ts";
import type { RunningEngine } from "../engine/engine.ts";
import { type Load, Pace } from "./pace.ts";

export interface Answer {
  exchange: Exchange;
  trace: Trace;
  finding: Finding;
  tookMs: number;
}

export interface AskerOptions {
  baseUrl: string;
  apiKey: string | null;
  signal: AbortSignal;
  /** Longest silence, ms. */
  timeoutMs: number;
}

const GET_TIMEOUT_MS = 5_000;

export class Asker {
  readonly pace = new Pace();
  readonly #options: AskerOptions;
  readonly #client: MeasuringClient;
  /** Known once the server has listed its models; no request to generate is sent before. */
  #engine: RunningEngine | null = null;
  #inFlight: (Load & { words: string }) | null = null;
  #gaveUpOn: string | null = null;

  constructor(options: AskerOptions) {
    this.#options = options;
    this.#client = new MeasuringClient(options.baseUrl, options.apiKey);
  }

  /** The server under its served id: the only `model` that is ever sent. */
  serves(engine: RunningEngine): void {
    this.#engine = engine;
  }

  get engine(): RunningEngine {
    if (this.#engine === null) throw new Error("nothing is known to be served yet");
    return this.#engine;
  }

  /** The id that is served; null: not known yet. */
  get served(): string | null {
    return this.#engine?.servedId ?? null;
  }

  get apiKey(): string | null {
    return this.#options.apiKey;
  }

  /** What is being asked right now; null: nothing. */
  get inFlight(): (Load & { words: string }) | null {
    return this.#inFlight;
  }

  /** Something that is asked by other means; {@link end} when it was answered. */
  begin(load: Load & { words: string }): void {
    this.#inFlight = load;
  }

  end(): void {
    this.#inFlight = null;
  }

  /** A request was given up: the engine may still be at work on it, so nothing more is asked. */
  get gaveUpOn(): string | null {
    return this.#gaveUpOn;
  }

  async get(path: string): Promise<Answer> {
    const request = {
      method: "GET",
      path,
      body: null,
      step: 0,
      kind: "get",
      stream: false,
    } as const;
    return await this.#send(request, Math.min(GET_TIMEOUT_MS, this.#options.timeoutMs), []);
  }

  /** `body` without `model`, which is the served one always. */
  async chat(words: string, body: Record<string, unknown> & { stream: boolean }): Promise<Answer> {
    const maxTokens = Number(body.max_completion_tokens ?? 0);
    const text = JSON.stringify({ model: this.engine.servedId, ...body });
    const { stream } = body;
    this.#inFlight = { words, promptTokens: this.pace.tokensOf(text.length), maxTokens, stream };
    const request = {
      method: "POST",
      path: "/v1/chat/completions",
      body: text,
      step: 0,
      kind: "generate",
      stream,
      maxTokens,
    } as const;
    const answer = await this.#send(request, this.#options.timeoutMs, toolNamesOf(body));
    if (!this.#options.signal.aborted) this.#inFlight = null;
    if (answer.exchange.end.kind === "timeout") this.#gaveUpOn = words;
    if (answer.finding.kind === "pass") this.pace.learn(answer.trace, Buffer.byteLength(text));
    return answer;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #send(
    request: Parameters<MeasuringClient["send"]>[0],
    timeoutMs: number,
    toolNames: readonly string[],
  ): Promise<Answer> {
    const { signal } = this.#options;
    const cpuBefore = this.#engine?.cpuMs() ?? null;
    const attemptStart = process.hrtime.bigint();
    const options = { timeoutMs, signal, keepBodies: false, attemptStart };
    const exchange = await this.#client.send(request, options);
    const trace = traceExchange(exchange);
    const cpuAfter = this.#engine?.cpuMs() ?? null;
    const silent = exchange.end.kind === "timeout" && cpuBefore !== null && cpuAfter !== null;
    const finding = classify({
      exchanges: [exchange],
      traces: [trace],
      toolNames,
      exit: this.#engine?.exit() ?? null,
      silentCpuMs: silent ? cpuAfter - cpuBefore : null,
      attached: true,
    });
    return { exchange, trace, finding, tookMs: exchange.end.tNs / 1e6 };
  }
}

function toolNamesOf(body: Record<string, unknown>): string[] {
  if (!Array.isArray(body.tools)) return [];
  return body.tools.map((tool) => String(tool?.function?.name ?? ""));
}
