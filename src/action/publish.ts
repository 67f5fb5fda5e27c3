/** `publish`: the comment of another workflow's run, whose artifact is hostile. */
import { InputError } from "../inputs/error.ts";
import type { ActionWorld } from "./world.ts";

export async function publishRun(_world: ActionWorld): Promise<void> {
  throw new InputError({
    input: "command",
    value: "publish",
    expected: "run or demo",
    mend: "This command is not there yet.",
  });
}
