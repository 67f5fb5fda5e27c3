/** Which warnings change what may be believed. Pure. */
import type { Result, Warning } from "../result.ts";
import { clip } from "./escape.ts";

/** Good to know, and no reason to doubt a figure or an outcome; a code that isn't here is one. */
const HARMLESS: ReadonlySet<string> = new Set([
  "inferrs-cache-broken",
  "inferrs-commit-unknown",
  "left-behind",
  "openclaw-cache-broken",
  "openclaw-config",
  // The same on every run of a machine: it stands among what was run.
  "unverified-platform",
]);

export function bearsOnTrust({ code }: Warning): boolean {
  return !HARMLESS.has(code);
}

/** Those that bear on trust first, in their order. */
export function warningsByTrust({ warnings }: Result): { trust: Warning[]; other: Warning[] } {
  const trust = warnings.filter(bearsOnTrust);
  return { trust, other: warnings.filter((warning) => !trust.includes(warning)) };
}

/** What each is about, in the few words that a line near the top has for it. */
const IN_SHORT: Readonly<Record<string, string>> = {
  "choices-differ": "the engine did not choose the same in every start",
  "client-bottleneck": "this tool may have been the bottleneck",
  "client-differs": "OpenClaw's gateway and its command line end differently",
  "client-late": "this tool was late to read some replies",
  "client-retried": "OpenClaw retried some requests",
  "counts-disagree": "the server's routes count tokens differently",
  "cpu-hot": "the CPU was hot",
  "cpu-stolen": "other guests of this machine took CPU time",
  "cpu-throttled": "the CPU was throttled",
  "decode-read-late": "some decode figures were read too late and are left out",
  "decode-unknown": "some decode speeds are not known",
  "device-changed": "the device changed between starts",
  "device-unconfirmed": "nothing confirms the device",
  "engine-gone": "some cells were not run, because the engine was gone",
  "expectations-not-judged": "what the replies say was not judged",
  flaky: "some cells fail now and then",
  "gpu-hot": "the GPU was hot",
  "gpu-unused": "the GPU was not used",
  "journal-cut-off": "the record of the run breaks off",
  "not-restarted": "the server was not restarted",
  "not-told": "whether base and head are equal in all else isn't known",
  "prompt-cached": "prompts came from the server's cache",
  "proxy-style": "requests had parts that should not reach this server",
  "replay-passes": "the client's turn fails where the same requests pass",
  "rounds-missing": "some rounds could not be measured",
  "sent-late": "some requests were sent late",
  swapped: "the machine swapped",
  "time-budget": "the time budget ended the run early",
  "tokens-by-chunks": "tokens are counted by chunks",
  "tokens-unknown": "some replies' tokens are not known",
  uncommitted: "what isn't committed was not measured",
};

/** Each kind once; of one that isn't known its own words, which are hostile text. */
export function trustInShort(result: Result): string[] {
  const { trust } = warningsByTrust(result);
  return [
    ...new Set(trust.map(({ code, text }) => IN_SHORT[code] ?? clip(text.replace(/\.$/, ""), 160))),
  ];
}
