/** `POST /v1/chat/completions`. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { answer, beginStream, readBody } from "./answer.ts";
import { log } from "./log.ts";
import { now } from "./record.ts";
import { planReply, type Reply } from "./reply.ts";
import { type Generation, readChatRequest } from "./requests.ts";
import type { Simulator } from "./server.ts";
import { countPromptTokens } from "./tokens.ts";
import {
  chunk,
  completion,
  event,
  finishOf,
  type ReplyHead,
  tokenEvents,
  usageChunk,
  usageOf,
} from "./wire.ts";

/** The longest reply where the request names no limit. */
export const DEFAULT_MAX_TOKENS = 2048;

export async function chatCompletions(
  sim: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const cameNs = now();
  const body = await readBody(request, response);
  if (body === null) return;
  const { request: asked, refusal } = readChatRequest(body, sim.knobs["reject-arrays"]);
  if (refusal !== null) {
    answer(request, response, refusal.status, { text: sim.tell(refusal.text) });
    return;
  }
  const id = `chatcmpl-${randomUUID()}`;
  const created = Math.floor(Date.now() / 1000);
  const fail = (status: number, message: string) => {
    const type = status === 400 ? "invalid_request_error" : "server_error";
    answer(request, response, status, { json: { error: { message: sim.tell(message), type } } });
  };
  const unloaded = await sim.model.use();
  if (unloaded !== null) return fail(unloaded.status, unloaded.message);
  const admitted = admitRequest(sim, id, asked, asked.messages.length, true);
  if (admitted.error !== null) return fail(admitted.error.status, admitted.error.message);
  const { number, promptTokens, reply } = admitted;
  const head = { id, created, model: sim.model.id };
  const hangs = sim.engine.hangs(promptTokens);
  const exchange = { sim, cameNs, request, response, head, asked, number, promptTokens, reply };
  if (asked.stream && hangs !== "headers") await streamReply(exchange);
  else await wholeReply(exchange);
}

interface Exchange {
  sim: Simulator;
  cameNs: number;
  request: IncomingMessage;
  response: ServerResponse;
  head: ReplyHead;
  asked: Generation;
  number: number;
  promptTokens: number;
  reply: Reply;
}

type Admitted =
  | { error: { status: number; message: string } }
  | { error: null; number: number; promptTokens: number; reply: Reply };

/** Counts and logs the prompt, refuses what must be refused, and decides the reply. */
export function admitRequest(
  sim: Simulator,
  id: string,
  asked: Generation,
  messages: number,
  logged: boolean,
): Admitted {
  const { knobs, engine } = sim;
  const tools = Array.isArray(asked.tools) ? asked.tools.length : 0;
  const { request: number, flakes, crashes } = engine.admit();
  if (asked.tools !== null && logged) {
    const how =
      knobs["tool-calls"] === "structured"
        ? "rendered natively via chat template"
        : "injecting as system context";
    log("INFO", "inferrs::server", `Request ${id}: tools provided — ${how}`);
  }
  const promptTokens = countPromptTokens(asked.messages, asked.tools);
  if (logged)
    log(
      "INFO",
      "inferrs::server",
      `Request ${id}: ${messages} messages, ${promptTokens} prompt tokens`,
    );
  if (crashes) sim.panic();
  if (flakes) return { error: { status: 500, message: "Engine dropped the request" } };
  if (knobs["reject-tools"] && tools > 0) {
    const message = `tools: the chat template of this model can't take tool schemas (${tools} given)`;
    return { error: { status: 400, message } };
  }
  if (promptTokens >= knobs.window) {
    const message = `Prompt length (${promptTokens} tokens) exceeds the model's maximum context length (${knobs.window} tokens).`;
    return { error: { status: 400, message } };
  }
  const wanted = asked.maxTokens ?? DEFAULT_MAX_TOKENS;
  const room = knobs.window - promptTokens;
  if (wanted > room) {
    const where = `(model KV cache capacity: ${knobs.window} tokens, prompt: ${promptTokens})`;
    log("WARN", "inferrs::server", `Clamping max_tokens from ${wanted} to ${room} ${where}`);
  }
  const reply = planReply(asked, knobs, Math.max(1, Math.min(wanted, room)), sim.scripts);
  return { error: null, number, promptTokens, reply };
}

async function streamReply(exchange: Exchange): Promise<void> {
  const { sim, request, response, head, asked, number, promptTokens, reply } = exchange;
  const record = sim.record.begin(head.id, exchange.cameNs, request.headers.authorization);
  beginStream(request, response, "events");
  response.write(event(chunk(head, { role: "assistant" })));
  const timing = await sim.engine.generate(number, {
    promptTokens,
    replyTokens: reply.tokens.length,
    onTokens: (from, to) => {
      for (let index = from; index < to; index++) {
        const events = tokenEvents(head, reply, index);
        if (events === "" || response.destroyed) continue;
        response.write(events);
        record.token();
      }
    },
  });
  if (response.destroyed) return;
  if (timing.kind === "truncated") {
    response.end();
    return;
  }
  if (timing.kind === "failed") response.write(failure(sim, head));
  else if (asked.includeUsage && sim.knobs.usage)
    response.write(event(usageChunk(head, usageOf(promptTokens, timing.count))));
  response.end(event("[DONE]"));
  record.end();
}

/** A failed generation: inferrs tells it as text; others as an event with an error. */
function failure(sim: Simulator, head: ReplyHead): string {
  const message = sim.tell("the simulated engine failed");
  if (sim.knobs["error-form"] === "event")
    return event({ error: { message, type: "server_error" } });
  return event(chunk(head, { content: `Error: ${message}` }, "error"));
}

async function wholeReply(exchange: Exchange): Promise<void> {
  const { sim, request, response, head, number, promptTokens, reply } = exchange;
  const timing = await sim.engine.generate(number, {
    promptTokens,
    replyTokens: reply.tokens.length,
    onTokens: () => {},
  });
  if (response.destroyed) return;
  if (timing.kind === "truncated") {
    response.destroy();
    return;
  }
  const failed = timing.kind === "failed";
  const content = failed
    ? `Error: ${sim.tell("the simulated engine failed")}`
    : reply.tokens.join("");
  const usage = usageOf(promptTokens, failed ? 0 : timing.count);
  const message = { content, call: failed ? null : reply.call };
  const finish = failed ? "error" : finishOf(reply);
  answer(request, response, 200, { json: completion(head, message, finish, usage) });
}
