/** The rivals, and those that can't be run. */
import { aiperfDefault, aiperfUsage } from "./aiperf.ts";
import { evalscope } from "./evalscope.ts";
import { guidellm } from "./guidellm.ts";
import { inferencePerf } from "./inference-perf.ts";
import { llamaBenchy } from "./llama-benchy.ts";
import { sglang } from "./sglang.ts";
import type { Rival } from "./types.ts";
import { vllm } from "./vllm.ts";

export const RIVALS: readonly Rival[] = [
  guidellm,
  aiperfDefault,
  aiperfUsage,
  inferencePerf,
  llamaBenchy,
  evalscope,
  vllm,
  sglang,
];

/** Looked at and left out, with the reason. */
export const NOT_RUN: readonly { name: string; why: string }[] = [
  {
    name: "genai-perf 0.0.16",
    why: "it measures with the program perf_analyzer; the only package of it that pip finds for Debian 12 (0.1.0) is an empty placeholder. Its successor is aiperf",
  },
  {
    name: "llmperf (Ray)",
    why: "is not on PyPI; the package of that name (0.0.1) is another tool",
  },
];
