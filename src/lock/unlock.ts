/**
 * `--locked FILE`: reads the lock, asks for consent where it names commands, looks up every input
 * here, and refuses to run on anything else, with all that differs.
 */
import type { BenchHost } from "../end.ts";
import { withConfigFile } from "../inputs/config-file.ts";
import { InputError, SetupError } from "../inputs/error.ts";
import { prepare } from "../inputs/prepare.ts";
import type { RawOptions } from "../inputs/table.ts";
import { assetHere } from "../provision/inferrs/platform.ts";
import { plain } from "../report/escape.ts";
import { withLocked, withPinnedRef } from "./apply.ts";
import { lockDigest, shortDigest } from "./canonical.ts";
import { asksFor } from "./commands.ts";
import { type Difference, differences, ofTool } from "./differences.ts";
import { lockHere } from "./here.ts";
import { notPinned } from "./not-pinned.ts";
import { lockAt } from "./of-place.ts";
import { readCommand } from "./read-command.ts";
import type { Lock } from "./schema.ts";
import { majorOf, thisTool } from "./tool.ts";

export interface Unlocked {
  raw: RawOptions;
  /** Null: the run isn't locked. */
  lock: Lock | null;
}

/**
 * @returns the options of the lock, once everything that it names was found here
 * @throws InputError for a lock that is none, names commands that nobody allowed, or differs
 */
export async function unlock(given: RawOptions, host: BenchHost): Promise<Unlocked> {
  const path = given.locked;
  if (typeof path !== "string" || path === "") {
    if (given["allow-commands"] !== true) return { raw: given, lock: null };
    throw new InputError({
      input: "--allow-commands",
      value: null,
      expected: "--locked with it: it allows what a lock names",
      mend: "Leave it out.",
    });
  }
  if (given.command === "demo") {
    throw new InputError({
      input: "--locked",
      value: path,
      expected: "the command run: a lock says itself whether it is of a demo",
      mend: `Use: run --locked ${path}.`,
    });
  }
  const input = `--locked ${path}`;
  const lock = lockAt(path, host.cwd, "--locked");
  const digest = shortDigest(lockDigest(lock));
  const locked = readCommand(lock.command, input);
  const beside = withConfigFile(given, host.cwd);
  const raw = withPinnedRef(withLocked(lock, locked, beside), lock);
  checkConsent(asksFor(locked, beside), given, input);
  const unlike = await differencesHere(lock, raw, host);
  if (unlike.length > 0) throw new LockDiffers(input, digest, unlike);
  if (given.quiet !== true) host.stderr.write(`${told(lock, digest)}\n`);
  return { raw, lock };
}

/** What differs, all at once. */
export class LockDiffers extends InputError {
  readonly differences: readonly Difference[];

  constructor(input: string, digest: string, list: readonly Difference[]) {
    const lines = list.map(
      ({ what, locked, found, mend }) =>
        `\n- ${plain(what)}: locked ${plain(locked)}, here ${plain(found)}. ${plain(mend)}`,
    );
    super({
      input,
      value: list.length === 1 ? "1 other input" : `${list.length} other inputs`,
      expected: `what the lock ${digest} names`,
      mend: `Nothing was started. What differs:${lines.join("")}`,
    });
    this.name = "LockDiffers";
    this.differences = list;
  }
}

function checkConsent(asks: readonly string[], given: RawOptions, input: string): void {
  if (asks.length === 0 || given["allow-commands"] === true) return;
  const lines = asks.map((each) => `\n- ${plain(each)}`);
  throw new InputError({
    input,
    value:
      asks.length === 1 ? "1 thing to run or to ask" : `${asks.length} things to run or to ask`,
    expected: "--allow-commands beside it, once you have read what the lock names",
    mend: `Nothing was started. It names:${lines.join("")}`,
  });
}

/** As far as it can be told: where the options can't even be read here, that is a difference too. */
async function differencesHere(
  lock: Lock,
  raw: RawOptions,
  host: BenchHost,
): Promise<Difference[]> {
  const tool = { tool: await thisTool(), node: majorOf(process.versions.node) };
  try {
    const prepared = await prepare({ ...raw, plan: true, lock: "-" }, host, lock);
    return differences(lock, await lockHere(prepared, host), assetHere());
  } catch (error) {
    if (!(error instanceof InputError || error instanceof SetupError)) throw error;
    const before = ofTool(lock, tool);
    if (before.length === 0) throw error;
    const mend = "It may be for want of what is above.";
    const found = `Error: ${error.message}`;
    return [...before, { what: "the rest", locked: "not looked at", found, mend }];
  }
}

function told(lock: Lock, digest: string): string {
  const open = notPinned(lock);
  const rest = open.length === 0 ? "" : ` Not pinned: ${open.map(plain).join("; ")}.`;
  return `Lock ${digest}: everything that it names was found here.${rest}`;
}
