/** What is in this repository of the packages: what npm must bring, whatever its registry says. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { assetPath } from "../../host/assets.ts";

const integrity = z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/);

const pinsSchema = z.strictObject({
  /** npm's integrity of the client by version. */
  openclaw: z.record(z.string(), integrity),
  /** A package that holds nothing but Node's executable, by platform and architecture. */
  node: z.record(
    z.string(),
    z.strictObject({ package: z.string(), version: z.string(), integrity }),
  ),
});

export type Pins = z.infer<typeof pinsSchema>;

/** The table that comes with the tool. */
export function readPins(): Pins {
  const text = readFileSync(join(assetPath("bench"), "openclaw-versions.json"), "utf8");
  return pinsSchema.parse(JSON.parse(text));
}

/** npm's lock file for a version of the client, with all that it needs; null: none is kept here. */
export function lockFileOf(version: string): string | null {
  const path = join(assetPath("bench"), "openclaw", `${version}.lock.json`);
  return existsSync(path) ? path : null;
}
