import { join } from "node:path";
import { readBenchServe } from "./bench-serve.ts";
import type { Rival } from "./types.ts";

const VERSION = "0.5.23";

/** What its client imports of other packages; the engine's own needs are left out (see lean.py). */
const CLIENT = [
  ...["transformers==5.19.0", "aiohttp==3.*", "numpy<3", "tqdm", "msgspec", "orjson", "requests"],
  ...["datasets", "pybase64", "pillow", "psutil", "pyzmq"],
];

export const sglang: Rival = {
  name: "sglang bench_serving",
  venv: "sglang",
  version: VERSION,
  install: [["--no-deps", `sglang==${VERSION}`], CLIENT],
  options: "usage is asked for with --extra-request-body (it doesn't by itself, but reads it)",
  fields:
    "`completed`, `median_ttft_ms`, `total_output_tokens` / `completed`, 1000 / `median_tpot_ms`",
  command: (job) => ({
    program: "python",
    args: [
      ...[join(import.meta.dirname, "lean.py"), "sglang", "--backend", "sglang-oai-chat"],
      ...["--base-url", job.url, "--model", "golden", "--tokenizer", job.tokenizer],
      ...["--dataset-name", "random-ids", "--random-range-ratio", "1"],
      ...["--random-input-len", String(job.promptTokens)],
      ...["--random-output-len", String(job.maxTokens), "--num-prompts", String(job.requests)],
      ...["--max-concurrency", "1", "--disable-tqdm"],
      ...["--extra-request-body", JSON.stringify({ stream_options: { include_usage: true } })],
      ...["--output-file", join(job.dir, "report.json")],
    ],
  }),
  read: (job) => {
    const { told } = readBenchServe(job.dir);
    // It doesn't tell: whoever isn't completed has failed.
    const failed = told.succeeded === null ? null : job.requests - told.succeeded;
    return { ...told, failed };
  },
};
