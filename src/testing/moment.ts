/** A look at the machine that could tell nothing; tests add what they are about. */
import type { Moment } from "../analyze/moments.ts";

export const UNKNOWN_MOMENT: Moment = {
  load1: null,
  ticks: null,
  throttling: null,
  thermalThrottles: null,
  swapUsedBytes: null,
  gpus: null,
  gpuOthers: null,
};
