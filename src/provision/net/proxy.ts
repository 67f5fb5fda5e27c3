/** Proxies by the usual variables, in capitals or not; NO_PROXY names what is asked directly. */
import { EnvHttpProxyAgent } from "undici";
import { InputError } from "../../inputs/error.ts";

/**
 * @param timeouts of undici, in ms
 * @throws InputError for a proxy that is none
 */
export function proxyAgent(
  env: NodeJS.ProcessEnv,
  timeouts: Pick<EnvHttpProxyAgent.Options, "headersTimeout" | "bodyTimeout" | "connect">,
): EnvHttpProxyAgent {
  const httpProxy = env.http_proxy ?? env.HTTP_PROXY ?? "";
  const httpsProxy = env.https_proxy ?? env.HTTPS_PROXY ?? "";
  const noProxy = env.no_proxy ?? env.NO_PROXY ?? "";
  for (const [input, proxy] of [
    ["HTTP_PROXY", httpProxy],
    ["HTTPS_PROXY", httpsProxy],
  ] as const) {
    if (proxy === "" || (URL.canParse(proxy) && /^https?:/i.test(proxy))) continue;
    throw new InputError({
      input,
      value: proxy.replace(/.*@/, "…@"),
      expected: "an http or https URL of a proxy",
      mend: "For example http://proxy.example:3128.",
    });
  }
  // As curl does: a plain request is forwarded, an encrypted one goes through a tunnel.
  const proxies = { httpProxy, httpsProxy, noProxy, proxyTunnel: false };
  return new EnvHttpProxyAgent({ ...proxies, ...timeouts });
}
