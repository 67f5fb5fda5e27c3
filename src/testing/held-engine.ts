/** A real local server in the place of an engine, in the hands of a test. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { after } from "node:test";
import { ClientPool } from "../drive/pool.ts";
import type { RunningEngine } from "../engine/engine.ts";
import type { EngineExit } from "../engine/types.ts";
import { NOTHING_CHOSEN } from "../result.ts";

const servers: Server[] = [];
const pools: ClientPool[] = [];
after(async () => {
  for (const pool of pools) await pool.close();
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
});

const EXIT: EngineExit = {
  exitCode: null,
  signal: "SIGKILL",
  by: "itself",
  oomKills: 0,
  peak: null,
  logTail: [],
  limitBytes: null,
};

export interface Held {
  path: string;
  socket: Socket;
  answer: (status?: number) => void;
}

/**
 * An engine whose requests a test answers by hand, when it wants to. Everything is closed after the
 * tests of the file.
 * @param onRequest is given each request when it is there, and all that wait
 */
export async function heldEngine(onRequest: (held: Held, waiting: Held[]) => void) {
  const seen: Held[] = [];
  const waiting: Held[] = [];
  let most = 0;
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    const held: Held = {
      path: req.url ?? "",
      socket: req.socket,
      answer: (status = 200) => {
        waiting.splice(waiting.indexOf(held), 1);
        res.writeHead(status, { "content-type": "application/json" });
        res.end(
          JSON.stringify({ id: `id-of${req.url}`, choices: [{ message: { content: "a" } }] }),
        );
      },
    };
    seen.push(held);
    waiting.push(held);
    most = Math.max(most, waiting.length);
    req.resume().on("end", () => onRequest(held, waiting));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  let die: (exit: EngineExit) => void = () => {};
  let exit: EngineExit | null = null;
  const engine: RunningEngine = {
    baseUrl,
    apiKey: null,
    servedId: "m",
    version: null,
    readyMs: 1,
    chosen: NOTHING_CHOSEN,
    device: null,
    windowTokens: null,
    portsTaken: 0,
    peakVramBytes: () => null,
    died: new Promise((resolve) => {
      die = (how) => {
        exit = how;
        resolve(how);
      };
    }),
    exit: () => exit,
    beginPeak: () => {},
    peak: () => ({ bytes: 5, kind: "rss", swapBytes: null }),
    cpuMs: () => 7,
    loggedPromptTokens: (id) => (id === "id-of/turn0/0" ? 12 : null),
    stop: async () => ({ exit, peak: null }),
  };
  const pool = new ClientPool(baseUrl, null);
  pools.push(pool);
  return { engine, pool, seen, die: () => die(EXIT), most: () => most };
}
