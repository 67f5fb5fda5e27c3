/** Takes out of a text what is nobody's business: keys always; names, hosts and homes in what is handed on. Pure. */
import { isLoopback } from "../host/loopback.ts";

export interface Identity {
  /** Values that are secret: keys, tokens. */
  secrets: readonly string[];
  home: string;
  user: string;
  host: string;
}

/** Shorter ones stand in every text by chance. */
const LEAST_SECRET = 4;
const LEAST_NAME = 3;
/** Names that tell nothing, and stand in many texts. */
const NO_NAMES = ["root", "user", "runner", "admin", "localhost", "node"];

/** No secret of these is left. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return [...secrets]
    .filter((secret) => secret.length >= LEAST_SECRET)
    .sort((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, "***"), text);
}

/** For an issue: no key, no home, no user's name, no host but this machine itself. */
export function anonymous(text: string, identity: Identity): string {
  let left = withoutSecrets(text, identity.secrets);
  if (identity.home.length > 1) left = left.replaceAll(identity.home, "~");
  left = left
    .replace(/(?:\/home\/|\/Users\/|[A-Z]:\\Users\\)[^\s/\\"'`:]+/g, "~")
    .replace(/\bhttps?:\/\/([^\s/"'`)]+)/g, (whole, authority: string) => {
      const host = authority.replace(/^.*@/, "").replace(/:\d+$/, "");
      return isLoopback(host)
        ? whole.replace(/\/\/.*@/, "//")
        : whole.replace(authority, "elsewhere");
    })
    .replace(/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, (address) =>
      isLoopback(address) || address === "0.0.0.0" ? address : "x.x.x.x",
    );
  for (const name of [identity.user, identity.host, identity.host.split(".")[0] ?? ""]) {
    if (name.length < LEAST_NAME || NO_NAMES.includes(name.toLowerCase())) continue;
    const word = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    left = left.replace(new RegExp(`(?<![\\w-])${word}(?![\\w-])`, "gi"), "…");
  }
  return left;
}
