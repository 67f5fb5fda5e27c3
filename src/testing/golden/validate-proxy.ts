/**
 * The corpus through the proxy and without it: the same bytes and traces, and how much later each
 * chunk comes, by the server's own record of when it wrote it.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { traceExchange } from "../../analyze/trace.ts";
import { MeasuringClient } from "../../drive/client.ts";
import type { ProxiedExchange } from "../../drive/proxy/types.ts";
import type { Exchange } from "../../drive/types.ts";
import type { GoldenScript } from "./script.ts";
import type { GoldenRecord } from "./server.ts";
import { type Golden, records } from "./validate.ts";

export interface SpawnedProxy {
  baseUrl: string;
  /** What passed since it was last asked. */
  exchanges(): Promise<ProxiedExchange[]>;
  close(): Promise<void>;
}

/** A process of its own, as client and engine are: nobody's event loop waits for another's. */
export async function spawnProxy(upstream: string): Promise<SpawnedProxy> {
  const main = join(import.meta.dirname, "proxy-main.ts");
  const child: ChildProcess = fork(main, [upstream], { serialization: "advanced" });
  const message = async () => (await once(child, "message"))[0];
  const baseUrl = (await message()) as string;
  return {
    baseUrl,
    exchanges: async () => {
      const told = message();
      child.send("exchanges");
      return (await told) as ProxiedExchange[];
    },
    close: async () => {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

/** Of one script. Delays are in ms. */
export interface ProxyRow {
  script: GoldenScript;
  /** What is wrong, in words; empty when everything is right. */
  wrong: string[];
  /** Later arrival of each chunk at the client than without proxy. */
  added: number[];
  /** Later arrival of the request at the server. */
  asking: number[];
  /** From the server's write to the time that the proxy recorded. */
  engineSide: number[];
  /** TTFT by the proxy's record less that by the server's. */
  ttft: number[];
}

/** Streams that the client gives up on are for the tests: how much they bring depends on the machine. */
export function comparable({ name, asks }: GoldenScript): boolean {
  return !["endless", "stall", "huge-event"].includes(name) && asks.route !== "ollama";
}

/** @param rounds so many replies each way, in turn */
export async function validateThrough(
  golden: Golden,
  proxy: SpawnedProxy,
  script: GoldenScript,
  rounds: number,
): Promise<ProxyRow> {
  const row: ProxyRow = { script, wrong: [], added: [], asking: [], engineSide: [], ttft: [] };
  const wrong = new Set<string>();
  const path = `/s/${script.name}/v1`;
  const direct = new MeasuringClient(golden.url + path, null);
  const through = new MeasuringClient(new URL(proxy.baseUrl).origin + path, null);
  await records(golden);
  await proxy.exchanges();
  for (let round = 0; round < rounds; round++) {
    const one = await ask(direct, script, round);
    const other = await ask(through, script, round);
    const [writtenOne, writtenOther] = await records(golden);
    const [recorded] = await proxy.exchanges();
    if (recorded === undefined || writtenOne === undefined || writtenOther === undefined) {
      wrong.add("a request was not recorded");
      continue;
    }
    for (const [name, each] of Object.entries({ "the client's": other, "the proxy's": recorded })) {
      for (const what of differences(one, each)) wrong.add(`${name} ${what} differs`);
    }
    // The first round finds code that was never run and connections that are new.
    if (round === 0 || script.truth.outcome !== "pass" || script.asks.route === "plain") continue;
    compareTimes(row, { one, other, recorded, writtenOne, writtenOther });
  }
  await direct.close();
  await through.close();
  return { ...row, wrong: [...wrong] };
}

function ask(client: MeasuringClient, script: GoldenScript, round: number): Promise<Exchange> {
  const stream = script.asks.route !== "plain";
  const body = JSON.stringify({ stream, messages: [{ role: "user", content: `Words ${round}.` }] });
  return client.send(
    { method: "POST", path: "/v1/chat/completions", body, step: 0, kind: "generate", stream },
    {
      timeoutMs: script.asks.timeout * 1000,
      signal: new AbortController().signal,
      keepBodies: false,
      attemptStart: 0n,
    },
  );
}

function differences(one: Exchange, other: Exchange): string[] {
  const traces = [one, other].map(traceExchange);
  const parts = {
    bytes: [one, other].map(({ segments }) =>
      Buffer.concat(segments.map(({ bytes }) => bytes)).toString("latin1"),
    ),
    status: [one.status, other.status],
    headers: [one.headers, other.headers],
    end: [one.end.kind, other.end.kind],
    text: traces.map(({ text, reasoning, toolCalls }) => ({ text, reasoning, toolCalls })),
    tokens: traces.map(({ chunkTokens, usage, finishReason }) => [
      chunkTokens,
      usage,
      finishReason,
    ]),
    error: traces.map(({ error, complete }) => [error, complete]),
  };
  return Object.entries(parts)
    .filter(([, [a, b]]) => JSON.stringify(a) !== JSON.stringify(b))
    .map(([name]) => name);
}

interface Seen {
  one: Exchange;
  other: Exchange;
  recorded: ProxiedExchange;
  writtenOne: GoldenRecord;
  writtenOther: GoldenRecord;
}

/** All times are on one clock: the system's monotonic one. */
function compareTimes(row: ProxyRow, seen: Seen): void {
  const { one, other, recorded, writtenOne, writtenOther } = seen;
  const writes = (record: GoldenRecord) =>
    record.writes
      .filter(({ kind }) => kind === "answer" || kind === "reasoning")
      .map(({ ns }) => ns / 1e6);
  const arrivals = (exchange: Exchange) =>
    traceExchange(exchange).chunkMs.map((ms) => exchange.sentNs / 1e6 + ms);
  const late = (exchange: Exchange, record: GoldenRecord) => {
    const at = writes(record);
    return arrivals(exchange).map((ms, index) => ms - (at[index] ?? Number.NaN));
  };
  const [without, withIt] = [late(one, writtenOne), late(other, writtenOther)];
  row.added.push(...withIt.map((ms, index) => ms - (without[index] ?? Number.NaN)));
  row.engineSide.push(...late(recorded, writtenOther));
  const asked = (exchange: Exchange, { arrivedNs }: GoldenRecord) =>
    (arrivedNs - exchange.sentNs) / 1e6;
  row.asking.push(asked(other, writtenOther) - asked(one, writtenOne));
  const first = writes(writtenOther)[0];
  const { ttftMs } = traceExchange(recorded);
  if (first !== undefined && ttftMs !== null) {
    row.ttft.push(ttftMs - (first - writtenOther.arrivedNs / 1e6));
  }
}
