/** What of this tool runs: its bundles, and the prompts and tables that come with them. */
import { createHash } from "node:crypto";
import { assetPath, bundleDir, toolVersion } from "../host/assets.ts";
import { treeDigest } from "../provision/openclaw/tree.ts";
import type { Lock } from "./schema.ts";

/** One digest for the command line and the Action: either can run what the other has locked. */
export async function thisTool(): Promise<Lock["tool"]> {
  const version = toolVersion();
  const dir = bundleDir();
  if (dir === null) return { version, sha256: null };
  const digests = await Promise.all([treeDigest(dir, ""), treeDigest(assetPath("bench"), "")]);
  return { version, sha256: createHash("sha256").update(digests.join("\n")).digest("hex") };
}

/** Its minor versions change every few weeks on a runner that nobody can hold: the major is locked. */
export function majorOf(nodeVersion: string): string {
  return nodeVersion.replace(/^v/, "").split(".")[0] ?? "";
}
