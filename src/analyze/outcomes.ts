/** The one table of outcomes: kind, what it means, what mends it, and whether it is deterministic. */
import type { OutcomeKind } from "../result.ts";

export interface OutcomeRow {
  /** In one sentence, to someone who runs OpenClaw. */
  meaning: string;
  /** The least costly thing that mends it; null where nothing is broken. */
  remedy: string | null;
  /** The same request gets the same answer: seen twice, it is settled. */
  deterministic: boolean;
}

export const OUTCOMES: Record<OutcomeKind, OutcomeRow> = {
  pass: { meaning: "It works.", remedy: null, deterministic: true },
  unreachable: {
    meaning: "No connection could be made to the server.",
    remedy: "Start the server, or check host and port of the base URL.",
    deterministic: false,
  },
  "not-ready": {
    meaning: "The server answered, but was not ready to serve in time.",
    remedy: "Give it more time with --timeout, or look at engine.log for what it waits for.",
    deterministic: false,
  },
  "load-failed": {
    meaning: "The server could not load the model.",
    remedy: "The server's own reason is the evidence; the end of engine.log has the rest.",
    deterministic: true,
  },
  "model-missing": {
    meaning: "The server is up, but does not list the model that was asked for.",
    remedy: "Use one of the ids that /v1/models lists, in --model and in OpenClaw's config.",
    deterministic: true,
  },
  "string-content-required": {
    meaning:
      "The server takes a message's content only as a string; OpenClaw sends a list of parts.",
    remedy:
      "Set compat.requiresStringContent: true; OpenClaw then sends the text as a string. It costs nothing.",
    deterministic: true,
  },
  "tool-schema-rejected": {
    meaning: "The server refuses the request because of its tools.",
    remedy:
      "Use a server release that takes tool schemas; the last resort is compat.supportsTools: false, which leaves the agent without tools (chat only).",
    deterministic: true,
  },
  "tool-call-as-text": {
    meaning:
      "The model called a tool, but the call came as text: OpenClaw does not run it, and the turn ends without work done.",
    remedy:
      "Use a server and model that return structured tool_calls; with this one the agent can only chat.",
    deterministic: true,
  },
  "context-length-exceeded": {
    meaning: "The prompt is longer than the context window that the server gives the model.",
    remedy:
      'Shorten the agent\'s prompt (fewer tools with tools.allow, skills: [], contextInjection: "never"), or serve the model with a larger window.',
    deterministic: true,
  },
  "engine-crashed": {
    meaning: "The server died while it worked on the request; memory was not the cause.",
    remedy:
      "Report it with the last lines of engine.log; until it is mended, a shorter prompt or another backend may avoid it.",
    deterministic: false,
  },
  "out-of-memory": {
    meaning: "The server was ended for the memory that this prompt needs.",
    remedy:
      'Shorten the agent\'s prompt while keeping its tools (tools.allow, skills: [], contextInjection: "never"), or use a machine with more memory; the last resort is compat.supportsTools: false (chat only).',
    deterministic: true,
  },
  "engine-hung": {
    meaning: "The server took the request, then sent nothing and used no CPU.",
    remedy: "Restart the server; if it happens again with this request, report it with engine.log.",
    deterministic: false,
  },
  timeout: {
    meaning: "The server was silent for longer than the time limit.",
    remedy:
      "A shorter prompt is faster; or raise --timeout here and timeoutSeconds of the provider in OpenClaw's config.",
    deterministic: false,
  },
  "client-timeout": {
    meaning: "The server was well and at work, but the client gave up.",
    remedy: "Raise timeoutSeconds of the provider in OpenClaw's config, or shorten the prompt.",
    deterministic: false,
  },
  "client-refused": {
    meaning: "OpenClaw refused to send the request.",
    remedy: "Its own words are the evidence; correct the config that they name.",
    deterministic: true,
  },
  "client-failed": {
    meaning: "OpenClaw failed for a reason of its own.",
    remedy: "Its own words are the evidence.",
    deterministic: false,
  },
  "stream-truncated": {
    meaning: "The answer broke off before it was complete.",
    remedy: "Look at the end of engine.log; a proxy in between may cut long answers too.",
    deterministic: false,
  },
  "stream-error": {
    meaning: "The server reported an error in the middle of its answer.",
    remedy: "Its own words, above, say why; report it with the end of engine.log.",
    deterministic: false,
  },
  "empty-reply": {
    meaning: "The server answered without any text or tool call.",
    remedy:
      "Check that the model is an instruction-tuned one and that its chat template fits; try another quantization.",
    deterministic: true,
  },
  "expectation-failed": {
    meaning: "The answer came, but is not what the scenario expects.",
    remedy: "Compare the answer with the scenario's expectation; a larger model may be needed.",
    deterministic: true,
  },
  "http-error": {
    meaning: "The server refused the request.",
    remedy:
      "Its own words, above, say why; engine.log may say more. If the words name a field, look for a compat flag that changes it.",
    deterministic: true,
  },
  "not-run": { meaning: "It was not run.", remedy: null, deterministic: true },
};
