/** `doctor --write` and `--undo`, as the user sees them. */
import { createInterface } from "node:readline/promises";
import type { BenchHost } from "../../end.ts";
import { InputError } from "../../inputs/error.ts";
import type { Recommendation } from "../../result.ts";
import type { FoundClient } from "../client.ts";
import { locateConfig } from "../locate.ts";
import type { DoctorGiven } from "../options.ts";
import type { DoctorOutput } from "../output.ts";
import type { UserConfig } from "../user-config.ts";
import { shortened } from "../words.ts";
import { undoLast } from "./backup.ts";
import { writeSettings } from "./write.ts";

/** @throws InputError when there is no config, no client to write it, or nobody to ask */
export async function writeCommand(about: {
  given: DoctorGiven;
  host: BenchHost;
  output: DoctorOutput;
  config: UserConfig | null;
  client: FoundClient;
  recommendation: Recommendation | null;
}): Promise<void> {
  const { given, host, output, config, client, recommendation } = about;
  const settings = recommendation?.settings ?? [];
  if (settings.length === 0) {
    output.say("--write: there is nothing to change.");
    return;
  }
  if (config === null || config.picked.target === null) {
    throw new InputError({
      input: "--write",
      value: "",
      expected: "a config of OpenClaw's with this provider in it",
      mend: "There is none: save the block above as its config, or run openclaw configure first.",
    });
  }
  if (client.kind === "none") {
    throw new InputError({
      input: "--write",
      value: "",
      expected: "an installed OpenClaw, whose own command writes its config",
      mend: `${client.why}. Paste the block above by hand.`,
    });
  }
  const written = await writeSettings({
    ...{ install: client.install, configPath: config.path, config: config.config, settings, host },
    files: config.files,
    now: new Date(),
    print: (text) => output.note(text),
    confirm: (question) => confirm(question, given.yes, host),
  });
  if (written.kind === "nothing") output.say("--write: the config has these settings already.");
  if (written.kind === "declined") output.say("Nothing was written.");
  if (written.kind === "written") {
    output.say(written.said.split("\n").at(-1) ?? "");
    for (const backup of written.backups) output.say(`Before it: ${shortened(backup)}`);
    output.say("To take it back: inferrs-bench doctor --undo");
  }
}

/** @returns the exit code */
export async function undoCommand(
  named: string | null,
  given: DoctorGiven,
  host: BenchHost,
): Promise<number> {
  const located = locateConfig(named, host.env, host.cwd);
  if (located.kind === "none") {
    throw new InputError({
      input: "--undo",
      value: "",
      expected: "a config of OpenClaw's",
      mend: `There is none in ${located.looked.map(shortened).join(", ")}.`,
    });
  }
  const { path } = located;
  if (!(await confirm(`Put ${shortened(path)} back as it was before --write?`, given.yes, host))) {
    host.stderr.write("Nothing was changed.\n");
    return 0;
  }
  const { at, files } = undoLast(path);
  host.stderr.write(`${files.map(shortened).join(", ")}: as before the change of ${at}.\n`);
  return 0;
}

async function confirm(question: string, yes: boolean, host: BenchHost): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new InputError({
      input: "--write",
      value: "",
      expected: "--yes where nobody can be asked",
      mend: "Look at the difference first, then add --yes.",
    });
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${question} [y/N] `, { signal: host.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
