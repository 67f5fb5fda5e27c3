/**
 * The real client for tests: the one that OPENCLAW_PATH names, else the pinned version, installed
 * from npm into the user's cache once; and which of its tests are to be run, for how long.
 */
import { type TestContext, test } from "node:test";
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

export interface Part {
  skip: string | false;
  /** What it takes on two cores with other work on them. */
  seconds: number;
}

/**
 * Each of these tests starts the client anew, which takes half a minute or more on two cores: CI asks
 * the ones that reach furthest first, and the rest while its time lasts.
 * OPENCLAW_TESTS: `first`, `rest`, or `none`; absent: all.
 */
export function part(which: "first" | "rest", seconds = 90): Part {
  const asked = process.env.OPENCLAW_TESTS;
  const left = asked !== undefined && asked !== which;
  return { skip: left ? `OPENCLAW_TESTS=${asked}` : false, seconds };
}

/**
 * A test that is begun only while there is time for it. OPENCLAW_UNTIL: when all of them are to be
 * over, in seconds since 1970; absent: there is no such time.
 */
export function clientTest(
  name: string,
  { skip, seconds }: Part,
  body: (context: TestContext) => Promise<void>,
): void {
  test(name, { skip }, async (context) => {
    const left = Number(process.env.OPENCLAW_UNTIL ?? Infinity) - Date.now() / 1000;
    if (left < seconds) {
      context.skip(`no time: it takes ${seconds} s, and ${Math.round(left)} s are left`);
      return;
    }
    await body(context);
  });
}
