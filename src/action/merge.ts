/** `merge`: the results of several jobs become one report, one comment and one exit code. */
import { InputError } from "../inputs/error.ts";
import type { ActionWorld } from "./world.ts";

export async function merge(_world: ActionWorld): Promise<void> {
  throw new InputError({
    input: "command",
    value: "merge",
    expected: "run or demo",
    mend: "This command is not there yet.",
  });
}
