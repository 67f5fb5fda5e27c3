/** A plain chat, content as parts, a stream, and whether tokens are counted. */
import { count, ms, plural, rate } from "../report/format.ts";
import type { Answer } from "./asker.ts";
import { QUESTION, system, user } from "./bodies.ts";
import { type DoctorStep, failed, passed } from "./steps.ts";
import { compatOf, formTaken, limited, lookAfter, type Walk } from "./walk-state.ts";

const CHAT_TOKENS = 16;
const FORM_TOKENS = 4;

/** The guide's first layer: a direct request with text, without a stream. */
export async function chat(walk: Walk): Promise<DoctorStep> {
  const sent = `"${QUESTION}", as text, without a stream`;
  const ask = () =>
    walk.asker.chat("a plain chat", {
      messages: [user(QUESTION, false)],
      stream: false,
      ...limited(walk, CHAT_TOKENS),
      temperature: 0,
    });
  let answer = await ask();
  if (namesLimitField(answer)) {
    walk.learned.compat.maxTokensField = "max_tokens";
    answer = await ask();
  }
  await lookAfter(walk, answer);
  const { tookMs, trace } = answer;
  if (answer.finding.kind !== "pass") return failedAs("chat", answer, sent);
  walk.learned.usage.plain = trace.usage !== null;
  const field = walk.learned.compat.maxTokensField;
  const learned = field === undefined ? "" : `; it takes max_tokens only (compat.maxTokensField)`;
  return passed("chat", { sent, came: `${quoted(trace.text)} in ${ms(tookMs)}${learned}`, tookMs });
}

/** OpenClaw sends the last message's text as a list of parts, unless it is told not to. */
export async function contentParts(walk: Walk): Promise<DoctorStep> {
  const sent = "a system prompt, and the question as a list with one text part";
  const answer = await walk.asker.chat("content parts", {
    messages: [system(), user(QUESTION, true)],
    stream: false,
    ...limited(walk, FORM_TOKENS),
    temperature: 0,
  });
  await lookAfter(walk, answer);
  const { tookMs } = answer;
  if (formTaken(answer))
    return passed("content-parts", { sent, came: `taken, in ${ms(tookMs)}`, tookMs });
  if (answer.finding.kind === "string-content-required") {
    const configured = walk.target?.compat.requiresStringContent === true;
    walk.learned.compat.requiresStringContent = true;
    if (configured) {
      const came =
        "refused, but your config sends text as a string already (requiresStringContent)";
      return passed("content-parts", { sent, came, tookMs, evidence: answer.finding.evidence });
    }
  }
  return failedAs("content-parts", answer, sent);
}

/** What OpenClaw reads: a role chunk, text, finish_reason, and the end mark. */
export async function streaming(walk: Walk): Promise<DoctorStep> {
  const maxTokens = walk.asker.pace.tokensWithin(walk.replyMs, 2, CHAT_TOKENS);
  const sent = `the question as a stream of ${plural(maxTokens, "token")} at most`;
  const answer = await walk.asker.chat("a streamed reply", {
    messages: [system(), user(QUESTION, compatOf(walk).requiresStringContent !== true)],
    stream: true,
    ...limited(walk, maxTokens),
    temperature: 0,
  });
  await lookAfter(walk, answer);
  const { trace, tookMs } = answer;
  if (answer.finding.kind !== "pass") return failedAs("streaming", answer, sent);
  if (trace.finishReason === null) {
    return failed("streaming", "stream-truncated", {
      sent,
      came: `${plural(trace.chunkMs.length, "chunk")} and [DONE], but no finish_reason`,
      tookMs,
      remedy:
        "OpenClaw takes a stream without finish_reason for one that timed out: use a server release that sends it.",
    });
  }
  const [first, last] = [trace.chunkMs[0] ?? 0, trace.chunkMs.at(-1) ?? 0];
  const role = trace.firstEventMs !== null && trace.firstEventMs < first;
  const speed = (1000 * (trace.chunkMs.length - 1)) / (last - first);
  const parts = [
    ...(role ? [`role chunk after ${ms(trace.firstEventMs)}`] : []),
    `first text after ${ms(trace.ttftMs)}`,
    plural(trace.chunkMs.length, "chunk"),
    ...(last > first ? [`${rate(speed)} chunks/s`] : []),
    `finish_reason ${trace.finishReason}`,
    trace.complete ? "[DONE]" : "no [DONE], which OpenClaw doesn't need",
  ];
  return passed("streaming", { sent, came: parts.join(", "), tookMs });
}

/** OpenClaw asks for `usage` in every stream; a server that has none is no failure. */
export async function usage(walk: Walk): Promise<DoctorStep> {
  const sent = "a stream with stream_options.include_usage";
  const answer = await walk.asker.chat("a stream that counts", {
    messages: [user(QUESTION, compatOf(walk).requiresStringContent !== true)],
    stream: true,
    stream_options: { include_usage: true },
    ...limited(walk, FORM_TOKENS),
    temperature: 0,
  });
  await lookAfter(walk, answer);
  const { tookMs, trace } = answer;
  if (!formTaken(answer)) {
    const refused = answer.exchange.status !== null && answer.exchange.status < 500;
    if (refused && /stream_options|include_usage/i.test(answer.finding.evidence ?? "")) {
      walk.learned.compat.supportsUsageInStreaming = false;
      const remedy =
        "Set compat.supportsUsageInStreaming: false; OpenClaw then leaves stream_options out. It costs nothing.";
      return failedAs("usage", answer, sent, remedy);
    }
    return failedAs("usage", answer, sent);
  }
  walk.learned.usage.stream = trace.usage !== null;
  const stream =
    trace.usage === null
      ? "streams carry none: OpenClaw estimates the tokens itself"
      : `streams carry it (${count(trace.usage.promptTokens)} in, ${count(trace.usage.outputTokens)} out)`;
  const { plain } = walk.learned.usage;
  const told =
    plain === null ? "" : plain ? "plain replies carry usage; " : "plain replies carry none; ";
  return passed("usage", { sent, came: `${told}${stream}`, tookMs });
}

/** A failed answer in the words of the table, with the server's own. */
export function failedAs(
  id: Parameters<typeof failed>[0],
  answer: Answer,
  sent: string,
  remedy?: string,
): DoctorStep {
  const { kind, evidence, remedy: own } = answer.finding;
  const mend = remedy ?? own;
  return failed(id, kind, {
    sent,
    came: evidence ?? kind,
    tookMs: answer.tookMs,
    evidence,
    ...(mend === undefined ? {} : { remedy: mend }),
  });
}

function namesLimitField({ exchange, finding }: Answer): boolean {
  const refused = exchange.status !== null && exchange.status >= 400 && exchange.status < 500;
  return refused && /max_completion_tokens/.test(finding.evidence ?? "");
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return `"${line.length > 60 ? `${line.slice(0, 59)}…` : line}"`;
}
