/** The figures that the charts draw: how each is called, formatted, and which way is better. Pure. */
import type { MetricName } from "../../../result.ts";
import { ms, tokensPerSecond } from "../../format.ts";
import type { Format } from "./axis.ts";

export interface Measure {
  metric: MetricName;
  label: string;
  format: Format;
}

/** In the order in which they are drawn. */
export const MEASURES: readonly Measure[] = [
  { metric: "turnMs", label: "whole turn", format: ms },
  { metric: "ttftMs", label: "time to first token", format: ms },
  { metric: "decodeTokensPerSecond", label: "decode", format: tokensPerSecond },
  { metric: "itlMedianMs", label: "gap between chunks", format: ms },
  { metric: "queueMs", label: "queue", format: ms },
  { metric: "throughputTokensPerSecond", label: "throughput", format: tokensPerSecond },
];
