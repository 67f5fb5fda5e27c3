/** The Action's post step: ends what a killed run left behind. It never fails the job. */
import * as core from "@actions/core";
import { endLeftovers } from "./engine/leftovers.ts";

async function main(): Promise<void> {
  const outDir = core.getState("out-dir");
  if (outDir === "") return;
  try {
    const { ended } = await endLeftovers(outDir, process.env);
    if (ended.length === 0) core.info("Nothing was left running.");
    else core.warning(`Ended what the run had left behind: process ${ended.join(", ")}.`);
  } catch (error) {
    core.warning(`Could not look for processes left behind: ${String(error)}`);
  }
}

void main();
