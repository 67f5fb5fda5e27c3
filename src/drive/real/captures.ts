/**
 * Bodies that the real client sent to a server without a model, kept in the user's own cache: a
 * folder for each client version and config, for the user's eyes only, because they hold what stands
 * in the workspace.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { cacheDir } from "../../provision/model.ts";

/** Of each turn, the bodies of its model calls as they were sent. */
export type CapturedTurns = string[][];

const captureSchema = z.strictObject({
  schema: z.literal("inferrs-bench/capture/v1"),
  version: z.string(),
  scenario: z.string(),
  turns: z.array(z.array(z.string()).min(1)).min(1),
});

export interface CaptureKey {
  /** Of the client. */
  version: string;
  /** The whole config, without what differs from run to run. */
  config: unknown;
  scenarioDigest: string;
}

/** The folder of one capture. */
export function captureDir(key: CaptureKey, env: NodeJS.ProcessEnv): string {
  const text = JSON.stringify([key.config, key.scenarioDigest]);
  const hash = createHash("sha256").update(text).digest("hex");
  return join(cacheDir(env), "captures", key.version, hash);
}

/** @returns null where there is none, or none that can be read */
export function readCapture(key: CaptureKey, env: NodeJS.ProcessEnv): CapturedTurns | null {
  try {
    const text = readFileSync(join(captureDir(key, env), "bodies.json"), "utf8");
    return captureSchema.parse(JSON.parse(text)).turns;
  } catch {
    return null;
  }
}

/** Comes to its place in one step. */
export function keepCapture(key: CaptureKey, turns: CapturedTurns, env: NodeJS.ProcessEnv): void {
  const dir = captureDir(key, env);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const kept: z.infer<typeof captureSchema> = {
    schema: "inferrs-bench/capture/v1",
    version: key.version,
    scenario: key.scenarioDigest,
    turns,
  };
  const temporary = join(dir, `.bodies-${process.pid}-${randomBytes(4).toString("hex")}`);
  writeFileSync(temporary, JSON.stringify(kept), { mode: 0o600 });
  renameSync(temporary, join(dir, "bodies.json"));
}
