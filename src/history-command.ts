/** `history`: what is kept in a folder, shown, added to, and exchanged with github-action-benchmark. */
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { toHistoryLine } from "./analyze/history/from-result.ts";
import {
  type BenchmarkData,
  fromBenchmarkData,
  parseDataJs,
} from "./analyze/history/github-action-benchmark.ts";
import type { HistoryLine } from "./analyze/history/line.ts";
import { whyNotKept } from "./analyze/history/report.ts";
import {
  renderDataJs,
  toBenches,
  withLines,
} from "./analyze/history/to-github-action-benchmark.ts";
import type { BenchHost } from "./end.ts";
import { writeWhole } from "./host/files.ts";
import { widthOf } from "./host/screen.ts";
import { InputError } from "./inputs/error.ts";
import { appendToDirectory, readDirectory } from "./publish/history/directory.ts";
import { readResult } from "./read-run.ts";
import { historyOverview } from "./report/history-overview.ts";

export interface ExportOptions {
  out: string;
  dataJs?: string;
  repoUrl: string;
  commit?: string;
}

/** Whatever its age: only `--history-keep` of a run takes anything away. */
const ALL = { nowMs: 0, days: 0 };

export function show(dir: string, host: BenchHost): number {
  return told(host, () => {
    const { lines, skipped } = readHistory(dir, host);
    host.stdout.write(`${historyOverview(lines, widthOf(host.stdout, 80))}\n`);
    if (skipped > 0) host.stderr.write(`${skipped} lines could not be read.\n`);
  });
}

export function add(
  run: string,
  dir: string,
  { commit }: { commit?: string },
  host: BenchHost,
): number {
  return told(host, () => {
    const result = readResult(run, "history add", host.cwd);
    const line = toHistoryLine(result, { commit: checkCommit(commit), at: result.startedAt });
    const why = whyNotKept(result.status, line);
    if (why !== null) {
      const mend = "Choose a run that was measured to its end.";
      throw new InputError({ input: "history add", value: run, expected: "a whole run", mend });
    }
    const added = appendToDirectory(resolve(host.cwd, dir), line);
    host.stdout.write(added ? `Added to ${dir}.\n` : `It is in ${dir} already.\n`);
  });
}

export function importData(
  file: string,
  dir: string,
  given: { suite?: string; like?: string },
  host: BenchHost,
): number {
  return told(host, () => {
    const data = readDataJs(resolve(host.cwd, file), file);
    const { suite } = given;
    if (suite !== undefined && data.entries[suite] === undefined) {
      const expected = `one of ${Object.keys(data.entries).join(", ") || "none: it has no suites"}`;
      throw new InputError({ input: "--suite", value: suite, expected, mend: "" });
    }
    const like = given.like === undefined ? undefined : lineOf(given.like, "--like", host);
    const { lines, notes } = fromBenchmarkData(data, { suite, like });
    const added = lines.filter((line) => appendToDirectory(resolve(host.cwd, dir), line));
    const known = lines.length - added.length;
    host.stdout.write(
      `${added.length} runs added to ${dir}${known > 0 ? `, ${known} were there already` : ""}.\n`,
    );
    if (lines.some(({ key }) => key === null)) {
      host.stdout.write(
        "Nothing says on what machine and with which settings they were measured: they are drawn, and new runs are not compared with them. If you know that it was as in a run of yours, import with --like RUN.\n",
      );
    }
    for (const note of notes) host.stdout.write(`${note}\n`);
  });
}

export function exportData(from: string, given: ExportOptions, host: BenchHost): number {
  return told(host, () => {
    const lines = linesFrom(from, given.commit, host);
    if (given.dataJs !== undefined) {
      const path = resolve(host.cwd, given.dataJs);
      const empty: BenchmarkData = { lastUpdate: 0, repoUrl: given.repoUrl, entries: {} };
      const before = existsSync(path) ? readDataJs(path, given.dataJs) : empty;
      writeWhole(path, renderDataJs(withLines(before, lines, given.repoUrl)));
      host.stdout.write(`${lines.length} runs are in ${given.dataJs}.\n`);
      return;
    }
    const last = lines.at(-1);
    if (last === undefined) return;
    const { smaller, bigger } = toBenches(last);
    const out = resolve(host.cwd, given.out);
    mkdirSync(out, { recursive: true });
    writeWhole(join(out, "smaller-is-better.json"), `${JSON.stringify(smaller, null, 2)}\n`);
    writeWhole(join(out, "bigger-is-better.json"), `${JSON.stringify(bigger, null, 2)}\n`);
    host.stdout.write(
      `smaller-is-better.json (tool: customSmallerIsBetter) and bigger-is-better.json (tool: customBiggerIsBetter) are in ${given.out}.\n`,
    );
  });
}

/** A folder with months in it is a history; anything else has to be a run. */
function linesFrom(from: string, commit: string | undefined, host: BenchHost): HistoryLine[] {
  const path = resolve(host.cwd, from);
  const isRun = ["result.json", "journal.jsonl"].some((file) => existsSync(join(path, file)));
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (folder && !isRun) return readHistory(from, host).lines;
  return [lineOf(from, "history export", host, commit)];
}

function lineOf(run: string, input: string, host: BenchHost, commit?: string): HistoryLine {
  const result = readResult(run, input, host.cwd);
  return toHistoryLine(result, { commit: checkCommit(commit), at: result.startedAt });
}

function readHistory(dir: string, host: BenchHost) {
  const read = readDirectory(resolve(host.cwd, dir), "all", ALL);
  if (read.lines.length > 0) return read;
  throw new InputError({
    input: "history",
    value: dir,
    expected: "a folder with runs in it (2026-11/….jsonl)",
    mend: "Runs are added with run --history DIR, or history add.",
  });
}

function readDataJs(path: string, shown: string): BenchmarkData {
  try {
    return parseDataJs(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new InputError({
      input: "history",
      value: shown,
      expected: "the data.js of github-action-benchmark",
      mend: `${(cause as Error).message}.`,
    });
  }
}

function checkCommit(commit: string | undefined): string | null {
  if (commit === undefined) return null;
  if (/^[0-9a-f]{7,64}$/.test(commit)) return commit;
  throw new InputError({
    input: "--commit",
    value: commit,
    expected: "a commit's hash, in hexadecimal digits",
    mend: "For example: --commit $(git rev-parse HEAD).",
  });
}

function told(host: BenchHost, act: () => void): number {
  try {
    act();
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    host.stderr.write(`Error: ${error.message}\n`);
    return 2;
  }
}
