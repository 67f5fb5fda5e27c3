/**
 * `doctor --selftest`: what can only be checked on the machine itself. Starts the engine twice with a
 * model of a few MB that is made here. The engine itself may be fetched: the newest release, where
 * none is named and none is on PATH.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signalGroup } from "../engine/process.ts";
import { lives } from "./lives.ts";
import { complete, failed, passed, type SelfTestStep } from "./steps.ts";
import type { Left, SelfTest } from "./types.ts";

/** All steps, in order; nothing is left behind, whatever fails. */
export async function selfTest(test: SelfTest): Promise<SelfTestStep[]> {
  const steps: SelfTestStep[] = [];
  const add = (step: SelfTestStep) => {
    steps.push(step);
    test.onStep(step);
    return step.status !== "fail";
  };
  const workDir = mkdtempSync(join(tmpdir(), "inferrs-bench-"));
  const left: Left = { workDir, groups: [], lock: null };
  // The last way out, as in a run: an exception must not leave an engine behind.
  const onExit = () => {
    for (const pid of left.groups) signalGroup(pid, "SIGKILL");
  };
  process.once("exit", onExit);
  try {
    await lives(test, left, add);
  } finally {
    onExit();
    left.lock?.release();
    process.removeListener("exit", onExit);
    rmSync(workDir, { recursive: true, force: true });
  }
  const why = "the engine may still write to it";
  add(
    existsSync(workDir)
      ? failed("cleanup", "expectation-failed", why, "Remove it by hand; please report it.")
      : passed("cleanup", "what the engines wrote is gone with it"),
  );
  return complete(steps);
}
