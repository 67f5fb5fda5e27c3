/** What passes between two bare sockets: bytes, ends of connections, and what is recorded of them. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { toText } from "../../analyze/sse.ts";
import { type WireEnd, wireClient, wireServer } from "../../testing/wire.ts";
import { openProxy } from "./proxy.ts";
import type { PassThroughProxy, ProxyOptions } from "./types.ts";

const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

/** A proxy before a server of bare sockets. */
async function through(handler: (end: WireEnd) => void, over: Partial<ProxyOptions> = {}) {
  const server = await wireServer(handler);
  closers.push(server.close);
  return { ...(await open(`http://127.0.0.1:${server.port}`, over)), engine: server.port };
}

async function open(upstream: string, over: Partial<ProxyOptions> = {}) {
  const { signal } = new AbortController();
  const proxy = await openProxy({ upstream, apiKey: null, keepBodies: false, signal, ...over });
  closers.push(proxy.close);
  const port = Number(new URL(proxy.baseUrl).port);
  return { proxy, port, recording: proxy.record(process.hrtime.bigint()) };
}

const post = (body: string, more = "", path = "/v1/chat/completions") =>
  `POST ${path} HTTP/1.1\r\nHost: proxy\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`;
const CHUNKED =
  "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const OK = "HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\nok";
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const has = (text: string) => (bytes: Buffer) => bytes.includes(text);
const count = (text: string, wanted: number) => (bytes: Buffer) =>
  bytes.toString("latin1").split(text).length - 1 >= wanted;

/** How the engine's side of the only connection ended, once there is one. */
async function engineOf(side: () => WireEnd | null): Promise<string | undefined> {
  while (side() === null) await new Promise((resolve) => setTimeout(resolve, 2));
  return side()?.over;
}

test("bytes pass as they are, both ways; only Host is the engine's", async () => {
  const seen: Buffer[] = [];
  const reply = Buffer.concat([
    Buffer.from("HTTP/1.1 200 X\r\ncontent-length: 300000\r\n\r\n"),
    randomBytes(300_000),
  ]);
  const { port, engine, recording } = await through((end) => {
    void end.until(has("body-ends")).then((bytes) => {
      seen.push(bytes);
      end.socket.write(reply);
    });
  });
  const body = `\0\u00ff${randomBytes(40_000).toString("latin1")}body-ends`;
  const head = `POST /v1/x HTTP/1.1\r\nX-Odd:\t  a\r\nhOsT: proxy\r\nContent-Length: ${body.length}\r\n\r\n`;
  const client = await wireClient(port);
  client.socket.write(Buffer.from(head + body, "latin1"));
  const got = await client.until((bytes) => bytes.length >= reply.length);
  assert.ok(got.equals(reply));
  const expected = Buffer.from(head.replace("proxy", `127.0.0.1:${engine}`) + body, "latin1");
  assert.ok(seen[0]?.equals(expected));
  const [exchange] = recording.end();
  assert.equal(
    exchange?.requestDigest,
    createHash("sha256").update(Buffer.from(body, "latin1")).digest("hex"),
  );
  assert.ok(
    Buffer.concat(exchange?.segments.map(({ bytes }) => bytes) ?? []).equals(
      reply.subarray(-300_000),
    ),
  );
  assert.equal(exchange?.requestBody, null);
  client.socket.destroy();
});

test("several requests on one connection, one after the other and pipelined, are told apart", async () => {
  const { port, recording } = await through((end) => {
    let answered = 0;
    end.socket.on("data", () => {
      const asked = end.bytes().toString().match(/q\d;/g) ?? [];
      for (; answered < asked.length; answered++) {
        end.socket.write(`${CHUNKED}${chunk(`a${asked[answered]}`)}0\r\n\r\n`);
      }
    });
  });
  const client = await wireClient(port);
  client.socket.write(post("q1;"));
  await client.until(has("aq1;"));
  client.socket.write(post("q2;") + post("q3;") + post("q4;").slice(0, -2));
  await client.until(has("aq3;"));
  client.socket.write("4;");
  await client.until(count("0\r\n\r\n", 4));
  await recording.idle();
  const exchanges = recording.end();
  assert.deepEqual(
    exchanges.map((each) => toText(each.segments)),
    ["aq1;", "aq2;", "aq3;", "aq4;"],
  );
  assert.deepEqual(
    exchanges.map((each) => each.end.kind),
    Array(4).fill("closed"),
  );
  assert.ok((exchanges[0]?.connectMs ?? -1) >= 0);
  assert.deepEqual(
    exchanges.slice(1).map((each) => each.connectMs),
    [null, null, null],
  );
  client.socket.destroy();
});

