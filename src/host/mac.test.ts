import assert from "node:assert/strict";
import { test } from "node:test";
import { footprintArgs, parseFootprint, parseSwapUsed, workingSetBytes } from "./mac.ts";
import { parsePsTime } from "./proc.ts";

/** The form in which several public projects have recorded footprint(1); the figures are ours. */
const FOOTPRINT = `======================================================================
inferrs [640]: 64-bit    Footprint: 2144348 B (16384 bytes per page)
======================================================================

Auxiliary data:
    phys_footprint: 2144348 B
    phys_footprint_peak: 2509547 B
======================================================================
worker [641]: 64-bit    Footprint: 1000000 B (16384 bytes per page)
======================================================================

Auxiliary data:
    phys_footprint_peak: 3,000,000 B
    phys_footprint: 1,000,000 B
`;

test("footprint: the sum over the processes, now and at its highest", () => {
  assert.deepEqual(parseFootprint(FOOTPRINT), { bytes: 3144348, peakBytes: 5509547 });
  assert.deepEqual(footprintArgs([640, 641]).slice(-4), ["-p", "640", "-p", "641"]);
  assert.equal(parseFootprint("footprint: unable to find process 640"), null);
});

test("swap in use, whatever its unit", () => {
  const line = "vm.swapusage: total = 2048.00M  used = 1024.25M  free = 1023.75M  (encrypted)";
  assert.equal(parseSwapUsed(line), 1024.25 * 2 ** 20);
  assert.equal(parseSwapUsed("vm.swapusage: total = 0.00M  used = 0.00M  free = 0.00M"), 0);
  assert.equal(parseSwapUsed("vm.swapusage: total = 4,00G  used = 1,50G"), 1.5 * 2 ** 30);
  assert.equal(parseSwapUsed(""), null);
});

test("the GPU's limit is what was set, else the least share that was seen", () => {
  assert.equal(workingSetBytes("12000\n", 16e9), 12000 * 2 ** 20);
  assert.equal(workingSetBytes("0\n", 15e9), 10e9);
});

test("CPU time as ps writes it", () => {
  assert.equal(parsePsTime("  0:01.23\n"), 1230);
  assert.equal(parsePsTime("1-02:03:04.50"), ((26 * 60 + 3) * 60 + 4.5) * 1000);
  assert.equal(parsePsTime(""), null);
});
