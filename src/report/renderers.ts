/** What is made of one run or of several alike, by the file that it goes to. Pure. */
import type { Reported } from "./reported.ts";

/** `report.html` by `renderHtml` of `html/page.ts` and `junit.xml` by `renderJunit` of `junit.ts` belong here. */
export const RENDERERS: Readonly<Record<string, (reported: Reported) => string>> = {};
