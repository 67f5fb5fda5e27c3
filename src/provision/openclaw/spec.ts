/** Which client, as the user says it: `--openclaw-version`. */
import { homedir } from "node:os";
import { join } from "node:path";
import valid from "semver/functions/valid.js";
import { InputError } from "../../inputs/error.ts";
import { suggest } from "../../inputs/parse.ts";
import type { OpenClawSpec } from "./types.ts";

/** The version that this tool was tested with; bench/openclaw/ pins it with all that it needs. */
export const DEFAULT_OPENCLAW_VERSION = "2026.9.6";

/**
 * @param text null: the option wasn't given
 * @throws InputError for what is neither an exact version, `latest`, nor looks like a path
 */
export function parseOpenClaw(text: string | null): OpenClawSpec {
  const named = text?.trim() ?? DEFAULT_OPENCLAW_VERSION;
  if (named === "latest") return { kind: "latest" };
  if (/^~?[/\\.]|[/\\]/.test(named)) {
    return { kind: "path", path: named.replace(/^~(?=[/\\])/, homedir()) };
  }
  const version = valid(named);
  if (version !== null) return { kind: "version", version };
  throw new InputError({
    input: "--openclaw-version",
    value: named,
    expected: `an exact version (${DEFAULT_OPENCLAW_VERSION}), latest, or the path of an installed client`,
    mend: `${suggest(named, ["latest"])} A path has a slash in it, for example ${join(".", "node_modules", "openclaw")}.`.trim(),
  });
}

/** In the words of a plan. */
export function describeOpenClaw(spec: OpenClawSpec): string {
  switch (spec.kind) {
    case "version":
      return spec.version;
    case "latest":
      return "the newest version";
    case "path":
      return spec.path;
  }
}
