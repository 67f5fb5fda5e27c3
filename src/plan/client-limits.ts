/** How long the client waits for the first event of a reply where its config doesn't say. Pure. */
import type { Plan } from "./types.ts";

/** OpenClaw 2026.9.6: of a server on this machine or a private network, and of another one. */
const LOCAL_CLIENT_MS = 300_000;
const CLOUD_CLIENT_MS = 120_000;

/** By the host's name, as the client does it; engines of our own are on this machine. */
export function clientWaitsMs(plan: Plan, variant: string): number {
  const engine = plan.variants.find((each) => each.name === variant)?.engine;
  if (engine?.kind !== "external" || !URL.canParse(engine.baseUrl)) return LOCAL_CLIENT_MS;
  const { hostname } = new URL(engine.baseUrl);
  const local =
    !hostname.includes(".") ||
    /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(hostname) ||
    hostname.endsWith(".local");
  return local ? LOCAL_CLIENT_MS : CLOUD_CLIENT_MS;
}
