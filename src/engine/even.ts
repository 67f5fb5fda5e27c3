/** Two variants are started alike: where a program's stack begins moves with what it is given. */
import type { EngineCommand } from "./command.ts";

/** No engine reads it. */
const PAD = "INFERRS_BENCH_PAD";
/** Largest page of the machines that we know (Apple's and some arm64 Linux's 16 KiB and above). */
const PAGE_BYTES = 65_536;
const POINTER_BYTES = 8;

/**
 * The same command with its environment padded, so that arguments and environment together fill whole
 * pages, however long a path, a model's name or a flag is. Their length alone was seen to change a
 * program's speed by several percent (Mytkowicz et al. 2009, Producing wrong data without doing
 * anything obviously wrong).
 * @param cwd which a shell on the way writes into the environment
 */
export function evened(command: EngineCommand, cwd: string): EngineCommand {
  const env = { ...command.env, PWD: cwd };
  const over = stackBytes({ ...command, env: { ...env, [PAD]: "" } }) % PAGE_BYTES;
  return { ...command, env: { ...env, [PAD]: "x".repeat((PAGE_BYTES - over) % PAGE_BYTES) } };
}

/**
 * What the kernel puts above a new program's stack: the executable's path, arguments and
 * environment as texts ended by 0, and a pointer to each (execve(2)).
 */
export function stackBytes({ command, args, env }: EngineCommand): number {
  const values = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const texts = [command, command, ...args, ...values];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
  return bytes + POINTER_BYTES * (texts.length - 1);
}
