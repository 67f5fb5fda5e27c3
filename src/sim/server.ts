/** The routes of the simulator. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { answer, answerPreflight, refuseMethod } from "./answer.ts";
import { chatCompletions } from "./chat.ts";
import { Engine } from "./engine.ts";
import type { Knobs } from "./knobs.ts";
import { Memory } from "./memory.ts";
import { ollamaChat } from "./ollama.ts";
import { StreamRecord } from "./record.ts";
import type { Script } from "./script.ts";
import { ModelState } from "./state.ts";

type Handler = (
  sim: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
) => void | Promise<void>;

/** One simulated server: the model, its engine, its memory. */
export class Simulator {
  readonly knobs: Knobs;
  readonly model: ModelState;
  readonly engine: Engine;
  /** What it says to what; all else is answered at random. */
  readonly scripts: readonly Script[];
  /** When its streams really began and ended, for tests. */
  readonly record: StreamRecord;

  constructor(
    model: string,
    knobs: Knobs,
    stateFile: string | null,
    scripts: readonly Script[] = [],
    recordFile: string | null = null,
  ) {
    this.record = new StreamRecord(recordFile);
    this.knobs = knobs;
    this.scripts = scripts;
    this.engine = new Engine(knobs, new Memory(knobs, stateFile));
    this.model = new ModelState(model, knobs);
  }

  /** An error text with the nonce, if there is one. */
  tell(text: string): string {
    return this.knobs.nonce === null ? text : `${text} ${this.knobs.nonce}`;
  }

  /** Ends as a Rust program does that panics. */
  panic(): never {
    const text = this.tell("the simulated engine met a bug");
    process.stderr.write(`\nthread 'engine' panicked at simulated:1:1:\n${text}\n`);
    process.exit(101);
  }
}

const ROUTES: Record<string, { GET: Handler } | { POST: Handler }> = {
  "/health": { GET: health },
  "/v1/models": { GET: models },
  "/": {
    GET: (_, request, response) => answer(request, response, 200, { text: "inferrs is running" }),
  },
  "/api/version": {
    GET: (_, request, response) => answer(request, response, 200, { json: { version: "0.9.0" } }),
  },
  "/v1/chat/completions": { POST: chatCompletions },
  "/api/chat": { POST: ollamaChat },
};

/** The server, not yet listening. */
export function serverOf(sim: Simulator): Server {
  const server = createServer({ noDelay: true }, (request, response) => {
    response.on("error", () => {});
    route(sim, request, response).catch((error: unknown) => {
      // A client that hangs up while it sends is no error of ours.
      if (!request.destroyed) process.stderr.write(`${String(error)}\n`);
      response.destroy();
    });
  });
  // inferrs never closes a connection for being idle, nor for being slow.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.timeout = 0;
  return server;
}

async function route(
  sim: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const found = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  const allow = found === undefined ? null : "GET" in found ? "GET,HEAD" : "POST";
  const handler =
    found === undefined
      ? null
      : "GET" in found
        ? request.method === "GET" || request.method === "HEAD"
          ? found.GET
          : null
        : request.method === "POST"
          ? found.POST
          : null;
  if (handler !== null) return handler(sim, request, response);
  request.resume();
  if (request.method === "OPTIONS") answerPreflight(request, response, allow);
  else refuseMethod(request, response, allow);
}

function health(sim: Simulator, request: IncomingMessage, response: ServerResponse): void {
  const { status, text } = sim.model.health();
  answer(request, response, status, { json: { status: text } });
}

function models(sim: Simulator, request: IncomingMessage, response: ServerResponse): void {
  const created = Math.floor(Date.now() / 1000);
  const model = { id: sim.model.id, object: "model", created, owned_by: "inferrs (loaded)" };
  answer(request, response, 200, {
    json: { object: "list", data: sim.model.ready ? [model] : [] },
  });
}
