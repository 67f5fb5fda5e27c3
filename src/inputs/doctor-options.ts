/** The options of `doctor`, for the command line and the Action. */
import { InputError } from "./error.ts";
import type { OptionName, RawOptions } from "./table.ts";

/** What the doctor takes of a run's options. */
export const DOCTOR_OPTIONS: readonly OptionName[] = [
  "base-url",
  "api-key-env",
  "openclaw-config",
  "openclaw-version",
  "engine",
  "inferrs",
  "inferrs-sha256",
  "model",
  "offline",
  "device",
  "server-arg",
  "sim",
  "timeout",
  "memory-limit",
  "lock-timeout",
  "fit-budget",
  "until-it-breaks",
  "json",
];

/** Where leaving an option out means something else to the doctor than to a run. */
export const DOCTOR_DEFAULTS: Partial<Record<OptionName, string>> = {
  "base-url": "the config's provider, else http://127.0.0.1:8080/v1",
  "openclaw-config": "OPENCLAW_CONFIG_PATH, else where OpenClaw looks for it",
  "openclaw-version": "openclaw on PATH; none: its own steps are skipped",
  engine: "external: an engine is started only with this, --inferrs or --model",
  model: "the config's, as it is served; without --base-url: one to start",
  timeout: "120",
  "fit-budget": "20, 60 with an engine of its own",
};

/** What the Action itself reads, whatever the command is. */
const OF_EVERY_COMMAND: readonly OptionName[] = ["command", "out"];

/**
 * The Action's inputs as the doctor takes them.
 *
 * @throws InputError that names those it doesn't
 */
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
