/** `doctor`: what works with this server and this config; or its self-test, of this tool on this machine. */
import type { DoctorGiven } from "./doctor/options.ts";
import type { BenchHost } from "./end.ts";
import type { RawOptions } from "./inputs/table.ts";

/** @returns the exit code: 0 when it works, 1 when it doesn't, 2 for wrong input, 3 when the set-up failed */
export async function doctor(
  raw: RawOptions,
  given: DoctorGiven & { selftest: boolean },
  host: BenchHost,
): Promise<number> {
  if (given.selftest) {
    const { runSelfTest } = await import("./selftest/command.ts");
    return await runSelfTest(raw, host);
  }
  const { runDoctor } = await import("./doctor/command.ts");
  return await runDoctor(raw, given, host);
}
