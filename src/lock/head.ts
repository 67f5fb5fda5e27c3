/** What of a lock is known before any engine or model was looked at. */
import { createHash } from "node:crypto";
import type { Scenario } from "../plan/scenario.ts";
import { LOCK_SCHEMA_ID, type LockHead } from "./schema.ts";
import { majorOf, thisTool } from "./tool.ts";

export async function lockHead(of: {
  command: string[];
  scenarios: readonly Scenario[];
  /** The OpenClaw config in force, its secrets out. */
  config: unknown;
}): Promise<LockHead> {
  return {
    schema: LOCK_SCHEMA_ID,
    tool: await thisTool(),
    node: majorOf(process.versions.node),
    command: of.command,
    scenarios: of.scenarios.map(({ name, scale, digest }) => ({ name, scale, sha256: digest })),
    openclawConfigSha256: createHash("sha256").update(JSON.stringify(of.config)).digest("hex"),
  };
}
