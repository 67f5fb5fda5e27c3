/** The Result as it is written to `result.json`. */
import type { Result } from "../result.ts";

export function renderJson(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
