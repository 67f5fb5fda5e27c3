/** The one table of outcomes: kind, what it means, what mends it, and when it is settled. */
import type { OutcomeKind } from "../result.ts";

export interface OutcomeRow {
  /** In one sentence, to someone who runs OpenClaw. */
  meaning: string;
  /** The least costly thing that mends it; null where nothing is broken. */
  remedy: string | null;
  /**
   * How often a probe must meet it, without a pass, until the cell is retired. Two where the same
   * request gets the same answer, and where each try costs a whole time limit; more where it may be
   * a flake.
   */
  settledBy: number;
}

/** Tries that settle a failure which may pass by itself. */
export const FLAKE_TRIES = 4;

export const OUTCOMES: Record<OutcomeKind, OutcomeRow> = {
  pass: { meaning: "It works.", remedy: null, settledBy: 2 },
  unreachable: {
    meaning: "No connection could be made to the server.",
    remedy: "Start the server, or check host and port of the base URL.",
    settledBy: FLAKE_TRIES,
  },
  "not-ready": {
    meaning: "The server answered, but was not ready to serve in time.",
    remedy: "Give it more time with --timeout, or look at engine.log for what it waits for.",
    settledBy: 2,
  },
  "load-failed": {
    meaning: "The server could not load the model.",
    remedy: "The server's own reason is the evidence; the end of engine.log has the rest.",
    settledBy: 2,
  },
  "model-missing": {
    meaning: "The server is up, but does not list the model that was asked for.",
    remedy: "Use one of the ids that /v1/models lists, in --model and in OpenClaw's config.",
    settledBy: 2,
  },
  "wrong-device": {
    meaning:
      "The server runs on another device than the one that was asked for: its figures would be of something else.",
    remedy:
      "Use a build of inferrs for that device (its libinferrs_backend_* files lie beside the executable) and a working driver, or ask for the device that it uses: --device cpu, or auto.",
    settledBy: 2,
  },
  "port-taken": {
    meaning:
      "Another process took the port between our check and the server's start, three times in a row.",
    remedy: "Run it again; if it happens again, look for what takes every free port.",
    settledBy: FLAKE_TRIES,
  },
  "string-content-required": {
    meaning:
      "The server takes a message's content only as a string; OpenClaw sends a list of parts.",
    remedy:
      "Set compat.requiresStringContent: true; OpenClaw then sends the text as a string. It costs nothing.",
    settledBy: 2,
  },
  "tool-schema-rejected": {
    meaning: "The server refuses the request because of its tools.",
    remedy:
      "Use a server release that takes tool schemas; the last resort is compat.supportsTools: false, which leaves the agent without tools (chat only).",
    settledBy: 2,
  },
  "tool-call-as-text": {
    meaning:
      "The model called a tool, but the call came as text: OpenClaw does not run it, and the turn ends without work done.",
    remedy:
      "Use a server and model that return structured tool_calls; with this one the agent can only chat.",
    settledBy: 2,
  },
  "context-length-exceeded": {
    meaning: "The prompt is longer than the context window that the server gives the model.",
    remedy:
      'Shorten the agent\'s prompt (fewer tools with tools.allow, skills: [], contextInjection: "never"), or serve the model with a larger window.',
    settledBy: 2,
  },
  "engine-crashed": {
    meaning: "The server died while it worked on the request; memory was not the cause.",
    remedy:
      "Report it with the last lines of engine.log; until it is mended, a shorter prompt or another backend may avoid it.",
    settledBy: 3,
  },
  "out-of-memory": {
    meaning:
      "The server was ended for the memory that this prompt needs; the evidence says by whom.",
    remedy:
      'Shorten the agent\'s prompt while keeping its tools (tools.allow, skills: [], contextInjection: "never"), or use a machine with more memory; the last resort is compat.supportsTools: false (chat only).',
    settledBy: 2,
  },
  "engine-hung": {
    meaning: "The server took the request, then sent nothing and used no CPU.",
    remedy: "Restart the server; if it happens again with this request, report it with engine.log.",
    settledBy: 2,
  },
  timeout: {
    meaning: "The server was silent for longer than the time limit.",
    remedy:
      "A shorter prompt is faster; or raise --timeout here and timeoutSeconds of the provider in OpenClaw's config.",
    settledBy: 2,
  },
  "client-timeout": {
    meaning: "The server was well and at work, but the client gave up.",
    remedy: "Raise timeoutSeconds of the provider in OpenClaw's config, or shorten the prompt.",
    settledBy: 2,
  },
  "client-refused": {
    meaning: "OpenClaw refused to send the request.",
    remedy: "Its own words are the evidence; correct the config that they name.",
    settledBy: 2,
  },
  "client-failed": {
    meaning: "OpenClaw failed for a reason of its own.",
    remedy: "Its own words are the evidence.",
    settledBy: FLAKE_TRIES,
  },
  "stream-truncated": {
    meaning: "The answer broke off before it was complete.",
    remedy: "Look at the end of engine.log; a proxy in between may cut long answers too.",
    settledBy: FLAKE_TRIES,
  },
  "stream-error": {
    meaning: "The server reported an error in the middle of its answer.",
    remedy: "Its own words, above, say why; report it with the end of engine.log.",
    settledBy: FLAKE_TRIES,
  },
  "tokens-lost": {
    meaning:
      "The stream held fewer tokens than the server counted or promised: some never reached the client.",
    remedy:
      "Look for a proxy that drops chunks, or a server that drops what its reader is late for; a stream that loses tokens can break a tool call in two.",
    settledBy: FLAKE_TRIES,
  },
  "client-lagged": {
    meaning:
      "This tool itself was kept from reading for so long that the times (or the tokens) of this reply can't be trusted.",
    remedy:
      "Measure on a machine with a core to spare, or end what else is running on it; nothing is said about the server.",
    settledBy: FLAKE_TRIES,
  },
  "response-too-large": {
    meaning: "The server sent more than a reply may have, and was cut off.",
    remedy:
      "A model that never ends its reply needs an end mark or a smaller max_tokens; report a server that ignores max_tokens.",
    settledBy: 2,
  },
  "empty-reply": {
    meaning: "The server answered without any text or tool call.",
    remedy:
      "Check that the model is an instruction-tuned one and that its chat template fits; try another quantization.",
    settledBy: 2,
  },
  "expectation-failed": {
    meaning: "The answer came, but is not what the scenario expects.",
    remedy: "Compare the answer with the scenario's expectation; a larger model may be needed.",
    settledBy: 2,
  },
  "http-error": {
    meaning: "The server refused the request.",
    remedy:
      "Its own words, above, say why; engine.log may say more. If the words name a field, look for a compat flag that changes it.",
    settledBy: 2,
  },
  "not-run": { meaning: "It was not run.", remedy: null, settledBy: 2 },
};
