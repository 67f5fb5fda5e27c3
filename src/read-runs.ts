/** Several runs from the folders that they are in; what gives no result is told, never passed over. */
import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type FolderRules, type FolderRuns, runsIn, runsOf } from "./read-folder.ts";
import { plain } from "./report/escape.ts";
import type { MissingRun, Reported, ReportedRun } from "./report/reported.ts";
import { distinctNames, nameOfFolder } from "./run-names.ts";
import { eachOnce } from "./same-run.ts";

export interface ReadRuns extends FolderRules {
  /** Folders of a run or of several, or the files themselves. */
  paths: readonly string[];
  cwd: string;
  /** Names of runs that must be there. */
  expect: readonly string[];
}

/** In an artifact's folder the results may lie deeper: where several paths were uploaded together. */
const DEEPEST = 3;
const MOST_FOLDERS = 1000;
const NOTHING = "Its folder holds neither a result.json nor a journal.jsonl.";
const LINK = "It is a symbolic link, which is not followed.";
const ODD = "Its folder's name has characters that no artifact's name has.";

/** By the name that its place gives it. */
type Found = { place: string } & FolderRuns;

/** In the order of the paths; of one path by name. */
export function readRuns(from: ReadRuns): Reported {
  const found = from.paths.flatMap((path) => atPath(resolve(from.cwd, path), from));
  const all: ReportedRun[] = [];
  const missing: MissingRun[] = [];
  for (const each of found) {
    if ("why" in each) missing.push({ name: each.place, why: each.why });
    else all.push(...each.runs);
  }
  const runs = eachOnce(all);
  // Who was missing when they were merged may be here by now.
  const here = new Set([...runs.map(({ name }) => name), ...found.map(({ place }) => place)]);
  for (const each of found) {
    if ("why" in each) continue;
    missing.push(...each.missing.filter(({ name }) => !here.has(name)));
  }
  const there = new Set([...runs, ...missing].map(({ name }) => name));
  for (const { place } of found) there.add(place);
  for (const name of new Set(from.expect)) {
    if (!there.has(name)) missing.push({ name, why: "It was expected, and left no result." });
  }
  return { runs: distinctNames(runs), missing: distinctNames(missing) };
}

function atPath(path: string, from: ReadRuns): Found[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [{ place: basename(path), why: "There is no such folder." }];
  if (!found.isDirectory()) {
    const place = nameOfFolder(dirname(path));
    return [{ place, ...runsOf(path, place, from) }];
  }
  const place = nameOfFolder(path);
  const inside = inFolder(path, place, 0, from);
  return inside.length > 0 ? inside : [{ place, why: NOTHING }];
}

/** Empty where no run is in it. */
function inFolder(dir: string, place: string, depth: number, from: ReadRuns): Found[] {
  const own = runsIn(dir, place, from);
  if (own !== null) return [{ place, ...own }];
  if (depth === DEEPEST) return [];
  let entries: Dirent[];
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    return [{ place, why: `Its folder can't be read (${(error as NodeJS.ErrnoException).code}).` }];
  }
  const folders = entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  if (folders.length > MOST_FOLDERS) {
    return [{ place, why: `There are more than ${MOST_FOLDERS} folders in it.` }];
  }
  // What lies deeper is called by the folder that is an artifact.
  if (depth > 0) {
    return folders
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => inFolder(join(dir, name), place, depth + 1, from));
  }
  return folders.flatMap((entry): Found[] => {
    const own = join(dir, entry.name);
    const called = nameOfFolder(own);
    const awaited = from.expect.includes(called) || entry.name.startsWith(ARTIFACT);
    const told = (why: string) => [{ place: called, why }];
    if (entry.isSymbolicLink()) return awaited || holdsRun(own) ? told(LINK) : [];
    const inside = inFolder(own, called, 1, from);
    if (isOdd(entry.name)) return inside.length > 0 || awaited ? told(ODD) : [];
    // A folder of something else, where nobody said that a run should be.
    return inside.length > 0 || !awaited ? inside : told(NOTHING);
  });
}

/** As the artifacts of this tool's runs are called. */
const ARTIFACT = "inferrs-bench-";

/** Nothing of it is read. */
function holdsRun(dir: string): boolean {
  return ["result.json", "journal.jsonl", "merged.json"].some((name) =>
    existsSync(join(dir, name)),
  );
}

/** What actions/upload-artifact refuses in a name, and what hides it. */
function isOdd(name: string): boolean {
  return plain(name) !== name || name.startsWith(".") || /["<>|*?\\:]/.test(name);
}
