/** The simulator in the place of an inferrs that somebody built. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A program for a POSIX shell that serves as `inferrs serve` does.
 *
 * @param sim the simulator's bundle, or its source
 * @param says lines of the engine's own log that it prints first
 */
export function simulatorScript(
  sim: string,
  knobs: readonly string[],
  says: readonly string[] = [],
): string {
  const run = `exec "${process.execPath}" "${sim}"`;
  const lines = says.map((line) => `  echo "2026-01-01T00:00:00.000000Z  INFO inferrs: ${line}"`);
  const turned = knobs.map((knob) => ` --knob ${knob}`).join("");
  return [
    "#!/bin/sh",
    'if [ "$1" = serve ]; then',
    ...lines,
    `  ${run} "$@"${turned}`,
    "fi",
    `${run} "$@"`,
    "",
  ].join("\n");
}

/** A folder that is taken for a model; the simulator reads nothing of it. */
export function modelFolder(dir: string): string {
  const path = join(dir, "model");
  mkdirSync(path, { recursive: true });
  for (const name of ["config.json", "tokenizer.json", "model.safetensors"]) {
    writeFileSync(join(path, name), "{}");
  }
  return path;
}
