/**
 * The real client for tests: the one that OPENCLAW_PATH names, else the pinned version, installed
 * from npm into the user's cache once.
 */
import { provisionOpenClaw } from "../../src/provision/openclaw/provision.ts";
import { parseOpenClaw } from "../../src/provision/openclaw/spec.ts";
import type { OpenClawInstall } from "../../src/provision/openclaw/types.ts";

export async function realClient(): Promise<OpenClawInstall> {
  const named = process.env.OPENCLAW_PATH;
  const spec = named === undefined ? parseOpenClaw(null) : ({ kind: "path", path: named } as const);
  return await provisionOpenClaw(spec, {
    env: process.env,
    cwd: process.cwd(),
    signal: new AbortController().signal,
    offline: false,
    say: (line) => process.stderr.write(`${line}\n`),
    warn: ({ text }) => process.stderr.write(`${text}\n`),
  });
}

/**
 * Each of these tests starts the client anew, which takes half a minute or more on two cores: CI asks
 * the ones that reach furthest first, and the rest while its time lasts.
 * OPENCLAW_TESTS: `first` or `rest`; absent: all.
 */
export function part(which: "first" | "rest"): { skip: string | false } {
  const asked = process.env.OPENCLAW_TESTS;
  const left = asked !== undefined && asked !== which;
  return { skip: left ? `OPENCLAW_TESTS=${asked}` : false };
}
