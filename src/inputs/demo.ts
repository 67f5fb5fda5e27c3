/** `demo`: the whole job against the simulator, in well under half a minute. */
import type { RawOptions } from "./table.ts";

/** What the demo shows when no fault is chosen: an older release, which takes text only as a string. */
const DEFAULT_FAULTS = ["reject-arrays"];
const SPEEDS = ["prefill-speed=60000", "decode-speed=400", "load-time=150"];

/**
 * Options that were given win. Knobs that were given replace the demo's own fault, so
 * `--sim none` shows an engine without any.
 */
export function demoDefaults(raw: RawOptions): RawOptions {
  const given = Array.isArray(raw.sim) ? raw.sim : [];
  const compares = Array.isArray(raw.base) && raw.base.length > 0;
  const own = given.length === 0 ? DEFAULT_FAULTS : [];
  const faults = given.length === 0 ? DEFAULT_FAULTS : given.filter((knob) => knob !== "none");
  return {
    scenario: ["smoke", "chat", "agent-turn"],
    ...(compares ? {} : { starts: "2", rounds: "2" }),
    "max-tokens": "32",
    timeout: "10",
    ...raw,
    ...(compares ? { base: baseItems(raw.base as string[], own) } : {}),
    engine: "sim",
    sim: [...SPEEDS, ...faults],
  };
}

/** Knobs of base replace those that were given for head; the demo's own stay. */
function baseItems(items: readonly string[], own: readonly string[]): string[] {
  const given = items.some((item) => /^sim\s*=/.test(item));
  const kept = items.filter((item) => !/^sim\s*=\s*none$/.test(item));
  return [...(given ? [...SPEEDS, ...own] : []).map((knob) => `sim=${knob}`), ...kept];
}
