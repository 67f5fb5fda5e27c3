/** The Result as it is written to `result.json`. */
import type { Result } from "../result.ts";
import { quietJson } from "./escape.ts";

export function renderJson(result: Result): string {
  return `${quietJson(result, 2)}\n`;
}
