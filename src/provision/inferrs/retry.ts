/** Tries again what may pass: with patience that grows, and never sooner than the server asks. */

import { retryDelayMs } from "../../publish/github-errors.ts";
import { duration } from "../../report/format.ts";
import { RequestFailed, toSetupError } from "./failure.ts";
import type { FetchWorld } from "./world.ts";

/** Up to this share is added to each wait, so that many who failed together don't come back so. */
const JITTER = 0.25;

/**
 * @param what for the error, e.g. `inferrs 0.0.20260424164259`
 * @throws SetupError when no try helps, or the wait would be too long: it says when to come back
 */
export async function retrying<T>(
  what: string,
  url: string,
  world: FetchWorld,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      world.signal.throwIfAborted();
      if (!(error instanceof RequestFailed)) throw error;
      const { failure } = error;
      const nowMs = world.now();
      const wait = retryDelayMs(failure, tries, nowMs);
      const last = tries >= world.limits.tries;
      if (wait === null || last || wait > world.limits.longestWaitMs) {
        const context = { token: world.token !== null, nowMs, tries };
        throw toSetupError(what, url, failure, context);
      }
      const said = failure.kind === "answered" ? `${failure.status} ` : "";
      const delayMs = wait * (1 + JITTER * world.random());
      world.say(`${what}: ${said}${failure.message}; again in ${duration(delayMs)}`);
      await world.sleep(delayMs);
    }
  }
}
