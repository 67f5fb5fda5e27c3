import { readFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "../../analyze/statistics.ts";
import { numberAt, readJson } from "./json.ts";
import type { Rival } from "./types.ts";

const VERSION = "0.4.0";

interface End {
  type: string;
  total_tokens: number;
  error: string;
}

export const llamaBenchy: Rival = {
  name: "llama-benchy",
  venv: "llama-benchy",
  version: VERSION,
  install: [[`llama-benchy==${VERSION}`]],
  options: "it asks for usage by itself; --skip-coherence, as the reply is no answer",
  fields:
    "medians of `e2e_ttft.values` and `tg_throughput.values`; tokens and errors from `request_end` of --emit-progress (the report has neither)",
  command: (job) => ({
    program: "llama-benchy",
    args: [
      ...["--base-url", `${job.url}/v1`, "--model", "golden", "--tokenizer", job.tokenizer],
      ...["--pp", String(job.promptTokens), "--tg", String(job.maxTokens)],
      ...["--runs", String(job.requests), "--concurrency", "1", "--skip-coherence"],
      ...["--book-url", job.bookUrl, "--format", "json"],
      ...["--save-result", join(job.dir, "report.json")],
      ...["--emit-progress", join(job.dir, "progress.jsonl")],
    ],
  }),
  read: (job) => {
    const report = readJson(join(job.dir, "report.json"));
    const ends = readFileSync(join(job.dir, "progress.jsonl"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as End)
      .filter(({ type }) => type === "request_end");
    const good = ends.filter(({ error }) => error === "");
    const runs = ends.map((_, index) => index);
    const middle = (metric: string) => {
      const values = runs
        .map((run) => numberAt(report, "benchmarks", 0, metric, "values", run))
        .filter((value) => value !== null);
      return values.length === 0 ? null : median(values);
    };
    const tokens = good.map((end) => end.total_tokens).filter((count) => count > 0);
    return {
      succeeded: good.length,
      failed: ends.length - good.length,
      ttftMs: middle("e2e_ttft"),
      outputTokens: tokens.length === 0 ? null : median(tokens),
      decodeTokensPerSecond: middle("tg_throughput"),
    };
  },
};
