import { join } from "node:path";
import { numberAt, readJson } from "./json.ts";
import type { Rival } from "./types.ts";

const VERSION = "0.13.0";

/** Counts by the tokenizer unless told to take the server's usage: neither suits every server. */
function aiperf(name: string, options: string, extra: string[]): Rival {
  return {
    name,
    venv: "aiperf",
    version: VERSION,
    install: [[`aiperf==${VERSION}`]],
    options,
    fields:
      "`request_count`, `error_request_count`, p50 of `time_to_first_token`, `output_sequence_length` and `output_token_throughput_per_user`",
    command: (job) => ({
      program: "aiperf",
      args: [
        ...["profile", "--model", "golden", "--endpoint-type", "chat", "--streaming"],
        ...["--url", job.url, "--tokenizer", job.tokenizer],
        ...["--concurrency", "1", "--request-count", String(job.requests)],
        ...["--isl", String(job.promptTokens), "--osl", String(job.maxTokens)],
        ...["--request-timeout-seconds", "30"],
        ...["--output-artifact-dir", join(job.dir, "out"), "--ui", "none"],
        ...extra,
      ],
      // Offline it looks a folder up in the hub's cache, and fails; a local path needs no hub. Even "0" is on.
      env: { HF_HUB_OFFLINE: "", TRANSFORMERS_OFFLINE: "" },
    }),
    read: (job) => {
      const report = readJson(join(job.dir, "out", "profile_export_aiperf.json"));
      return {
        succeeded: numberAt(report, "request_count", "avg") ?? 0,
        failed: numberAt(report, "error_request_count", "avg") ?? 0,
        ttftMs: numberAt(report, "time_to_first_token", "p50"),
        outputTokens: numberAt(report, "output_sequence_length", "p50"),
        decodeTokensPerSecond: numberAt(report, "output_token_throughput_per_user", "p50"),
      };
    },
  };
}

export const aiperfDefault = aiperf("aiperf", "defaults: tokens are counted by the tokenizer", []);

export const aiperfUsage = aiperf(
  "aiperf, server's counts",
  "--use-server-token-count --per-chunk-usage, which it offers for bundled tokens",
  ["--use-server-token-count", "--per-chunk-usage"],
);
