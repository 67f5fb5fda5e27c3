/**
 * How OpenClaw takes the host of a provider's base URL: its default limits on a model's silence depend
 * on it (seen in 2026.9.6). By name only; nothing is looked up.
 */
import type { HostClassChange } from "./types.ts";

/**
 * `local`: loopback, private and link-local addresses, `*.local`: no limit on pauses within a reply,
 * 300 s until the first event. `self-hosted`: names of the container's host: 300 s. `bare`: a name
 * without a dot: 300 s for providers that OpenClaw knows as local, else as `public`. `public`: 120 s.
 */
export type HostClass = "local" | "self-hosted" | "bare" | "public";

const LIMITS: Record<HostClass, string> = {
  local: "no limit on pauses within a reply and 300 s until the first event",
  "self-hosted": "300 s",
  bare: "120 s, or 300 s for a provider that it knows as local",
  public: "120 s",
};

const SELF_HOSTED = ["docker.orb.internal", "host.docker.internal", "host.orb.internal"];

/** @throws TypeError when it is no URL */
export function hostClass(baseUrl: string): HostClass {
  const host = new URL(baseUrl).hostname.toLowerCase().replace(/^\[|\]$/g, "");
  if (["localhost", "0.0.0.0", "::1", "::ffff:7f00:1"].includes(host)) return "local";
  if (host.endsWith(".local")) return "local";
  if (/^f[cd][0-9a-f]{2}:/.test(host) || /^fe[89ab][0-9a-f]:/.test(host)) return "local";
  if (isLocalIpv4(host)) return "local";
  if (SELF_HOSTED.includes(host)) return "self-hosted";
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(host) ? "bare" : "public";
}

function isLocalIpv4(host: string): boolean {
  const [, first, second] = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(host) ?? [];
  const a = Number(first ?? -1);
  const b = Number(second ?? -1);
  return (
    a === 127 ||
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b <= 127)
  );
}

/** What changes for the client when it is given `shown` instead of `real`; null: nothing. */
export function hostClassChange(real: string, shown: string): HostClassChange | null {
  const from = hostClass(real);
  const to = hostClass(shown);
  if (from === to) return null;
  const effect = `OpenClaw allows a model behind ${new URL(real).hostname} a silence of ${LIMITS[from]}; behind the proxy's ${new URL(shown).hostname} it is ${LIMITS[to]}. The provider's timeoutSeconds, where it is set, holds for both`;
  return { from, to, effect };
}