test("100-continue, HEAD and 204 keep the following request in step", async () => {
  const { port, recording } = await through((end) => {
    void (async () => {
      await end.until(has("100-continue"));
      end.socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      await end.until(has("late body"));
      end.socket.write(OK);
      await end.until(has("HEAD "));
      end.socket.write("HTTP/1.1 200 X\r\ncontent-length: 12345\r\n\r\n");
      await end.until(has("GET /none"));
      end.socket.write("HTTP/1.1 204 X\r\n\r\n");
      await end.until(has("GET /last"));
      end.socket.write(OK);
    })();
  });
  const client = await wireClient(port);
  client.socket.write(
    "POST /v1/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
  );
  await client.until(has("100 Continue"));
  client.socket.write("late body");
  await client.until(has("ok"));
  client.socket.write("HEAD /v1/b HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.until(has("12345"));
  client.socket.write("GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.until(has("204"));
  client.socket.write("GET /last HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.until(count("ok", 2));
  const told = recording
    .end()
    .map(({ method, path, status, end, segments }) => [
      ...[method, path, status, end.kind],
      toText(segments),
    ]);
  assert.deepEqual(told, [
    ["POST", "/v1/a", 200, "closed", "ok"],
    ["HEAD", "/v1/b", 200, "closed", ""],
    ["GET", "/none", 204, "closed", ""],
    ["GET", "/last", 200, "closed", "ok"],
  ]);
  client.socket.destroy();
});

test("a request of 10 MB reaches an engine that reads it late", async () => {
  const body = randomBytes(5_000_000).toString("hex");
  const { port, recording } = await through((end) => {
    end.socket.pause();
    setTimeout(() => end.socket.resume(), 50);
    void end
      .until((bytes) => bytes.length > body.length + 50)
      .then((bytes) => {
        assert.ok(bytes.subarray(-body.length).equals(Buffer.from(body)));
        end.socket.write(OK);
      });
  });
  const client = await wireClient(port);
  client.socket.write(post(body));
  await client.until(has("ok"));
  const [exchange] = recording.end();
  assert.equal(exchange?.requestBytes, body.length);
  assert.ok((exchange?.arrivedNs ?? 0) >= (exchange?.sentNs ?? 0));
  client.socket.destroy();
});

test("an engine is drained while the client doesn't read, and the wait is told as the client's", async () => {
  const size = 24_000_000;
  let drained = () => {};
  const taken = new Promise<void>((resolve) => {
    drained = resolve;
  });
  const { port, recording } = await through((end) => {
    void end.until(has("q;")).then(() => {
      end.socket.write(`HTTP/1.1 200 X\r\ncontent-length: ${size}\r\n\r\n`);
      end.socket.write(Buffer.alloc(size, "x"), () => drained());
    });
  });
  const client = await wireClient(port);
  client.socket.pause();
  client.socket.write(post("q;"));
  await taken;
  const engineDoneNs = process.hrtime.bigint();
  await new Promise((resolve) => setTimeout(resolve, 60));
  const waitedMs = Number(process.hrtime.bigint() - engineDoneNs) / 1e6;
  client.socket.resume();
  await client.until((bytes) => bytes.length > size);
  const [exchange] = recording.end();
  assert.equal(exchange?.end.kind, "closed");
  const last = exchange?.segments.at(-1)?.tNs ?? 0;
  assert.ok(
    (exchange?.clientLagMs ?? 0) >= waitedMs,
    "the last byte waited at least as long as the client slept",
  );
  assert.ok(last <= (exchange?.end.tNs ?? 0));
  client.socket.destroy();
});

test("a client that never reads doesn't fill the memory: it is cut off", async () => {
  let engineSide: WireEnd | null = null;
  const { port, recording } = await through((end) => {
    engineSide = end;
    void end.until(has("q;")).then(() => {
      end.socket.write(`HTTP/1.1 200 X\r\ncontent-length: 200000000\r\n\r\n`);
      end.socket.write(Buffer.alloc(100_000_000, "x"));
    });
  });
  const client = await wireClient(port);
  client.socket.pause();
  client.socket.write(post("q;"));
  assert.equal(await engineOf(() => engineSide), "ECONNRESET");
  const [exchange] = recording.end();
  assert.equal(exchange?.hungUp, "us");
  assert.match(JSON.stringify(exchange?.end), /left 67,108,864 bytes/);
  client.socket.destroy();
});

for (const how of ["destroy", "resetAndDestroy"] as const) {
  test(`a client that hangs up in mid-reply (${how}) hangs up on the engine`, async () => {
    let engineSide: WireEnd | null = null;
    const { port, recording, proxy } = await through((end) => {
      engineSide = end;
      void end.until(has("q;")).then(() => end.socket.write(CHUNKED + chunk("data: a\n\n")));
    });
    const client = await wireClient(port);
    client.socket.write(post("q;"));
    await client.until(has("data: a"));
    assert.equal(proxy.inFlight(), 1);
    client.socket[how]();
    const seen = await engineOf(() => engineSide);
    assert.equal(seen, how === "destroy" ? "FIN" : "ECONNRESET");
    await recording.idle();
    const [exchange] = recording.end();
    assert.equal(exchange?.hungUp, "client");
    assert.equal(exchange?.end.kind, "aborted");
    assert.equal(exchange && toText(exchange.segments), "data: a\n\n");
  });
}

test("after a client's FIN in mid-reply an engine that writes on is reset, as it would be without proxy", async () => {
  let engineSide: WireEnd | null = null;
  const { port, recording } = await through((end) => {
    engineSide = end;
    void end.until(has("q;")).then(() => end.socket.write(CHUNKED + chunk("a")));
  });
  const client = await wireClient(port);
  client.socket.write(post("q;"));
  await client.until(has("1\r\na"));
  client.socket.destroy();
  const engine = engineSide as WireEnd | null;
  assert.ok(engine);
  await engine.over;
  const closed = new Promise((resolve) => engine.socket.once("close", resolve));
  const more = setInterval(() => engine.socket.write(chunk("b")), 5);
  await closed;
  clearInterval(more);
  assert.equal(recording.end()[0]?.hungUp, "client");
});

test("a client that ends only its own half gets its reply", async () => {
  const { port, recording } = await through((end) => {
    void end.over.then(() => end.socket.end(OK));
  });
  const client = await wireClient(port);
  client.socket.end(post("q;"));
  await client.over;
  assert.ok(client.bytes().includes("ok"));
  client.socket.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  const [exchange] = recording.end();
  assert.equal(exchange?.end.kind, "closed");
  assert.equal(exchange?.hungUp, null);
});

test("the same when the engine's connection takes longer than the client's whole request", async () => {
  const server = await wireServer((end) => void end.over.then(() => end.socket.end(OK)));
  closers.push(server.close);
  // A name is looked up in another thread: the request and its end are there before the connection.
  const { port, recording } = await open(`http://localhost:${server.port}`);
  for (let count = 1; count <= 20; count++) {
    const client = await wireClient(port);
    client.socket.end(post("q;"));
    assert.equal(await client.over, "FIN");
    assert.ok(client.bytes().includes("ok"));
    client.socket.destroy();
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([...new Set(recording.end().map(({ end }) => end.kind))], ["closed"]);
});

test("an engine's reset is the client's reset, its FIN a FIN", async () => {
  for (const how of ["resetAndDestroy", "end"] as const) {
    const { port, recording } = await through((end) => {
      void end.until(has("q;")).then(() => {
        end.socket.write(CHUNKED + chunk("data: a\n\n"));
        setTimeout(() => end.socket[how](), 20);
      });
    });
    const client = await wireClient(port);
    client.socket.write(post("q;"));
    assert.equal(await client.over, how === "end" ? "FIN" : "ECONNRESET");
    assert.ok(client.bytes().includes("data: a"));
    const [exchange] = recording.end();
    assert.equal(exchange?.hungUp, "engine");
    assert.equal(exchange?.end.kind, "reset");
    assert.equal(exchange && toText(exchange.segments), "data: a\n\n");
    client.socket.destroy();
  }
});

test("a reply that ends with the connection is complete with its FIN, and broken by a reset", async () => {
  for (const [how, kind] of [
    ["end", "closed"],
    ["resetAndDestroy", "reset"],
  ] as const) {
    const { port, recording } = await through((end) => {
      void end.until(has("q;")).then(() => {
        end.socket.write("HTTP/1.1 200 X\r\n\r\nwords");
        setTimeout(() => end.socket[how](), 20);
      });
    });
    const client = await wireClient(port);
    client.socket.write(post("q;"));
    await client.over;
    assert.equal(recording.end()[0]?.end.kind, kind);
    client.socket.destroy();
  }
});

test("an engine that isn't there: the client is reset, and what it asked is recorded as refused", async () => {
  const gone = await wireServer(() => {});
  await gone.close();
  const { port, recording } = await open(`http://127.0.0.1:${gone.port}/v1`);
  const body = JSON.stringify({
    model: "m",
    stream: true,
    messages: [{ role: "user", content: "hi" }],
  });
  const client = await wireClient(port);
  await new Promise((resolve) => setTimeout(resolve, 50));
  client.socket.write(post(body));
  assert.equal(await client.over, "ECONNRESET");
  assert.equal(client.bytes().length, 0);
  const [exchange] = recording.end();
  assert.equal(exchange?.end.kind, "refused");
  assert.match(JSON.stringify(exchange?.end), /ECONNREFUSED/);
  assert.ok(
    (exchange?.end.tNs ?? -1) >= 0,
    "the refusal of an earlier connect is no time before the request",
  );
  assert.deepEqual(exchange?.shape, { roles: ["user"], tools: 0, contentParts: false });
  assert.equal(exchange?.model, "m");
  // Without a request there is nothing to record.
  const silent = await wireClient(port);
  assert.match(await silent.over, /ECONNRESET|closed/);
  assert.equal(recording.exchanges().length, 1);
});

test("two clients at once don't mix", async () => {
  const { port, recording, proxy } = await through((end) => {
    void end.until(has(";")).then((bytes) => {
      const name = /q\d/.exec(`${bytes}`)?.[0];
      end.socket.write(CHUNKED);
      for (const part of ["a", "b"]) end.socket.write(chunk(`${name}${part} `));
      setTimeout(() => end.socket.write(`${chunk(`${name}c`)}0\r\n\r\n`), name === "q1" ? 40 : 5);
    });
  });
  const [one, two] = await Promise.all([wireClient(port), wireClient(port)]);
  one.socket.write(post("q1;"));
  two.socket.write(post("q2;"));
  await two.until(has("q2c"));
  assert.ok(proxy.inFlight() >= 1);
  await one.until(has("q1c"));
  await recording.idle();
  assert.equal(proxy.inFlight(), 0);
  const texts = recording.end().map((each) => toText(each.segments));
  assert.deepEqual(texts.sort(), ["q1a q1b q1c", "q2a q2b q2c"]);
  one.socket.destroy();
  two.socket.destroy();
});

test("a cut resets everybody at once, and new ones, until it is lifted", async () => {
  let engineSide: WireEnd | null = null;
  const { port, recording, proxy } = await through((end) => {
    engineSide = end;
    void end.until(has("q;")).then(() => end.socket.write(CHUNKED + chunk("a")));
  });
  const client = await wireClient(port);
  client.socket.write(post("q;"));
  await client.until(has("1\r\na"));
  proxy.cutAll("the engine died");
  assert.equal(proxy.inFlight(), 0);
  assert.equal(await client.over, "ECONNRESET");
  assert.equal(await engineOf(() => engineSide), "ECONNRESET");
  const late = await wireClient(port).then(
    ({ over }) => over,
    (error) => error.code,
  );
  assert.match(late, /ECONNRESET|closed/);
  const [exchange] = recording.exchanges();
  assert.equal(exchange?.hungUp, "us");
  assert.equal(exchange && "error" in exchange.end && exchange.end.error, "the engine died");
  proxy.resume();
  const again = await wireClient(port);
  again.socket.write(post("q;"));
  await again.until(has("1\r\na"));
  assert.equal(recording.end().length, 2);
  again.socket.destroy();
});

test("its signal cuts it too", async () => {
  const stop = new AbortController();
  const { port, recording } = await through(
    (end) => void end.until(has("q;")).then(() => stop.abort("the run was stopped")),
    { signal: stop.signal },
  );
  const client = await wireClient(port);
  client.socket.write(post("q;"));
  assert.equal(await client.over, "ECONNRESET");
  const [exchange] = recording.end();
  assert.deepEqual([exchange?.end.kind, exchange?.hungUp], ["aborted", "us"]);
});

test("what is not HTTP passes all the same", async () => {
  const { port, recording } = await through((end) => {
    void end.until(has("hello")).then(() => end.socket.end("\x16\x03\x01 odd\r\n\r\n"));
  });
  const client = await wireClient(port);
  client.socket.write("\x16\x03\r\n\r\nhello");
  await client.over;
  assert.equal(`${client.bytes()}`, "\x16\x03\x01 odd\r\n\r\n");
  assert.deepEqual(recording.end(), []);
  client.socket.destroy();
});

test("a reply that breaks HTTP's own rules reaches the client, and is recorded as broken", async () => {
  const reply = `${CHUNKED}zz\r\nhello\r\n`;
  const { port, recording } = await through((end) => {
    void end.until(has("q;")).then(() => end.socket.write(reply));
  });
  const client = await wireClient(port);
  client.socket.write(post("q;"));
  await client.until((bytes) => bytes.length === reply.length);
  assert.match(
    JSON.stringify(recording.end()[0]?.end),
    /"reset".*not HTTP: a chunk without a size/,
  );
  client.socket.destroy();
});

test("after an upgrade the bytes just pass", async () => {
  const { port, recording } = await through((end) => {
    void (async () => {
      await end.until(has("Upgrade"));
      end.socket.write("HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\nfirst");
      await end.until(has("GET / HTTP/1.1\r\nnot a request"));
      end.socket.end("second");
    })();
  });
  const client = await wireClient(port);
  client.socket.write("GET /up HTTP/1.1\r\nHost: x\r\nUpgrade: x\r\n\r\n");
  await client.until(has("first"));
  client.socket.write("GET / HTTP/1.1\r\nnot a request\r\n\r\n");
  await client.over;
  assert.ok(client.bytes().includes("second"));
  assert.equal(recording.end().length, 1);
  client.socket.destroy();
});

test("the engine's key stands in for the client's, and neither is in the record", async () => {
  const seen: string[] = [];
  const { port, recording } = await through(
    (end) => {
      void end.until(has("q;")).then((bytes) => {
        seen.push(`${bytes}`);
        end.socket.write(OK);
      });
    },
    { apiKey: "engine-secret", keepBodies: true },
  );
  const client = await wireClient(port);
  client.socket.write(post("q;", "Authorization: Bearer client-secret\r\nX-Custom: canary\r\n"));
  await client.until(has("ok"));
  assert.match(seen[0] ?? "", /Authorization: Bearer engine-secret\r\n/);
  assert.doesNotMatch(seen[0] ?? "", /client-secret/);
  const exchanges = recording.end();
  assert.doesNotMatch(JSON.stringify(exchanges), /secret|canary/);
  assert.equal(exchanges[0]?.requestBody, "q;");
  client.socket.destroy();
});

test("a recording has what begins while it is open, each with its own zero", async () => {
  const { port, recording, proxy } = await through((end) => {
    end.socket.on("data", () => end.socket.write(OK));
  });
  const ask = async (proxied: PassThroughProxy, wanted: number, client: WireEnd) => {
    client.socket.write(post("q;"));
    await client.until(count("ok", wanted));
    assert.equal(proxied.inFlight(), 0);
  };
  const client = await wireClient(port);
  await ask(proxy, 1, client);
  const second = proxy.record(process.hrtime.bigint());
  await ask(proxy, 2, client);
  assert.equal(recording.exchanges().length, 2);
  const [inFirst, inSecond] = [recording.end()[1], second.end()[0]];
  assert.ok((inSecond?.sentNs ?? -1) > 0);
  assert.ok((inFirst?.sentNs ?? 0) > (inSecond?.sentNs ?? 0));
  await ask(proxy, 3, client);
  assert.equal(second.exchanges().length, 1);
  client.socket.destroy();
});
