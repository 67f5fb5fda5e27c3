import assert from "node:assert/strict";
import { test } from "node:test";
import { UNKNOWN_MOMENT } from "../testing/moment.ts";
import { type Moment, momentWarnings } from "./moments.ts";

const quiet: Moment = {
  load1: 0.5,
  ticks: { total: 1000, steal: 10 },
  throttling: { times: 5, ms: 100 },
  thermalThrottles: 2,
  swapUsedBytes: 0,
  gpus: [{ utilizationPercent: 0, thermalMs: 0 }],
  gpuOthers: [],
};
const codes = (start: Partial<Moment> | null, end: Partial<Moment> | null, cores = 4) =>
  momentWarnings(
    { start: start && { ...quiet, ...start }, end: end && { ...quiet, ...end } },
    cores,
  ).map(({ code }) => code);

test("a quiet machine gives no warning, nor does one of which nothing is known", () => {
  assert.deepEqual(codes({}, {}), []);
  const unknown = UNKNOWN_MOMENT;
  assert.deepEqual(codes(unknown, unknown), []);
  assert.deepEqual(codes(unknown, {}), [], "a counter without its beginning tells nothing");
  assert.deepEqual(codes(null, null), []);
});

test("load: above the cores at the start; at the end the engine's own is no news", () => {
  assert.deepEqual(codes({ load1: 4.1 }, {}), ["machine-busy"]);
  assert.deepEqual(codes({}, { load1: 5 }), []);
  assert.deepEqual(codes({}, { load1: 8.5 }), ["machine-busy"]);
  assert.deepEqual(codes({ load1: 9 }, { load1: 9 }), ["machine-busy"], "said once");
});

test("steal counts as a share of the run, not since boot", () => {
  assert.deepEqual(codes({}, { ticks: { total: 2000, steal: 61 } }), ["cpu-stolen"]);
  assert.deepEqual(codes({}, { ticks: { total: 2000, steal: 59 } }), []);
  const before = { ticks: { total: 1000, steal: 900 } };
  assert.deepEqual(codes(before, { ticks: { total: 2000, steal: 900 } }), []);
});

test("what a container's limit, heat and short memory did during the run", () => {
  assert.deepEqual(codes({}, { throttling: { times: 9, ms: 900 } }), ["cpu-throttled"]);
  assert.deepEqual(codes({}, { throttling: { times: 9, ms: 150 } }), [], "50 ms are nothing");
  assert.deepEqual(codes({}, { thermalThrottles: 3 }), ["cpu-hot"]);
  assert.deepEqual(codes({}, { gpus: [{ utilizationPercent: 0, thermalMs: 700 }] }), ["gpu-hot"]);
  assert.deepEqual(codes({}, { swapUsedBytes: 2 ** 28 }), ["swapped"]);
});

test("a GPU that somebody else uses: by its processes, else by how busy it is before we begin", () => {
  const others = [{ bytes: 3 * 2 ** 30 }, { bytes: null }];
  const [warning] = momentWarnings({ start: { ...quiet, gpuOthers: others }, end: quiet }, 4);
  assert.match(warning?.text ?? "", /began, 2 other processes were on the GPU, with 3\.0 GiB/);
  assert.deepEqual(codes({}, { gpuOthers: [{ bytes: null }] }), ["gpu-shared"]);
  assert.deepEqual(codes({ gpus: [{ utilizationPercent: 40, thermalMs: null }] }, {}), [
    "gpu-busy",
  ]);
  assert.deepEqual(codes({}, { gpus: [{ utilizationPercent: 90, thermalMs: 0 }] }), []);
});
