/** Our lines in the format of github-action-benchmark. Pure. */
import {
  type Bench,
  type BenchmarkData,
  type BenchmarkEntry,
  PREFIX,
} from "./github-action-benchmark.ts";
import type { Better, HistoryLine } from "./line.ts";

export function renderDataJs(data: BenchmarkData): string {
  return `${PREFIX}${JSON.stringify(data, null, 2)}`;
}

/** A run's primary figures in the two lists that the two custom tools take. */
export function toBenches(line: HistoryLine): Record<Better, Bench[]> {
  const of = (direction: Better) =>
    line.series
      .filter(
        ({ primary, better }) =>
          better === direction && (primary || line.source !== "inferrs-bench"),
      )
      .map(({ name, unit, value, starts }): Bench => {
        const half = starts.length < 2 ? null : (Math.max(...starts) - Math.min(...starts)) / 2;
        return {
          name,
          value,
          unit,
          ...(half === null ? {} : { range: `± ${Number(half.toPrecision(3))}` }),
          ...(line.key === null ? {} : { extra: `inferrs-bench key ${line.key}` }),
        };
      });
  return { smaller: of("smaller"), bigger: of("bigger") };
}

/** Its suites for our figures: a suite has one direction. */
export const SUITE_NAMES: Record<Better, string> = {
  smaller: "inferrs-bench (smaller is better)",
  bigger: "inferrs-bench (bigger is better)",
};
const TOOL_NAMES: Record<Better, string> = {
  smaller: "customSmallerIsBetter",
  bigger: "customBiggerIsBetter",
};

/** Adds lines to the data, each once, oldest first; what else is in it stays as it is. */
export function withLines(
  data: BenchmarkData,
  lines: readonly HistoryLine[],
  repoUrl: string,
): BenchmarkData {
  const entries = structuredClone(data.entries);
  for (const line of lines) {
    for (const { suite, tool, benches } of suitesOf(line)) {
      const list = entries[suite] ?? [];
      const date = Date.parse(line.at);
      const commit = commitOf(line, repoUrl);
      const there = list.some((each) => each.date === date && each.commit.id === commit.id);
      if (!there) list.push({ commit, date, tool, benches });
      entries[suite] = list.sort((a, b) => a.date - b.date);
    }
  }
  const lastUpdate = Math.max(data.lastUpdate, 0, ...lines.map(({ at }) => Date.parse(at)));
  return { lastUpdate, repoUrl: data.repoUrl || repoUrl, entries };
}

function suitesOf(line: HistoryLine): { suite: string; tool: string; benches: Bench[] }[] {
  const benches = toBenches(line);
  const { suite, tool } = line.about;
  if (line.source === "github-action-benchmark" && suite !== undefined) {
    return [{ suite, tool: tool ?? "", benches: [...benches.smaller, ...benches.bigger] }];
  }
  return (["smaller", "bigger"] as const)
    .map((each) => ({ suite: SUITE_NAMES[each], tool: TOOL_NAMES[each], benches: benches[each] }))
    .filter((each) => each.benches.length > 0);
}

/** Its pages show message, author and link of a commit; of these we know the link alone. */
function commitOf({ commit, at }: HistoryLine, repoUrl: string): BenchmarkEntry["commit"] {
  const nobody = { name: "", username: "", email: "" };
  const id = commit ?? "unknown";
  return {
    author: nobody,
    committer: nobody,
    id,
    message: "",
    timestamp: at,
    url: commit === null || repoUrl === "" ? "" : `${repoUrl}/commit/${commit}`,
  };
}
