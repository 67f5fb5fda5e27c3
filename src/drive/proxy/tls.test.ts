/** An engine behind https: the client speaks plainly to the proxy, which speaks TLS to the engine. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as tls from "node:tls";
import { toText } from "../../analyze/sse.ts";
import { wireClient } from "../../testing/wire.ts";
import { openProxy } from "./proxy.ts";

const folder = mkdtempSync(join(tmpdir(), "proxy-tls-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A certificate for localhost that nobody else trusts; null: there is no openssl here. */
function certificate(): { key: Buffer; cert: Buffer } | null {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  try {
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const files = ["-keyout", key, "-out", cert, "-days", "2"];
    execFileSync("openssl", [...made, ...files, ...subject], { stdio: "ignore" });
  } catch {
    return null;
  }
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

const pair = certificate();
const skip = pair === null || !("setDefaultCACertificates" in tls);
const REPLY = "HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\nok";
const ASK = "GET /health HTTP/1.1\r\nHost: proxy\r\n\r\n";

async function openTls(onAsk: (socket: tls.TLSSocket) => void) {
  const asked: string[] = [];
  const server = tls.createServer({ ...pair }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      asked.push(`${data}`);
      onAsk(socket);
    });
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const upstream = `https://localhost:${port}/v1`;
  const { signal } = new AbortController();
  const proxy = await openProxy({ upstream, apiKey: null, keepBodies: false, signal });
  after(async () => {
    await proxy.close();
    server.close();
  });
  const recording = proxy.record(process.hrtime.bigint());
  return { asked, port, recording, client: await wireClient(Number(new URL(proxy.baseUrl).port)) };
}

test("a certificate that isn't trusted is a refusal, told by its reason", { skip }, async () => {
  const { client, recording } = await openTls((socket) => socket.write(REPLY));
  client.socket.write(ASK);
  assert.equal(await client.over, "ECONNRESET");
  const [exchange] = recording.end();
  assert.equal(exchange?.end.kind, "refused");
  assert.match(JSON.stringify(exchange?.end), /self-signed certificate/);
});

test("with one that is, bytes pass, and so does a reset", { skip }, async () => {
  tls.setDefaultCACertificates([`${pair?.cert}`]);
  const { client, recording, asked, port } = await openTls((socket) => socket.write(REPLY));
  client.socket.write(ASK);
  await client.until((bytes) => `${bytes}` === REPLY);
  assert.deepEqual(asked, [ASK.replace("proxy", `localhost:${port}`)]);
  const [exchange] = recording.end();
  assert.equal(exchange && toText(exchange.segments), "ok");
  assert.ok((exchange?.connectMs ?? 0) > 0);
  client.socket.destroy();

  const cut = await openTls((socket) => {
    socket.write("HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nhalf");
    setTimeout(() => socket.destroy(), 20);
  });
  cut.client.socket.write(ASK);
  assert.match(await cut.client.over, /FIN|ECONNRESET/);
  const [broken] = cut.recording.end();
  assert.equal(broken?.end.kind, "reset");
  assert.equal(broken && toText(broken.segments), "half");
  cut.client.socket.destroy();
});
