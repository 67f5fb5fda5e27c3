/** The digests that are in this repository: what an archive must be, whatever the network says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { assetPath } from "../../host/assets.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The size is only for what is told and for room on the disk; null: nobody said it. */
const knownAsset = z.strictObject({ sha256, bytes: z.int().positive().nullable().default(null) });

const knownRelease = z.strictObject({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  assets: z.record(z.string(), knownAsset),
});

export const tableSchema = z.strictObject({
  repository: z.string(),
  /**
   * By version, oldest first. Made by `npm run update-digests`; the first four, which have no sizes,
   * are from inferrs's own Homebrew tap (docs/inferrs.md).
   */
  releases: z.record(z.string(), knownRelease),
});

export type DigestTable = z.infer<typeof tableSchema>;
export type KnownRelease = DigestTable["releases"][string];

export const TABLE_FILE = "inferrs-releases.json";

/** The table that comes with the tool. */
export function readTable(): DigestTable {
  const text = readFileSync(join(assetPath("bench"), TABLE_FILE), "utf8");
  return tableSchema.parse(JSON.parse(text));
}

/** SHA-256 of a release's archives, by name. */
export function knownDigests({ assets }: KnownRelease): Record<string, string> {
  return Object.fromEntries(Object.entries(assets).map(([name, { sha256 }]) => [name, sha256]));
}

/** As it is committed. */
export function renderTable(table: DigestTable): string {
  const versions = Object.entries(table.releases).sort(([a], [b]) => (a < b ? -1 : 1));
  const releases = Object.fromEntries(versions);
  return `${JSON.stringify({ ...table, releases }, null, 2)}\n`;
}
