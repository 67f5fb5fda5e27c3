/** Which hosts are this machine, and which may be somebody's own. Pure. */

/** This machine itself. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}

/** This machine or one of the user's own network: nothing that is paid for by the request. */
export function isLocalHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isLoopback(host) || host === "0.0.0.0") return true;
  // A name without a dot is one of this network's: `inferrs` in a compose file, `host.docker.internal`.
  if (!host.includes(".") && !host.includes(":")) return true;
  if (/\.(local|lan|home|internal|home\.arpa|ts\.net)$/.test(host)) return true;
  if (/^(f[cd][0-9a-f]{2}|fe80):/.test(host)) return true;
  // RFC 1918, RFC 3927 and RFC 6598.
  return /^(10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
    host,
  );
}
