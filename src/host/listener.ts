/** Who listens on a port: the process that was started for it, or one that came before. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { commandOf } from "./proc.ts";

/** Listening sockets have this state in /proc/net/tcp (include/net/tcp_states.h: TCP_LISTEN). */
const LISTEN = "0A";

/**
 * @param members the processes that should listen
 * @returns `unknown`: nobody is known to listen, or it can't be told here
 */
export function listenerOf(port: number, members: readonly number[]): "ours" | "other" | "unknown" {
  if (process.platform === "darwin") {
    const pids = lsof(port);
    if (pids.length === 0) return "unknown";
    return pids.some((pid) => members.includes(pid)) ? "ours" : "other";
  }
  const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => socketsIn(path, port));
  if (sockets.length === 0) return "unknown";
  const held = members.flatMap(socketsOf);
  return sockets.some((inode) => held.includes(inode)) ? "ours" : "other";
}

/** They listen for somebody else: their memory says nothing of the server behind them. */
const FORWARDERS =
  /^(ssh|sshd|docker-proxy|rootlessport|rootlesskit|slirp4netns|pasta|passt|socat|kubectl|nginx|haproxy|caddy|traefik|envoy|com\.docker)/;

/**
 * The process of this machine that serves a URL.
 * @returns null where the URL is another machine's, or nothing that we may look into listens there
 */
export function serverProcess(baseUrl: string): number | null {
  const url = new URL(baseUrl);
  const here = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)$/.test(url.hostname);
  if (!here) return null;
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const pid = process.platform === "darwin" ? lsof(port)[0] : holderOf(port);
  return pid === undefined || FORWARDERS.test(commandOf(pid) ?? "") ? null : pid;
}

/** Of other users' processes nothing is seen. */
function holderOf(port: number): number | undefined {
  const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => socketsIn(path, port));
  if (sockets.length === 0) return undefined;
  return processIds().find((pid) => socketsOf(pid).some((inode) => sockets.includes(inode)));
}

/** Columns: slot, local address:port in hex, remote, state, …; the tenth is the socket's inode. */
function socketsIn(path: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return lines(path).flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const listens = fields[3] === LISTEN && fields[1]?.endsWith(`:${wanted}`);
    return listens && fields[9] !== undefined ? [fields[9]] : [];
  });
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(target(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return [];
  }
}

function processIds(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function target(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

function lsof(port: number): number[] {
  try {
    const args = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-t"];
    return execFileSync("lsof", args, { encoding: "utf8" }).trim().split("\n").map(Number);
  } catch {
    return [];
  }
}
