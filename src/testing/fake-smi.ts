/** A stand-in for nvidia-smi: a real executable on a PATH of its own, which answers what it is told. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface SmiAnswers {
  /** Lines for `--query-gpu=name,…`. */
  cards?: string[];
  /** Lines for `--query-gpu=utilization.gpu`. */
  utilization?: string[];
  /** Lines for the thermal counters; null: a driver that doesn't know them. */
  thermal?: string[] | null;
  /** Lines for `--query-compute-apps`; a shell text, so that a process id can be looked up. */
  processes?: string;
  /** It fails with these words, whatever it is asked. */
  broken?: string;
}

/**
 * Writes it into a folder.
 * @returns an environment whose PATH begins with the folder
 */
export function fakeSmi(dir: string, answers: SmiAnswers): NodeJS.ProcessEnv {
  mkdirSync(dir, { recursive: true });
  const print = (lines: string[]) => lines.map((line) => `echo "${line}"`).join("; ") || ":";
  const thermal =
    answers.thermal === null
      ? 'echo "Field \\"clocks_event_reasons_counters.hw_thermal_slowdown\\" is not a valid field to query."; exit 2'
      : print(answers.thermal ?? []);
  const script = `#!/bin/sh
${answers.broken === undefined ? "" : `echo "${answers.broken}"; exit 9`}
case "$1" in
  --query-gpu=name,*) ${print(answers.cards ?? [])} ;;
  --query-gpu=utilization.gpu) ${print(answers.utilization ?? [])} ;;
  --query-gpu=clocks_event_reasons_counters.*) ${thermal} ;;
  --query-compute-apps=*) ${answers.processes ?? ":"} ;;
  *) echo "unknown: $1"; exit 2 ;;
esac
`;
  const path = join(dir, "nvidia-smi");
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return { ...process.env, PATH: `${dir}${delimiter}${process.env.PATH ?? ""}` };
}
