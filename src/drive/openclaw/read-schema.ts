/** The installed client's schema, kept: printing it takes the client some seconds. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeWhole } from "../../host/files.ts";
import { SetupError } from "../../inputs/error.ts";
import { cacheDir } from "../../provision/model.ts";
import type { ClientHome, OpenClawInstall } from "../../provision/openclaw/types.ts";
import { runClient } from "./client.ts";
import type { JsonSchema } from "./schema.ts";

/**
 * @param env whose cache folder it is kept in
 * @throws SetupError when the client can't print it
 */
export async function readClientSchema(
  install: OpenClawInstall,
  home: ClientHome,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<JsonSchema> {
  const path = join(cacheDir(env), "openclaw-schema", `${nameOf(install)}.json`);
  const kept = parse(read(path));
  if (kept !== null) return kept;
  const ran = await runClient(install, home, ["config", "schema"], signal);
  const schema = ran.exitCode === 0 ? parse(ran.stdout) : null;
  if (schema?.properties === undefined) {
    const words = `${ran.stderr}\n${ran.stdout}`.trim().slice(0, 500);
    throw new SetupError(`OpenClaw ${install.version} did not print its config's schema: ${words}`);
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, JSON.stringify(schema));
  } catch {
    // A full or read-only disk: it is asked again next time.
  }
  return schema;
}

/** A version from npm is always the same; a folder of one's own may change under its version. */
function nameOf({ version, source, entry }: OpenClawInstall): string {
  if (source === "npm") return version;
  const stamp = `${entry} ${statSync(entry).mtimeMs}`;
  return `${version}-${createHash("sha256").update(stamp).digest("hex").slice(0, 12)}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function parse(text: string): JsonSchema | null {
  try {
    return JSON.parse(text) as JsonSchema;
  } catch {
    return null;
  }
}
