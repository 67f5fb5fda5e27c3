/** The user's own OpenClaw: the one that was named, or the one on PATH. Nothing is fetched unasked. */
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { runClient } from "../drive/openclaw/client.ts";
import type { BenchHost } from "../end.ts";
import { provisionOpenClaw } from "../provision/openclaw/provision.ts";
import { parseOpenClaw } from "../provision/openclaw/spec.ts";
import type { OpenClawInstall } from "../provision/openclaw/types.ts";

export type FoundClient =
  | { kind: "found"; install: OpenClawInstall }
  /** `why`: in words. */
  | { kind: "none"; why: string };

/**
 * @param named `--openclaw-version`: a version or `latest` may be fetched, because it was asked for
 * @throws InputError, SetupError for one that was named and can't be had
 */
export async function findClient(
  named: string | null,
  host: BenchHost,
  say: (line: string) => void,
  offline: boolean,
): Promise<FoundClient> {
  const world = {
    ...{ env: host.env, cwd: host.cwd, signal: host.signal, say },
    warn: ({ text }: { text: string }) => say(text),
  };
  if (named !== null) {
    const install = await provisionOpenClaw(parseOpenClaw(named), { ...world, offline });
    return { kind: "found", install };
  }
  const path = onPath(host.env);
  if (path === null) {
    const why = "no openclaw on PATH (--openclaw-version PATH names one, a version fetches it)";
    return { kind: "none", why };
  }
  try {
    const install = await provisionOpenClaw({ kind: "path", path }, { ...world, offline: true });
    return { kind: "found", install };
  } catch (error) {
    return { kind: "none", why: `openclaw on PATH can't be used: ${(error as Error).message}` };
  }
}

/** A command of the client on the user's own config, in the user's own environment. */
export function runOnConfig(
  install: OpenClawInstall,
  configPath: string,
  args: readonly string[],
  host: BenchHost,
) {
  const own = Object.entries(host.env).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined && !/^NODE_OPTIONS$/.test(entry[0]);
  });
  const env = {
    ...Object.fromEntries(own),
    PATH: [dirname(install.node), host.env.PATH ?? ""].join(delimiter),
    OPENCLAW_CONFIG_PATH: configPath,
    OPENCLAW_HIDE_BANNER: "1",
    NO_COLOR: "1",
  };
  return runClient(install, { env, workspaceDir: host.cwd }, args, host.signal);
}

function onPath(env: NodeJS.ProcessEnv): string | null {
  const names = process.platform === "win32" ? ["openclaw.cmd", "openclaw"] : ["openclaw"];
  const places = (env.PATH ?? "").split(delimiter).filter((dir) => dir !== "");
  const all = places.flatMap((dir) => names.map((name) => join(dir, name)));
  return all.find((path) => existsSync(path)) ?? null;
}
