/** The Action's inputs as the doctor takes them. */
import { DOCTOR_OPTIONS } from "./doctor-options.ts";
import { InputError } from "./error.ts";
import type { OptionName, RawOptions } from "./table.ts";

/** What the Action itself reads, whatever the command is. */
const OF_EVERY_COMMAND: readonly OptionName[] = ["command", "out", "label"];

/** @throws InputError that names those it doesn't */
export function doctorInputs(raw: RawOptions): RawOptions {
  const given = Object.keys(raw) as OptionName[];
  const others = given.filter(
    (name) => !DOCTOR_OPTIONS.includes(name) && !OF_EVERY_COMMAND.includes(name),
  );
  if (others.length > 0) {
    const known = DOCTOR_OPTIONS.filter((name) => name !== "json");
    throw new InputError({
      input: others.join(", "),
      value: others.map((name) => String(raw[name])).join(", "),
      expected: `only what doctor takes: ${known.join(", ")}`,
      mend: `Leave out ${others.join(", ")}, or use command: run.`,
    });
  }
  return Object.fromEntries(
    given.filter((name) => DOCTOR_OPTIONS.includes(name)).map((name) => [name, raw[name]]),
  );
}
