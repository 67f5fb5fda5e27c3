/** A commit that is built, and by which command. Plain data: part of the plan. */
import type { Commit } from "./commits.ts";

export interface BuildSpec {
  /** Of which variant, for messages. */
  variant: string;
  /** Top folder of the user's checkout, which is only read. */
  repository: string;
  /** Where in it the command is run: ends with a slash, or is empty. */
  prefix: string;
  commit: Commit;
  command: string;
}
