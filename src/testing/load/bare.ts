/**
 * The least that a reader in Node can do, beside the measuring client under the same load: a bare
 * socket for each stream, a time for each read, nothing else. What it is late by, the machine is.
 */
import { connect } from "node:net";
import type { Seen } from "./client.ts";

const now = () => Number(process.hrtime.bigint());

/** @param bodies one request for each stream; all are sent at once */
export function readBare(url: string, bodies: readonly string[]): Promise<Seen[]> {
  return Promise.all(bodies.map((body) => readOne(new URL(url), body)));
}

function readOne(url: URL, body: string): Promise<Seen> {
  const reads: { ns: number; data: Buffer }[] = [];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => {
      const head = `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n`;
      socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
    socket.on("error", reject);
    socket.on("data", (data) => {
      reads.push({ ns: now(), data });
      if (data.subarray(-5).toString("latin1") !== "0\r\n\r\n") return;
      socket.destroy();
      resolve(timesOf(reads));
    });
  });
}

/** A token is there with the read that ends its chunk. */
function timesOf(reads: readonly { ns: number; data: Buffer }[]): Seen {
  const text = Buffer.concat(reads.map(({ data }) => data)).toString("latin1");
  const ns: number[] = [];
  let read = 0;
  let end = reads[0]?.data.length ?? 0;
  for (const token of text.matchAll(/"delta":\{"content":.*\n\n\r\n/g)) {
    while (end < token.index + token[0].length) end += reads[++read]?.data.length ?? 0;
    ns.push(reads[read]?.ns ?? 0);
  }
  return { id: /"id":"([^"]+)"/.exec(text)?.[1] ?? null, ns };
}
