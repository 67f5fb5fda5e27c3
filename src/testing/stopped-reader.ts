/** Reads one stream with the measuring client, as an attempt does, for a test that stops this process meanwhile. */
import { traceExchange } from "../analyze/trace.ts";
import { watchOurselves } from "../drive/attempt.ts";
import { MeasuringClient } from "../drive/client.ts";

const client = new MeasuringClient(process.argv[2] ?? "", null);
const load = watchOurselves();
const exchange = await client.send(
  { method: "POST", path: "/v1/x", body: "{}", step: 0, kind: "generate", stream: true },
  {
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    attemptStart: process.hrtime.bigint(),
    keepBodies: false,
  },
);
const { chunkMs, finishMs } = traceExchange(exchange);
console.log(JSON.stringify({ client: await load.end(), trace: { chunkMs, finishMs } }));
await client.close();
