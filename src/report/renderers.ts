/** What is made of one run or of several alike, by the file that it goes to. Pure. */
import type { Merged } from "../analyze/merged/merged.ts";
import { renderHtml } from "./html/page.ts";
import { renderJunit } from "./junit.ts";
import type { Reported } from "./reported.ts";

/**
 * @param gzip makes a long result light within a page; `report/` is pure and is given it
 * @param merged what several come to together; absent: there is one
 */
export function renderers(
  gzip: (text: string) => string,
  merged?: Merged,
): Readonly<Record<string, (reported: Reported) => string>> {
  return {
    "report.html": (reported) =>
      renderHtml(reported, { gzip, ...(merged === undefined ? {} : { merged }) }),
    "junit.xml": renderJunit,
  };
}
