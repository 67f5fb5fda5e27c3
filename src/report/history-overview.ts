/** A whole history for a terminal: for each key its runs and how the figures went. Pure. */
import { type HistoryLine, inOrder, seriesId } from "../analyze/history/line.ts";
import { clip, plain } from "./escape.ts";
import { plural } from "./format.ts";
import { figure, sparkline } from "./history.ts";

const SHOWN = 30;

/** Without a newline at the end. */
export function historyOverview(lines: readonly HistoryLine[], columns: number): string {
  const groups = new Map<string, HistoryLine[]>();
  for (const line of inOrder(lines)) {
    const key = line.key ?? "unknown";
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups].map(([key, group]) => groupText(key, group, columns)).join("\n\n");
}

function groupText(key: string, lines: readonly HistoryLine[], columns: number): string {
  const [first] = lines;
  const last = lines.at(-1);
  const described = [...lines].reverse().find(({ parts }) => Object.keys(parts).length > 0);
  const { model, engine } = described?.parts ?? {};
  const head = [
    key === "unknown" ? "of unknown machine and settings" : `key ${key}`,
    plural(lines.length, "run"),
    `${first?.at.slice(0, 10)} to ${last?.at.slice(0, 10)}`,
  ].join(", ");
  const about = [engine, model, described?.about.cpu].filter((part) => part !== undefined);
  const all = new Map(
    lines.flatMap(({ series, source }) =>
      series
        .filter(({ primary }) => primary || source !== "inferrs-bench")
        .map((each) => [seriesId(each), each] as const),
    ),
  );
  const rows = [...all].map(([id, { name, unit }]) => {
    const values = lines.flatMap(({ series }) => {
      const found = series.find((each) => seriesId(each) === id);
      return found === undefined ? [] : [found.value];
    });
    const end = figure(values.at(-1) ?? 0, unit);
    return `  ${plain(name)}  ${end}  ${sparkline(values.slice(-SHOWN))}`;
  });
  const texts = [head, ...(about.length > 0 ? [`  ${about.map(plain).join(", ")}`] : []), ...rows];
  return texts.map((text) => clip(text, columns)).join("\n");
}
