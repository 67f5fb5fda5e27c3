/** Bare sockets on both ends of a wire: what was said and how it ended, byte by byte. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** One end of a connection: everything that came, and how it ended. */
export interface WireEnd {
  socket: Socket;
  /** All bytes so far. */
  bytes(): Buffer;
  /** Resolves when `test` holds of the bytes so far; rejects when the connection is over before that. */
  until(test: (bytes: Buffer) => boolean): Promise<Buffer>;
  /** How the other side ended it: FIN, or the error's code. */
  over: Promise<string>;
}

/** Listens to what a socket brings. */
export function wireEnd(socket: Socket): WireEnd {
  const chunks: Buffer[] = [];
  const bytes = () => Buffer.concat(chunks);
  let look = () => {};
  let ended: string | null = null;
  const over = new Promise<string>((resolve) => {
    const end = (how: string) => {
      ended ??= how;
      resolve(ended);
      look();
    };
    socket.on("end", () => end("FIN"));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on("close", () => end("closed"));
  });
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    look();
  });
  const until = (test: (bytes: Buffer) => boolean) =>
    new Promise<Buffer>((resolve, reject) => {
      look = () => {
        const all = bytes();
        if (test(all)) resolve(all);
        else if (ended !== null) reject(new Error(`${ended} after ${JSON.stringify(`${all}`)}`));
      };
      look();
    });
  return { socket, bytes, until, over };
}

/** A server that hands each connection to `handler`. */
export async function wireServer(
  handler: (end: WireEnd) => void,
): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    handler(wireEnd(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A connection to a port of the loopback. */
export async function wireClient(port: number): Promise<WireEnd> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return wireEnd(socket);
}
