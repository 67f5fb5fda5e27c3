/** Brings bench/inferrs-releases.json up to date: `npm run update-digests`. */
import { readFileSync } from "node:fs";
import { writeWhole } from "../src/host/files.ts";
import { renderTable, TABLE_FILE, tableSchema } from "../src/provision/inferrs/table.ts";
import { updateTable } from "../src/provision/inferrs/update.ts";
import { fetchWorld } from "../src/provision/inferrs/world.ts";

const path = process.argv[2] ?? new URL(`../bench/${TABLE_FILE}`, import.meta.url).pathname;
const say = (line: string) => void process.stderr.write(`${line}\n`);
const world = fetchWorld({
  cwd: process.cwd(),
  env: process.env,
  token: process.env.GITHUB_TOKEN || process.env.GH_TOKEN || null,
  offline: false,
  signal: new AbortController().signal,
  say,
  warn: ({ text }) => say(text),
});
try {
  const { table, added } = await updateTable(
    tableSchema.parse(JSON.parse(readFileSync(path, "utf8"))),
    world,
  );
  if (added.length > 0) writeWhole(path, renderTable(table));
  process.stdout.write(added.length === 0 ? "nothing new\n" : `added ${added.join(", ")}\n`);
} catch (error) {
  say((error as Error).message);
  process.exitCode = 1;
}
