/** Where this tool itself was checked, and where nobody has looked yet. Pure. */
import type { Environment, Platform } from "../result.ts";

/**
 * One row for each kind of machine on which `doctor --selftest` and a run against the real inferrs
 * were done. The README shows this table; a test holds the two together.
 */
export const VERIFIED: readonly (Platform & { verified: { date: string; run: string } })[] = [
  {
    id: "linux-x64-cpu",
    verified: {
      date: "2026-11-26",
      run: "doctor --selftest with inferrs 9535ae3 and the synthetic model, on 2 cores",
    },
  },
];

/** Kinds of machines that the code knows of and nobody has checked. */
export const UNVERIFIED: readonly string[] = [
  "linux-x64-cuda",
  "linux-arm64-cpu",
  "linux-arm64-cuda",
  "darwin-arm64-cpu",
  "darwin-arm64-metal",
  "win32-x64-cpu",
  "win32-x64-cuda",
];

/**
 * @param device on which the engine was seen to serve, else the one that was asked for; null for an
 *   engine that was attached
 */
export function platformOf(environment: Environment, device: string | null): Platform {
  const { os, runner } = environment;
  const hosted = runner?.environment === "github-hosted" ? " on GitHub's runners" : "";
  const id = `${os.platform}-${os.arch}-${device ?? "attached"}${hosted}`;
  return { id, verified: VERIFIED.find((row) => row.id === id)?.verified ?? null };
}
