/** How long to leave a server alone before the next try: as it asks, else longer each time. Pure. */

/** 1, 2, 4 s and so on. @param tries - how many have failed, from 1 */
export function backOffMs(tries: number): number {
  return 1000 * 2 ** (tries - 1);
}

/**
 * What an answer asks for: `retry-after` in seconds or as a date (RFC 9110, section 10.2.3); else,
 * when nothing remains, until GitHub's `x-ratelimit-reset`
 * (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api); else the `t` of
 * the hub's `ratelimit: "api";r=0;t=42`.
 *
 * @param header - the value of one, by its name in lower case
 * @param nowMs - ms since 1970
 * @returns null when it asks for nothing
 */
export function askedWaitMs(
  header: (name: string) => string | number | null | undefined,
  nowMs: number,
): number | null {
  const after = String(header("retry-after") ?? "");
  const afterMs = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - nowMs;
  if (Number.isFinite(afterMs)) return Math.max(0, afterMs);
  const reset = Number(header("x-ratelimit-reset") ?? Number.NaN);
  if (String(header("x-ratelimit-remaining")) === "0" && Number.isFinite(reset)) {
    // The clocks differ by a little: at the very second it may be too early.
    return Math.max(1000, reset * 1000 - nowMs);
  }
  const seconds = /;\s*t=(\d+)/.exec(String(header("ratelimit") ?? ""))?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}
