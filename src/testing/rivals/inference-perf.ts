import { join } from "node:path";
import { numberAt, perSecond, readJson, unlessZero } from "./json.ts";
import type { Rival } from "./types.ts";

const VERSION = "0.7.0";

export const inferencePerf: Rival = {
  name: "inference-perf",
  venv: "inference-perf",
  version: VERSION,
  install: [[`inference-perf==${VERSION}`]],
  options:
    "`use_server_output_tokens: true`; data `mock`, the only generator that needs no download and asks the chat endpoint",
  fields:
    "`successes.count`, `failures.count`, medians of `time_to_first_token`, `output_tokens` and 1 / `time_per_output_token`",
  command: (job) => ({
    program: "inference-perf",
    args: ["-c", join(job.dir, "config.json")],
    files: {
      // JSON is YAML.
      "config.json": JSON.stringify({
        api: { type: "chat", streaming: true },
        data: { type: "mock" },
        load: {
          type: "concurrent",
          stages: [{ num_requests: job.requests, concurrency_level: 1 }],
          num_workers: 1,
        },
        server: { type: "vllm", model_name: "golden", base_url: job.url, ignore_eos: true },
        tokenizer: { pretrained_model_name_or_path: job.tokenizer },
        report: { request_lifecycle: { summary: true, use_server_output_tokens: true } },
        storage: { local_storage: { path: join(job.dir, "out") } },
      }),
    },
  }),
  read: (job) => {
    const report = readJson(join(job.dir, "out", "summary_lifecycle_metrics.json"));
    const seconds = (metric: string) => numberAt(report, "successes", "latency", metric, "median");
    const ttft = seconds("time_to_first_token");
    const each = seconds("time_per_output_token");
    return {
      succeeded: numberAt(report, "successes", "count"),
      failed: numberAt(report, "failures", "count"),
      ttftMs: ttft === null ? null : 1000 * ttft,
      outputTokens: unlessZero(numberAt(report, "successes", "output_tokens", "median")),
      decodeTokensPerSecond: perSecond(each === null ? null : 1000 * each),
    };
  },
};
