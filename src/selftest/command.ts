/** `doctor --selftest` as a command: whether this tool works on this machine. */
import { platformOf } from "../analyze/platforms.ts";
import { type BenchHost, failed } from "../end.ts";
import { toolVersion } from "../host/assets.ts";
import { machineMemoryBytes, readEnvironment } from "../host/environment.ts";
import { InputError } from "../inputs/error.ts";
import { readOptions } from "../inputs/options.ts";
import type { RawOptions } from "../inputs/table.ts";
import { plain } from "../report/escape.ts";
import { platformLine } from "../report/machine.ts";
import { selfTest } from "./selftest.ts";
import { renderStep } from "./steps.ts";

/** @returns the exit code: 0 when no step failed, 1 when one did, 2 for wrong input */
export async function runSelfTest(raw: RawOptions, host: BenchHost): Promise<number> {
  try {
    const options = readOptions({ ...raw, model: "synthetic" }, host.env, machineMemoryBytes());
    if (options.engine.kind === "external") {
      throw new InputError({
        input: "--engine",
        value: "external",
        expected: "inferrs or sim: a self-test starts and ends the engine",
        mend: "Leave it out, and name the executable with --inferrs.",
      });
    }
    const environment = await readEnvironment({ env: host.env });
    const version = toolVersion();
    let seen: string | null = options.engine.kind === "sim" ? "simulated" : null;
    const steps = await selfTest({
      options,
      environment,
      env: host.env,
      cwd: host.cwd,
      signal: host.signal,
      githubToken: host.githubToken ?? null,
      toolVersion: version,
      say: (line) => {
        host.stderr.write(`${plain(line)}\n`);
      },
      onDevice: (device) => {
        seen = device;
      },
      onStep: (step) => {
        if (!options.json) host.stdout.write(`${renderStep(step)}\n`);
      },
    });
    const good = steps.every(({ status }) => status !== "fail");
    const asked = options.device === "auto" ? "unknown" : options.device;
    const platform = platformOf(environment, seen ?? asked);
    if (options.json) {
      const told = { steps, tool: { version }, date: today(), platform, environment };
      host.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    } else {
      const verdict = good ? "No step failed" : "It doesn't work here";
      host.stdout.write(`${verdict}. Platform ${platformLine(platform)}.\n`);
    }
    return good ? 0 : 1;
  } catch (error) {
    const end = failed(error);
    host.stderr.write(`Error: ${end.error?.message}\n`);
    return end.exitCode;
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
