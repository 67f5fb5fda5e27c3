import { join } from "node:path";
import { numberAt, perSecond, readJson, unlessZero } from "./json.ts";
import type { Rival } from "./types.ts";

const VERSION = "0.8.1";

export const guidellm: Rival = {
  name: "guidellm",
  venv: "guidellm",
  version: VERSION,
  install: [[`guidellm==${VERSION}`]],
  options:
    "profile synchronous; synthetic data with output_tokens, as its documentation has it; it asks for usage, and for usage in every chunk, by itself",
  fields:
    "`metrics.request_totals`, `time_to_first_token_ms`, `output_token_count`, 1000 / `inter_token_latency_ms`: medians of `successful`",
  command: (job) => ({
    program: "guidellm",
    args: [
      "run",
      ...["--backend", `kind=openai_http,target=${job.url},max_tokens=${job.maxTokens}`],
      ...["--profile", "kind=synchronous"],
      ...["--constraint", `kind=max_requests,count=${job.requests}`],
      ...["--tokenizer", `kind=hf_auto,model=${job.tokenizer}`],
      "--data",
      `kind=synthetic_text,prompt_tokens=${job.promptTokens},output_tokens=${job.maxTokens}`,
      ...["--output", `kind=json,path=${join(job.dir, "report.json")}`],
      "--disable-console-interactive",
    ],
  }),
  read: (job) => {
    const report = readJson(join(job.dir, "report.json"));
    const at = (...path: string[]) => numberAt(report, "benchmarks", 0, "metrics", ...path);
    const middle = (metric: string) => unlessZero(at(metric, "successful", "median"));
    return {
      succeeded: at("request_totals", "successful"),
      failed: at("request_totals", "errored"),
      ttftMs: middle("time_to_first_token_ms"),
      outputTokens: middle("output_token_count"),
      decodeTokensPerSecond: perSecond(middle("inter_token_latency_ms")),
    };
  },
};
