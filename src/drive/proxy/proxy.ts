/**
 * The pass-through proxy between a client and the engine: raw bytes both ways, and a record of every
 * request. What it changes and what it costs is told in docs/openclaw.md.
 */
import { createServer } from "node:net";
import { hostClassChange } from "./host-class.ts";
import { type Passage, sinceOrigin } from "./passage.ts";
import { Splice } from "./splice.ts";
import type { PassThroughProxy, ProxyOptions, Recording, RecordingWatch } from "./types.ts";
import { readUpstream, reset } from "./upstream.ts";

/** Listens on a free port of the loopback. */
export async function openProxy(options: ProxyOptions): Promise<PassThroughProxy> {
  const address = readUpstream(options.upstream);
  const splices = new Set<Splice>();
  const recordings = new Map<Passage[], (event: "began" | "ended", passage: Passage) => void>();
  const inFlight = new Set<Passage>();
  let waiting: (() => void)[] = [];
  let cutBecause: string | null = null;

  /** Requests are read when nobody's bytes wait for it. */
  const lookInto = () => {
    if (inFlight.size > 0) return;
    for (const recorded of recordings.keys()) for (const passage of recorded) passage.know();
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (cutBecause !== null) return reset(client.on("error", () => {}));
    const splice = new Splice(client, {
      address,
      edits: {
        host: address.authority,
        authorization: options.apiKey === null ? null : `Bearer ${options.apiKey}`,
      },
      keepBodies: options.keepBodies,
      onBegin: (passage) => {
        inFlight.add(passage);
        for (const [recorded, tell] of recordings) {
          recorded.push(passage);
          tell("began", passage);
        }
      },
      onEnd: (passage) => {
        inFlight.delete(passage);
        for (const [recorded, tell] of recordings) {
          if (recorded.includes(passage)) setImmediate(() => tell("ended", passage));
        }
        if (inFlight.size > 0) return;
        for (const resolve of waiting.splice(0)) resolve();
        setImmediate(lookInto);
      },
      onClose: () => splices.delete(splice),
    });
    splices.add(splice);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const listening = server.address();
  if (listening === null || typeof listening === "string") throw new Error("no port");
  const baseUrl = `http://127.0.0.1:${listening.port}${address.prefix}/v1`;

  const cutAll = (reason: string) => {
    cutBecause = reason;
    for (const splice of splices) splice.cut(reason);
  };
  const onAbort = () => cutAll(String(options.signal.reason));
  options.signal.addEventListener("abort", onAbort, { once: true });
  if (options.signal.aborted) onAbort();

  const record = (attemptStart: bigint, watch: RecordingWatch = {}): Recording => {
    const passages: Passage[] = [];
    const startNs = sinceOrigin(attemptStart);
    recordings.set(passages, (event, passage) => {
      if (event === "began") watch.began?.();
      else watch.ended?.(passage.exchange(startNs, address.prefix));
    });
    const exchanges = () => passages.map((passage) => passage.exchange(startNs, address.prefix));
    return {
      exchanges,
      idle: () =>
        inFlight.size === 0
          ? Promise.resolve()
          : new Promise<void>((resolve) => waiting.push(resolve)),
      end: () => {
        recordings.delete(passages);
        return exchanges();
      },
    };
  };

  return {
    baseUrl,
    hostClassChanged: hostClassChange(options.upstream, baseUrl),
    record,
    inFlight: () => inFlight.size,
    cutAll,
    resume: () => {
      cutBecause = null;
    },
    close: async () => {
      options.signal.removeEventListener("abort", onAbort);
      cutAll("the proxy was closed");
      waiting = [];
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
