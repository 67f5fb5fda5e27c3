/** `POST /api/chat`, Ollama's route: the only one that tells how long prefill and decode took. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answer, beginStream, readBody } from "./answer.ts";
import { admitRequest } from "./chat.ts";
import type { Timing } from "./engine.ts";
import { readOllamaRequest } from "./requests.ts";
import type { Simulator } from "./server.ts";

const NANOS_PER_MS = 1e6;

export async function ollamaChat(
  sim: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, response);
  if (body === null) return;
  const { request: asked, refusal } = readOllamaRequest(body);
  if (refusal !== null) {
    answer(request, response, refusal.status, { text: sim.tell(refusal.text) });
    return;
  }
  const fail = (status: number, message: string) =>
    answer(request, response, status, { json: { error: sim.tell(message) } });
  if (!sim.model.isNamed(asked.model)) {
    sim.model.drop();
    return fail(500, `failed to load '${asked.model}': the simulator serves ${sim.model.id} only`);
  }
  const unloaded = await sim.model.use();
  if (unloaded !== null) return fail(unloaded.status, unloaded.message);
  const created_at = `${new Date().toISOString().slice(0, 19)}Z`;
  const admitted = admitRequest(sim, "", asked, asked.messages.length, false);
  if (admitted.error !== null) return fail(admitted.error.status, admitted.error.message);
  const { number, promptTokens, reply } = admitted;

  const line = (content: string, done: boolean, rest: object) => ({
    ...{ model: asked.model, created_at, message: { role: "assistant", content }, done },
    ...rest,
  });
  const ending = (timing: Timing, count: number) => ({
    done_reason: timing.kind === "failed" ? "error" : reply.finish,
    prompt_eval_count: promptTokens,
    eval_count: count,
    total_duration: nanos(timing.prefillMs + timing.decodeMs),
    load_duration: 0,
    prompt_eval_duration: nanos(timing.prefillMs),
    eval_duration: nanos(timing.decodeMs),
  });
  const texts = replyTexts(reply.tokens, reply.call?.arguments ?? null);
  if (asked.stream && sim.engine.hangs(promptTokens) !== "headers")
    beginStream(request, response, "lines");
  const timing = await sim.engine.generate(number, {
    promptTokens,
    replyTokens: texts.length,
    onTokens: (from, to) => {
      if (!asked.stream || response.destroyed) return;
      const shown = Math.min(to, texts.length - 1);
      for (const text of texts.slice(from, shown))
        response.write(`${JSON.stringify(line(text, false, {}))}\n`);
    },
  });
  if (response.destroyed) return;
  if (timing.kind === "truncated") {
    if (asked.stream) response.end();
    else response.destroy();
    return;
  }
  const failed = timing.kind === "failed";
  const error = `Error: ${sim.tell("the simulated engine failed")}`;
  if (asked.stream) {
    // The end mark isn't counted here, but is in the whole response.
    const count = timing.count - (reply.finish === "stop" && !failed ? 1 : 0);
    const last = failed ? error : (texts.at(-1) ?? "");
    response.end(`${JSON.stringify(line(last, true, ending(timing, count)))}\n`);
    return;
  }
  const content = failed ? error : texts.join("");
  const counted = failed ? 0 : timing.count;
  answer(request, response, 200, { json: line(content, true, ending(timing, counted)) });
}

/** Calls come as text here: the bench doesn't use tools on this route. */
function replyTexts(tokens: readonly string[], call: readonly string[] | null): string[] {
  return tokens.map((token, index) => call?.[index] ?? token);
}

function nanos(ms: number): number {
  return Math.round(ms * NANOS_PER_MS);
}
