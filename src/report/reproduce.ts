/**
 * "Reproduce it": two commands for a shell, the first of which writes the lock and the second runs it.
 * Whatever is in the lock, the first does nothing but write it: it stands between quoted marks, on
 * one line of ASCII. The second refuses to run what the lock names without being told to.
 */
import type { RawOptions } from "../inputs/table.ts";
import { canonicalLock, lockDigest, shortDigest } from "../lock/canonical.ts";
import { asksFor } from "../lock/commands.ts";
import { notPinned } from "../lock/not-pinned.ts";
import { readCommand } from "../lock/read-command.ts";
import type { Lock } from "../lock/schema.ts";
import type { Result } from "../result.ts";
import { code, fence, md } from "./escape.ts";
import { folded } from "./markdown-parts.ts";
import { reproduceIt } from "./reproduce-command.ts";

export interface ReproduceOptions {
  /** Most characters of a lock that is written out. */
  most?: number;
}

const MOST = 6_000;
const FILE = "bench.lock.json";
const MARK = "END_OF_LOCK";

/**
 * The two commands with what a reader must know, as Markdown; "" where the run has no lock.
 * Nothing of it needs more than a shell and Node.
 */
export function reproduceBlock(result: Result, options: ReproduceOptions = {}): string {
  const lock = result.lock?.inputs ?? null;
  // It stands in a command: a version, and not somebody's idea of one.
  if (lock === null || !/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(lock.tool.version)) return "";
  const { first, note } = written(lock, options);
  const tool = `npx inferrs-bench@${lock.tool.version}`;
  const commands = [first, `${tool} run --locked ${FILE}`];
  const digest = code(shortDigest(lockDigest(lock)));
  const lead = `Lock ${digest}: with it this is run again, or it is said what differs. In an empty folder, with Node ${md(lock.node)}:`;
  return [lead, ...note, ...commands.map((each) => fence(each, "sh")), ...notes(lock)].join("\n\n");
}

/** The block, folded; without a lock the command that asked for the run. */
export function reproduce(result: Result): string {
  const block = reproduceBlock(result);
  return block === "" ? reproduceIt(result) : folded("Reproduce it", block);
}

function written(lock: Lock, { most = MOST }: ReproduceOptions) {
  const text = withoutMarks(canonicalLock(lock));
  if (text.length <= most) {
    return { first: `cat > ${FILE} <<'${MARK}'\n${text}\n${MARK}`, note: [] };
  }
  const note =
    "The lock is too long to be written out here: take result.json from the run's files first.";
  const first = `npx inferrs-bench@${lock.tool.version} lock result.json --out ${FILE}`;
  return { first, note: [note] };
}

/** The same JSON, in which nothing looks like a tag, a comment or the end of a fence. */
function withoutMarks(json: string): string {
  return json.replace(
    /[<>&`]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function notes(lock: Lock): string[] {
  const asks = asksOf(lock).map((each) => `- ${code(each)}`);
  const open = notPinned(lock).map((each) => `- ${md(each)}`);
  return [
    ...(asks.length === 0
      ? []
      : [
          `It names what your machine is to run or to ask; add \`--allow-commands\` once you have read it:\n\n${asks.join("\n")}`,
        ]),
    ...(open.length === 0 ? [] : [`Not pinned:\n\n${open.join("\n")}`]),
    ...files(lock),
  ];
}

function asksOf({ command, variants }: Lock): string[] {
  try {
    return asksFor(readCommand(command, "lock"), ownFiles(variants));
  } catch {
    return [];
  }
}

/** The files that the reader is to name: one's own need no consent. */
function ownFiles(variants: Lock["variants"]): RawOptions {
  const own = (name: string) => variants.find((variant) => variant.name === name);
  const isFile = (name: string) => own(name)?.engine.kind === "path";
  const client = own("head")?.openclaw ?? null;
  return {
    ...(isFile("head") ? { inferrs: "PATH" } : {}),
    ...(isFile("base") ? { base: ["inferrs=PATH"] } : {}),
    ...(client !== null && client.integrity === null ? { "openclaw-version": "PATH" } : {}),
  };
}

/** What is not to be had anywhere by its name. */
function files(lock: Lock): string[] {
  const needed = [
    ...new Set([
      ...lock.variants.flatMap(({ name, engine, model, openclaw }) => {
        const say = (option: string, value: string) =>
          name === "base" ? `\`--base ${option}=${value}\`` : `\`--${option} ${value}\``;
        return [
          ...(engine.kind === "path" ? [say("inferrs", "PATH")] : []),
          ...(model.kind === "directory" ? [say("model", "DIR")] : []),
          ...(openclaw !== null && openclaw.integrity === null
            ? [say("openclaw-version", "PATH")]
            : []),
        ];
      }),
      ...lock.command.flatMap((arg) => {
        if (arg.startsWith("--openclaw-config=")) return ["`--openclaw-config FILE`"];
        return /^--scenario=.*([/\\]|\.json5$)/.test(arg) ? ["`--scenario FILE`"] : [];
      }),
    ]),
  ];
  if (needed.length === 0) return [];
  return [
    `Of files on somebody's machine the lock knows the digest alone. Say where yours are, beside \`--locked\`: ${needed.join(", ")}.`,
  ];
}
