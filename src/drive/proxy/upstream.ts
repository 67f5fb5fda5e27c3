/** The proxy's connections to the engine. */
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface UpstreamAddress {
  secure: boolean;
  host: string;
  port: number;
  /** As it stands in a Host header. */
  authority: string;
  /** Path of the base URL without its `/v1`. */
  prefix: string;
}

/**
 * Reads a base URL, with or without its `/v1`.
 * @throws TypeError for what is none
 */
export function readUpstream(baseUrl: string): UpstreamAddress {
  const url = new URL(baseUrl);
  const secure = url.protocol === "https:";
  return {
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
    prefix: url.pathname.replace(/\/+$/, "").replace(/\/v1$/, ""),
  };
}

export interface Upstream {
  socket: Socket;
  /** The event that says that bytes can be sent. */
  ready: "connect" | "secureConnect";
  /** Ends the connection with a TCP reset. */
  reset(): void;
}

export function connectUpstream(address: UpstreamAddress): Upstream {
  const { host, port, secure } = address;
  const raw = connect({ host, port, noDelay: true, allowHalfOpen: true });
  if (!secure) return { socket: raw, ready: "connect", reset: () => reset(raw) };
  const servername = isIP(host) === 0 ? host : "";
  const socket = connectTls({ socket: raw, servername, ALPNProtocols: ["http/1.1"] });
  // Errors of the connection reach the TLS socket as well.
  raw.on("error", () => {});
  return {
    socket,
    ready: "secureConnect",
    reset: () => {
      reset(raw);
      socket.destroy();
    },
  };
}

/**
 * RST instead of FIN. A socket that isn't connected yet is only given up, and one whose end is under
 * way only closed: libuv refuses to reset it, and Node would then never close it at all.
 */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  const ending = socket.writableEnded && !socket.writableFinished;
  if (socket.connecting || ending) socket.destroy();
  else socket.resetAndDestroy();
}
