/** `doctor`: its steps in the summary, and whether it works. */
import { InputError } from "../inputs/error.ts";
import type { ActionWorld } from "./world.ts";

export async function doctorStep(_world: ActionWorld): Promise<void> {
  throw new InputError({
    input: "command",
    value: "doctor",
    expected: "run or demo",
    mend: "This command is not there yet.",
  });
}
