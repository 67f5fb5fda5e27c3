import { join } from "node:path";
import { numberAt, readJson, unlessZero } from "./json.ts";
import type { Rival } from "./types.ts";

const VERSION = "1.14.1";

export const evalscope: Rival = {
  name: "evalscope perf",
  venv: "evalscope",
  version: VERSION,
  install: [[`evalscope[perf]==${VERSION}`]],
  options: "it asks for usage by itself, and has the tokenizer where there is none",
  fields:
    "`Success Requests`, `Failed Requests`; at 50% `TTFT (ms)`, `Output tokens`, `Decode (tok/s)`",
  command: (job) => ({
    program: "evalscope",
    args: [
      ...["perf", "--model", "golden", "--api", "openai", "--stream"],
      ...["--url", `${job.url}/v1/chat/completions`, "--tokenizer-path", job.tokenizer],
      ...["--number", String(job.requests), "--parallel", "1"],
      ...["--max-tokens", String(job.maxTokens), "--prompt", "Say the words."],
      ...["--outputs-dir", join(job.dir, "out"), "--no-timestamp", "--no-test-connection"],
    ],
  }),
  read: (job) => {
    const folder = join(job.dir, "out", "golden", `parallel_1_number_${job.requests}`);
    const summary = readJson(join(folder, "benchmark_summary.json"));
    const succeeded = numberAt(summary, "Success Requests");
    const failed = numberAt(summary, "Failed Requests");
    const nothing = { ttftMs: null, outputTokens: null, decodeTokensPerSecond: null };
    // Without a success there are no percentiles.
    if (succeeded === 0) return { succeeded, failed, ...nothing };
    const percentiles = readJson(join(folder, "benchmark_percentile.json"));
    const rows = Array.isArray(percentiles) ? percentiles : [];
    const half = rows.find((row) => row.Percentiles === "50%");
    return {
      succeeded,
      failed,
      ttftMs: unlessZero(numberAt(half, "TTFT (ms)")),
      outputTokens: numberAt(half, "Output tokens"),
      decodeTokensPerSecond: unlessZero(numberAt(half, "Decode (tok/s)")),
    };
  },
};
