import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { DeviceSeen } from "../engine/device.ts";
import { fold } from "../journal/fold.ts";
import type { Device } from "../plan/types.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import { UNKNOWN_MOMENT } from "../testing/moment.ts";
import { machineWarnings, platformOfRun } from "./machine-warnings.ts";
import { UNVERIFIED, VERIFIED } from "./platforms.ts";
import { toResult } from "./result.ts";

const context = { renderConfig: () => "{}", guideCompat: {} };
const GPU = { name: "NVIDIA L4", memoryBytes: 1, driver: null, powerLimitWatts: null };

/** A run of inferrs whose starts were seen on these devices. */
function played(
  asked: Device,
  seen: (string | null)[],
  over: { gpu?: boolean; load1?: number } = {},
) {
  const plan = fakePlan({
    variants: [
      {
        name: "head",
        engine: { kind: "inferrs", inferrs: { kind: "default" }, sha256: null },
        model: { kind: "hub", id: "m" },
        device: asked,
        serverArgs: [],
      },
    ],
  });
  let start = 0;
  const { entries } = fakeRun(plan);
  for (const entry of entries) {
    if (entry.type === "provisioned") {
      Object.assign(entry.variant.server, { device: asked, deviceSeen: null });
    }
    if (entry.type === "run-started" && over.gpu) entry.environment.gpus = [GPU];
    if (entry.type === "start-ready") {
      const device = seen[Math.min(start++, seen.length - 1)] ?? null;
      entry.device = device === null ? null : ({ device, words: "w" } satisfies DeviceSeen);
    }
  }
  const moment = { ...UNKNOWN_MOMENT, load1: over.load1 ?? 0 };
  const last = entries.at(-1);
  assert.ok(last);
  entries.splice(-1, 0, { ...last, type: "moment", at: "start", moment });
  const state = fold(entries);
  assert.ok(state);
  return state;
}

const codes = (...args: Parameters<typeof played>) =>
  machineWarnings(played(...args)).map(({ code }) => code);

test("what was seen is in the result, and names the platform", () => {
  const state = played("auto", ["cpu"]);
  const result = toResult(state, context);
  assert.equal(result.variants[0]?.server.deviceSeen, "cpu");
  assert.equal(result.platform.id, "linux-x64-cpu");
  assert.notEqual(result.platform.verified, null);
  assert.deepEqual(codes("auto", ["cpu"]), []);
});

test("an unverified platform is never silent", () => {
  assert.deepEqual(codes("auto", ["cuda"], { gpu: true }), ["unverified-platform"]);
  assert.equal(platformOfRun(played("auto", ["cuda"])).verified, null);
  assert.equal(platformOfRun(played("auto", [null])).id, "linux-x64-unknown");
});

test("an older journal that never looked for the device: nothing is said of its platform", () => {
  const state = played("auto", [null]);
  assert.ok(machineWarnings(state).some(({ code }) => code === "unverified-platform"));
  for (const start of state.starts) start.deviceLookedFor = false;
  assert.deepEqual(machineWarnings(state), []);
});

test("a GPU that nothing confirms, one that isn't used, and one that was there only sometimes", () => {
  assert.ok(codes("cuda", [null]).includes("device-unconfirmed"));
  assert.ok(!codes("cuda", ["cuda"]).includes("device-unconfirmed"));
  assert.ok(codes("auto", ["cpu"], { gpu: true }).includes("gpu-unused"));
  assert.ok(!codes("cpu", ["cpu"], { gpu: true }).includes("gpu-unused"));
  assert.ok(codes("auto", ["cuda", "cpu"]).includes("device-changed"));
});

test("a bad moment is told of a real engine, not of the simulator", () => {
  assert.ok(codes("auto", ["cpu"], { load1: 9 }).includes("machine-busy"));
  const state = fakeRun(fakePlan()).state;
  state.moments.start = { ...played("auto", ["cpu"]).moments.start, load1: 9 } as never;
  assert.deepEqual(machineWarnings(state), []);
});

test("the README lists every platform, verified with its date or unverified", () => {
  const readme = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");
  const row = (id: string) => readme.split("\n").find((line) => line.startsWith(`| \`${id}\` |`));
  for (const { id, verified } of VERIFIED) {
    const text = `**verified** ${verified.date}: ${verified.run}`;
    assert.ok(row(id)?.includes(text), `${id}: ${text}`);
  }
  for (const id of UNVERIFIED) assert.match(row(id) ?? id, /\*\*unverified\*\*/);
});
