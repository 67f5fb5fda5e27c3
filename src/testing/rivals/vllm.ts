import { join } from "node:path";
import { readBenchServe } from "./bench-serve.ts";
import { numberAt } from "./json.ts";
import type { Rival } from "./types.ts";

const VERSION = "0.33.0";

/** What its client imports of other packages; the engine's own needs are left out (see lean.py). */
const CLIENT = [
  ...["transformers==5.19.0", "aiohttp==3.*", "numpy<3", "tqdm", "regex", "datasets", "pandas"],
  ...["pillow", "pybase64", "psutil", "pyzmq", "pyyaml", "msgspec", "cloudpickle", "requests"],
];

export const vllm: Rival = {
  name: "vllm bench serve",
  venv: "vllm",
  version: VERSION,
  install: [["--no-deps", `vllm==${VERSION}`], CLIENT],
  options: "backend openai-chat, which asks for usage by itself",
  fields:
    "`completed`, `failed`, `median_ttft_ms`, `total_output_tokens` / `completed`, 1000 / `median_tpot_ms`",
  command: (job) => ({
    program: "python",
    args: [
      ...[join(import.meta.dirname, "lean.py"), "vllm", "--backend", "openai-chat"],
      ...["--base-url", job.url, "--endpoint", "/v1/chat/completions"],
      ...["--model", "golden", "--tokenizer", job.tokenizer, "--dataset-name", "random"],
      ...["--random-input-len", String(job.promptTokens)],
      ...["--random-output-len", String(job.maxTokens), "--num-prompts", String(job.requests)],
      ...["--max-concurrency", "1", "--disable-tqdm", "--save-result"],
      ...["--result-dir", job.dir, "--result-filename", "report.json"],
    ],
  }),
  read: (job) => {
    const { report, told } = readBenchServe(job.dir);
    return { ...told, failed: numberAt(report, "failed") };
  },
};
