/**
 * Puts the recommended settings into the user's config, by the client's own command: it checks what
 * it writes, knows its includes, and tells a running gateway. Shown first, asked, and kept beside.
 */
import { lstatSync, readFileSync } from "node:fs";
import JSON5 from "json5";
import type { BenchHost } from "../../end.ts";
import { InputError, SetupError } from "../../inputs/error.ts";
import type { OpenClawInstall } from "../../provision/openclaw/types.ts";
import { runOnConfig } from "../client.ts";
import { valueOfPath } from "../user-config.ts";
import { backUp, digestOf, recordChange, takeBack } from "./backup.ts";
import { type Change, renderDifference } from "./difference.ts";

export interface WriteOptions {
  install: OpenClawInstall;
  configPath: string;
  /** With its includes. */
  config: unknown;
  /** The config's own, and those that it includes: the client writes a setting where it stands. */
  files: readonly string[];
  settings: readonly { path: string; value: unknown }[];
  host: BenchHost;
  now: Date;
  print(text: string): void;
  /** Asks the user; false: no. */
  confirm(question: string): Promise<boolean>;
}

export type Written =
  | { kind: "nothing" }
  | { kind: "declined" }
  | { kind: "written"; files: string[]; backups: string[]; said: string };

/**
 * @throws InputError when the file can't be written to as it is, or the client refuses the settings
 * @throws SetupError when the client can't do it; the config is then as it was
 */
export async function writeSettings(options: WriteOptions): Promise<Written> {
  const { configPath, config, settings, print } = options;
  const changes = settings
    .map(({ path, value }): Change => {
      return { path, before: valueOfPath(config, path), after: value };
    })
    .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
  if (changes.length === 0) return { kind: "nothing" };
  if (lstatSync(configPath).isSymbolicLink()) {
    throw new InputError({
      input: "--write",
      value: configPath,
      expected: "a regular file: OpenClaw replaces a link instead of what it points to",
      mend: "Point OPENCLAW_CONFIG_PATH at the file itself.",
    });
  }
  const batch = JSON.stringify(changes.map(({ path, after }) => ({ path, value: after })));
  await tryDry(options, batch);
  const { files } = options;
  const seen = digestsOf(files);
  print(renderDifference(configPath, changes));
  if (files.some(hasComments)) {
    print("The client writes plain JSON: comments go (the backup keeps them).");
  }
  if (!(await options.confirm(`Write ${changes.length === 1 ? "it" : "them"} into ${configPath}?`)))
    return { kind: "declined" };
  if (digestsOf(files).join() !== seen.join()) {
    throw new InputError({
      input: "--write",
      value: configPath,
      expected: "the file as it was read",
      mend: "It was changed meanwhile; run the doctor again.",
    });
  }
  const backup = backUp(files, options.now);
  try {
    const said = await run(options, ["config", "set", "--batch-json", batch]);
    await run(options, ["config", "validate", "--json"]);
    const changed = recordChange(configPath, backup);
    return {
      kind: "written",
      files: changed.map(({ path }) => path),
      backups: changed.map((file) => file.backup),
      said,
    };
  } catch (error) {
    takeBack(backup);
    throw error;
  }
}

/** The client says beforehand whether it would take it, and which file it would write. */
async function tryDry(options: WriteOptions, batch: string): Promise<void> {
  const args = ["config", "set", "--batch-json", batch, "--dry-run", "--json"];
  const { install, configPath, host } = options;
  const ran = await runOnConfig(install, configPath, args, host);
  const said = parsed(ran.stdout) as { ok?: boolean; errors?: { message?: string }[] } | null;
  if (said?.ok === true) return;
  const words = said?.errors?.map(({ message }) => message).join("; ") ?? lastWords(ran);
  throw new InputError({
    input: "--write",
    value: options.settings.map(({ path }) => path).join(", "),
    expected: `settings that OpenClaw ${install.version} takes for this config`,
    mend: `It says: ${words}. Nothing was written.`,
  });
}

async function run(options: WriteOptions, args: readonly string[]): Promise<string> {
  const ran = await runOnConfig(options.install, options.configPath, args, options.host);
  if (ran.exitCode === 0) return ran.stdout.trim();
  throw new SetupError(
    `OpenClaw ${options.install.version} could not write its config: ${lastWords(ran)}. It is as it was.`,
  );
}

function lastWords({ stdout, stderr }: { stdout: string; stderr: string }): string {
  const lines = `${stderr}\n${stdout}`.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-3).join(" ").slice(0, 500);
}

function digestsOf(files: readonly string[]): string[] {
  return files.map((path) => digestOf(readFileSync(path)));
}

/** JSON5 that is no JSON; comments, mostly. */
function hasComments(path: string): boolean {
  const text = readFileSync(path, "utf8");
  try {
    JSON.parse(text);
    return false;
  } catch {
    return JSON5.parse(text) !== undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
