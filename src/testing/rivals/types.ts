/** What a rival is to the comparison: how to install it, how to run it, what it said. */

/** One run of one rival over one stream. */
export interface Job {
  /** The script's address; the chat endpoint is `v1/chat/completions` below it. */
  url: string;
  /** A folder with a tokenizer that knows the corpus's words. */
  tokenizer: string;
  /** A text to make prompts of, as a file and over HTTP. */
  bookUrl: string;
  /** Empty, and the run's own. */
  dir: string;
  requests: number;
  promptTokens: number;
  maxTokens: number;
}

/** What a tool reported of a stream, by its own output file. Unknown is null. */
export interface Told {
  succeeded: number | null;
  failed: number | null;
  ttftMs: number | null;
  outputTokens: number | null;
  decodeTokensPerSecond: number | null;
}

export interface Command {
  /** A program of the environment's `bin`. */
  program: string;
  args: string[];
  env?: Record<string, string>;
  /** Written into the job's folder before the start, by name. */
  files?: Record<string, string>;
}

export interface Rival {
  /** Column heading. */
  name: string;
  /** Rivals of the same environment share it. */
  venv: string;
  version: string;
  /** Arguments of `pip install`, one call each; versions are pinned. */
  install: string[][];
  /** Options that make it as right as it can be, in words. */
  options: string;
  /** The fields that were read, in words. */
  fields: string;
  command(job: Job): Command;
  /** @throws when the tool left no report, or none in the shape that it had in this version */
  read(job: Job): Told;
}
