/** Heads of HTTP/1.1 messages: read, and the two headers of a request that the proxy must change. */

export interface Head {
  /** Of a request; "" for a response. */
  method: string;
  /** Of a request: its target as it stands. */
  target: string;
  /** Of a response; 0 for a request. */
  status: number;
  /** By lower-case name; several of one name are joined by a comma. */
  headers: Record<string, string>;
}

/** What the engine must see in place of the proxy's own address and the client's key. */
export interface RequestEdits {
  host: string;
  /** Null: what the client sends stays. */
  authorization: string | null;
}

/** Reads a head, with or without the empty line at its end; null: it is none. */
export function parseHead(raw: Buffer): Head | null {
  const [first = "", ...lines] = raw.toString("latin1").trimEnd().split("\r\n");
  const request = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/1\.[01]$/.exec(first);
  const response = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/.exec(first);
  if (request === null && response === null) return null;
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return {
    method: request?.[1] ?? "",
    target: request?.[2] ?? "",
    status: Number(response?.[1] ?? 0),
    headers,
  };
}

/**
 * The head with Host and, where a key is given, Authorization replaced in place. Every other byte, the
 * order and the spelling of names included, stays.
 */
export function editRequestHead(raw: Buffer, edits: RequestEdits): Buffer {
  let text = replaceHeader(raw.toString("latin1"), "host", edits.host);
  if (edits.authorization !== null) {
    text = replaceHeader(text, "authorization", edits.authorization);
  }
  return Buffer.from(text, "latin1");
}

function replaceHeader(head: string, name: string, value: string): string {
  const pattern = new RegExp(`(\\r\\n${name}:[ \\t]*)[^\\r\\n]*`, "i");
  if (pattern.test(head)) return head.replace(pattern, (_, start: string) => start + value);
  return head.replace(/\r\n\r\n$/, `\r\n${name}: ${value}\r\n\r\n`);
}
