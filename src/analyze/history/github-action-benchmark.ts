/**
 * The data of github-action-benchmark (https://github.com/benchmark-action/github-action-benchmark),
 * read: `data.js` is `window.BENCHMARK_DATA = ` and JSON, `entries` holds for each suite
 * the runs with their commit, tool and values. Pure; nothing of it is ever evaluated.
 */
import { z } from "zod";
import { idOf } from "./from-result.ts";
import { type Better, HISTORY_SCHEMA_ID, type HistoryLine, type HistorySeries } from "./line.ts";

/** One value, also as the tools customSmallerIsBetter and customBiggerIsBetter take it in a list. */
const bench = z.object({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  range: z.union([z.string(), z.number()]).optional(),
  extra: z.string().optional(),
});
const entry = z.object({
  commit: z.looseObject({ id: z.string(), timestamp: z.string().optional() }),
  /** ms since 1970. */
  date: z.number(),
  tool: z.string(),
  benches: z.array(bench),
});
const dataSchema = z.object({
  lastUpdate: z.number(),
  repoUrl: z.string(),
  entries: z.record(z.string(), z.array(entry)),
});

export type BenchmarkData = z.infer<typeof dataSchema>;
export type BenchmarkEntry = z.infer<typeof entry>;
export type Bench = z.infer<typeof bench>;

export const PREFIX = "window.BENCHMARK_DATA = ";

/** @throws Error in words when the text is no data.js */
export function parseDataJs(text: string): BenchmarkData {
  const json = /^\uFEFF?\s*(?:window\.BENCHMARK_DATA\s*=)?\s*(\{[\s\S]*\})\s*;?\s*$/.exec(
    text,
  )?.[1];
  if (json === undefined) throw new Error(`it doesn't begin with ${PREFIX.trim()} {`);
  const parsed = dataSchema.safeParse(JSON.parse(json));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not its format"}`);
}

/** What github-action-benchmark itself holds of its tools (`biggerIsBetter` in its src/write.ts). */
const TOOLS: Record<string, Better> = {
  customBiggerIsBetter: "bigger",
  customSmallerIsBetter: "smaller",
  benchmarkjs: "bigger",
  pytest: "bigger",
  cargo: "smaller",
  benchmarkluau: "smaller",
  googlecpp: "smaller",
  catch2: "smaller",
  julia: "smaller",
  jmh: "smaller",
};

/** By the tool where it says so, else by the unit; null: neither tells, and it isn't guessed. */
export function directionOf(tool: string, unit: string): Better | null {
  const told = TOOLS[tool];
  if (told !== undefined) return told;
  if (/^\s*\S+\s*\/\s*s(ec(ond)?)?\s*$/i.test(unit)) return "bigger";
  if (/^\s*(ns|us|µs|μs|ms|s|sec(onds?)?)(\s*\/\s*(op|iter|call)\w*)?\s*$/i.test(unit)) {
    return "smaller";
  }
  return null;
}

/** In `extra` of what we write: by it our own values find back to their key. */
const KEY_NOTE = /\binferrs-bench key ([0-9a-f]{16})\b/;

export interface Imported {
  lines: HistoryLine[];
  /** What could not be taken over, and why, a sentence each. */
  notes: string[];
}

/**
 * One line for each entry. A value keeps its name and unit; where both and the direction are those
 * of a figure of ours (`agent-turn TTFT` in ms, smaller is better), the two are one row.
 *
 * The entries say nothing of the machine and the settings. So a line has a key only if this tool
 * wrote the entry (it notes the key in `extra`), or if `like` says that all of them were measured as
 * that line was; else its values are drawn in the trend, and nothing is compared with them.
 *
 * @param of.suite only this one; default: all
 */
export function fromBenchmarkData(
  data: BenchmarkData,
  of: { suite?: string | undefined; like?: HistoryLine | undefined } = {},
): Imported {
  const unclear = new Set<string>();
  const undated = new Set<string>();
  const suites = Object.entries(data.entries).filter(
    ([suite]) => of.suite === undefined || suite === of.suite,
  );
  const lines = suites.flatMap(([suite, entries]) =>
    entries.flatMap((each): HistoryLine[] => {
      const series = each.benches.flatMap((one): HistorySeries[] => {
        const better = directionOf(each.tool, one.unit);
        if (better === null) unclear.add(`${one.name} (${one.unit}, tool ${each.tool})`);
        if (better === null || !Number.isFinite(one.value) || one.name === "") return [];
        const name = one.name.slice(0, 300);
        const unit = one.unit.slice(0, 40);
        return [{ name, unit, better, primary: false, value: one.value, starts: [] }];
      });
      if (series.length === 0) return [];
      const at = new Date(each.date);
      if (Number.isNaN(at.getTime())) {
        undated.add(each.commit.id);
        return [];
      }
      const noted = each.benches
        .map(({ extra }) => KEY_NOTE.exec(extra ?? "")?.[1])
        .find((key) => key !== undefined);
      const id = each.commit.id.toLowerCase();
      return [
        withId({
          schema: HISTORY_SCHEMA_ID,
          at: at.toISOString(),
          commit: /^[0-9a-f]{7,64}$/.test(id) ? id : null,
          source: "github-action-benchmark",
          key: noted ?? of.like?.key ?? null,
          parts: noted === undefined ? (of.like?.parts ?? {}) : {},
          about: noted === undefined ? { suite, tool: each.tool } : {},
          series,
          outcomes: [],
        }),
      ];
    }),
  );
  const notes = [
    ...(unclear.size === 0
      ? []
      : [
          `Left out, because neither tool nor unit tells whether more is better: ${[...unclear].join(", ")}.`,
        ]),
    ...(undated.size === 0 ? [] : [`Left out, without a date: ${[...undated].join(", ")}.`]),
  ];
  return { lines: joined(lines), notes };
}

function withId(line: Omit<HistoryLine, "id">): HistoryLine {
  return { ...line, id: idOf(line) };
}

/** A run of ours stands in two suites, one for each direction: it is one line again. */
function joined(lines: readonly HistoryLine[]): HistoryLine[] {
  const runs = new Map<string, HistoryLine>();
  for (const line of lines) {
    const { at, commit, key, about, series } = line;
    const run = about.suite === undefined ? JSON.stringify([at, commit, key]) : line.id;
    const first = runs.get(run);
    runs.set(run, first === undefined ? line : { ...first, series: [...first.series, ...series] });
  }
  return [...runs.values()].map(({ id: _, ...line }) => withId(line));
}
