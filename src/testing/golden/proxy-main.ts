/**
 * The proxy as a process of its own, before a server given by URL: `BASE_URL` is told to the parent,
 * which asks for what was recorded since it last did. Times are ns of `process.hrtime`.
 */
import { openProxy } from "../../drive/proxy/proxy.ts";

const signal = new AbortController().signal;
const upstream = process.argv[2] ?? "";
const proxy = await openProxy({ upstream, apiKey: null, keepBodies: false, signal });
let recording = proxy.record(0n);
process.on("message", () => {
  void recording.idle().then(() => {
    process.send?.(recording.end());
    recording = proxy.record(0n);
  });
});
process.once("disconnect", () => void proxy.close());
process.send?.(proxy.baseUrl);
