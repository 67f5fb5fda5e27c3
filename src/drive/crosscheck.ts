/** One small chat on every route of a server, so that what they count can be compared. Pure. */
import type { ClientRequest } from "./client.ts";

const QUESTION = "Name the months of the year, one after the other, and a word for each.";

/**
 * The same chat streamed, plain, and on Ollama's /api/chat.
 * @param servedId must be the id under which the model is served: another one makes inferrs drop its
 *   model on /api/chat (DESIGN section 8)
 * @param ollama only for an engine of our own
 * @param question another one than the usual
 */
export function crosscheckRequests(
  servedId: string,
  maxTokens: number,
  seed: number,
  ollama: boolean,
  question = QUESTION,
): ClientRequest[] {
  const messages = [{ role: "user", content: question }];
  const chat = { model: servedId, messages, max_tokens: maxTokens, temperature: 0, seed };
  const post = (path: string, body: object, stream: boolean, step: number): ClientRequest => ({
    method: "POST",
    path,
    body: JSON.stringify(body),
    step,
    kind: "generate",
    stream,
    maxTokens,
  });
  const options = { temperature: 0, seed, num_predict: maxTokens };
  return [
    post("/v1/chat/completions", { ...chat, stream: true }, true, 0),
    post("/v1/chat/completions", { ...chat, stream: false }, false, 1),
    ...(ollama
      ? [post("/api/chat", { model: servedId, messages, options, stream: false }, false, 2)]
      : []),
  ];
}
