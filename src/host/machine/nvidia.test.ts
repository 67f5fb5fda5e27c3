import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { InputError, SetupError } from "../../inputs/error.ts";
import { fakeSmi, type SmiAnswers } from "../../testing/fake-smi.ts";
import { readEnvironment } from "../environment.ts";
import { checkDevice } from "./device-check.ts";
import { readMoment } from "./moment.ts";
import { gpuMoments, gpuProcesses, readNvidia } from "./nvidia.ts";

const dir = mkdtempSync(join(tmpdir(), "nvidia-"));
after(() => rmSync(dir, { recursive: true, force: true }));
let count = 0;
const smi = (answers: SmiAnswers) => fakeSmi(join(dir, String(count++)), answers);

const NONE = { PATH: join(dir, "empty") };
const WORDS = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";

test("a card, its driver and its limits; what it doesn't know is null", async () => {
  const cards = [
    "NVIDIA H100 80GB HBM3, 81559, 550.54.15, 700.00",
    "GRID T4, [N/A], 535.1, [Not Supported]",
  ];
  assert.deepEqual(await readNvidia(smi({ cards })), {
    kind: "found",
    gpus: [
      {
        name: "NVIDIA H100 80GB HBM3",
        memoryBytes: 81559 * 2 ** 20,
        driver: "550.54.15",
        powerLimitWatts: 700,
      },
      { name: "GRID T4", memoryBytes: null, driver: "535.1", powerLimitWatts: null },
    ],
  });
});

test("none installed, and one that doesn't work, are different things", async () => {
  assert.deepEqual(await readNvidia(NONE), { kind: "none" });
  assert.deepEqual(await readNvidia(smi({ broken: WORDS })), { kind: "broken", words: WORDS });
  assert.equal(await gpuProcesses(NONE), null);
  assert.equal(await gpuMoments(NONE), null);
});

test("the environment has the cards, and the fingerprint follows what decides their speed", async () => {
  const of = async (line: string) => await readEnvironment({ env: smi({ cards: [line] }) });
  const card = await of("NVIDIA L4, 23034, 550.54, 72.00");
  assert.equal(card.gpus[0]?.name, "NVIDIA L4");
  assert.equal((await of("NVIDIA L4, 23034, 550.54, 72.00")).fingerprint, card.fingerprint);
  for (const other of ["NVIDIA L4, 23034, 550.54, 40.00", "NVIDIA L4, 23034, 560.1, 72.00"]) {
    assert.notEqual((await of(other)).fingerprint, card.fingerprint);
  }
});

test("who else is on a GPU: our own engines are left out, hidden ids are not", async () => {
  const env = smi({
    utilization: ["37"],
    thermal: null,
    processes: 'echo "41, 1024"; echo "[N/A], [N/A]"',
  });
  assert.deepEqual(await gpuProcesses(env), [
    { pid: 41, bytes: 2 ** 30 },
    { pid: null, bytes: null },
  ]);
  const moment = await readMoment({ env, own: new Set([41]) });
  assert.deepEqual(moment.gpuOthers, [{ bytes: null }]);
  assert.deepEqual(moment.gpus, [{ utilizationPercent: 37, thermalMs: null }]);
});

test("thermal counters are µs of two causes", async () => {
  const env = smi({ utilization: ["0"], thermal: ["1500000, 500000"] });
  assert.deepEqual(await gpuMoments(env), [{ utilizationPercent: 0, thermalMs: 2000 }]);
});

const roots = { proc: join(dir, "p"), sys: join(dir, "s"), etc: join(dir, "e") };
const linux = { platform: "linux", release: "6.8.0", roots };
const mac = { platform: "darwin", release: "24.1.0", env: NONE, roots };

test("a device that this machine can't have is wrong input, with what mends it", async () => {
  const refused = async (
    asked: "cuda" | "metal",
    machine: Parameters<typeof checkDevice>[1],
    says: RegExp,
  ) =>
    await assert.rejects(checkDevice(asked, machine), (error: Error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, says);
      return true;
    });
  await refused(
    "metal",
    { ...linux, env: NONE },
    /--device: got "metal"; expected a Mac.*cuda, cpu or auto/,
  );
  await refused("cuda", mac, /NVIDIA GPU; Macs have none. Use --device metal/);
  await refused("cuda", { ...linux, env: NONE }, /no nvidia-smi on PATH.*--gpus all/);
  await refused("cuda", { ...linux, env: smi({}) }, /nvidia-smi lists no card/);
  await refused("metal", { ...mac, release: "19.6.0" }, /macOS 11 or newer.*Darwin 19\.6\.0/);
});

test("a driver that doesn't work is a failed set-up, in its own words", async () => {
  const env = smi({ broken: WORDS });
  await assert.rejects(checkDevice("cuda", { ...linux, env }), (error: Error) => {
    assert.ok(error instanceof SetupError);
    assert.match(error.message, /couldn't communicate with the NVIDIA driver/);
    return true;
  });
});

test("what the machine has is let through", async () => {
  await checkDevice("metal", mac);
  await checkDevice("cuda", { ...linux, env: smi({ cards: ["NVIDIA L4, 1, 2, 3"] }) });
  await checkDevice("cpu", { ...linux, env: NONE });
  await checkDevice("auto", { ...linux, env: smi({ broken: WORDS }) });
});
