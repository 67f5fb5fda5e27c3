/** What finding and installing the client needs of the run. */
import type { FetchOptions } from "../inferrs/world.ts";

export type OpenClawWorld = Pick<
  FetchOptions,
  "env" | "cwd" | "signal" | "offline" | "say" | "warn"
>;
