/** The reports of one run, as files. */
import type { HistoryReport } from "./analyze/history/report.ts";
import { gzipBase64 } from "./gzip.ts";
import { renderMarkdown } from "./report/markdown.ts";
import { renderers } from "./report/renderers.ts";
import { alone } from "./report/reported.ts";
import type { Result } from "./result.ts";
import { writeEach } from "./write-reports.ts";

/**
 * Each on its own: one that can't be made is said, and the others are there.
 * @param say told what could not be made, a line each
 */
export function writeReports(
  outDir: string,
  { result, history }: { result: Result; history: HistoryReport | null },
  say: (text: string) => void,
): void {
  const reported = alone(result, history);
  const reports = {
    "report.md": () => renderMarkdown(result, { history }),
    ...Object.fromEntries(
      Object.entries(renderers(gzipBase64)).map(([name, render]) => [name, () => render(reported)]),
    ),
  };
  writeEach(outDir, reports, say);
}
