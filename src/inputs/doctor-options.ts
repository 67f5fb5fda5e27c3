/** The options of `doctor`, for the command line and the Action. */
import type { OptionName } from "./table.ts";

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
