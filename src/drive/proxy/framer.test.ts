import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Framer, requestFraming, responseFraming } from "./framer.ts";
import { parseHead } from "./head.ts";

interface Message {
  first: string;
  body: string;
}

/** What a framer makes of bytes that come in these pieces. */
function read(pieces: readonly Buffer[], methods: readonly string[] | null, ends = false) {
  const messages: Message[] = [];
  const broken: string[] = [];
  let raw = "";
  let open: Message | null = null;
  const asked = [...(methods ?? [])];
  const framer = new Framer({
    onHead: (bytes) => {
      raw += bytes.toString("latin1");
      const head = parseHead(bytes);
      assert.ok(head);
      const framing =
        methods === null ? requestFraming(head) : responseFraming(head, asked[0] ?? "GET");
      if (framing.kind === "another-head") return framing;
      asked.shift();
      open = { first: head.status === 0 ? head.target : String(head.status), body: "" };
      return framing;
    },
    onBody: (bytes) => {
      if (open !== null) open.body += bytes.toString("latin1");
    },
    onRaw: (bytes) => {
      raw += bytes.toString("latin1");
    },
    onEnd: () => {
      if (open !== null) messages.push(open);
      open = null;
    },
    onBroken: (why) => broken.push(why),
  });
  for (const piece of pieces) framer.feed(piece);
  if (ends) framer.end();
  return { messages, broken, raw, open: open as Message | null };
}

const piecesOf = (text: string, at: readonly number[]) => {
  const all = Buffer.from(text, "latin1");
  const cuts = [
    0,
    ...[...at].map((each) => each % (all.length + 1)).sort((a, b) => a - b),
    all.length,
  ];
  return cuts.slice(1).map((end, index) => all.subarray(cuts[index], end));
};

const REQUESTS =
  "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n" +
  "POST /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe\r\no" +
  "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nab\r\nc\r\n00A\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n" +
  "POST /d HTTP/1.1\r\nContent-Length: 0\r\n\r\n" +
  "GET /e HTTP/1.1\r\n\r\n";

test("requests of one connection are told apart, wherever the bytes are cut, and no byte is lost", () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), (at) => {
      const { messages, raw, broken } = read(piecesOf(REQUESTS, at), null);
      assert.deepEqual(messages, [
        { first: "/a", body: "" },
        { first: "/b", body: "he\r\no" },
        { first: "/c", body: "ab\r\nc0123456789" },
        { first: "/d", body: "" },
        { first: "/e", body: "" },
      ]);
      assert.equal(raw, REQUESTS);
      assert.deepEqual(broken, []);
    }),
  );
});

const RESPONSES =
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n" +
  "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" +
  "HTTP/1.1 204 No Content\r\n\r\n" +
  "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n" +
  "HTTP/1.0 500 X\r\n\r\nto the end\r\n";

test("responses are told apart: interim ones, those without a body, one that ends with the connection", () => {
  const methods = ["POST", "HEAD", "GET", "GET", "GET"];
  fc.assert(
    fc.property(fc.array(fc.nat()), (at) => {
      const { messages, broken } = read(piecesOf(RESPONSES, at), methods, true);
      assert.deepEqual(messages, [
        { first: "200", body: "hi" },
        { first: "200", body: "" },
        { first: "204", body: "" },
        { first: "304", body: "" },
        { first: "500", body: "to the end\r\n" },
      ]);
      assert.deepEqual(broken, []);
    }),
  );
});

test("a stream without its last chunk is not complete", () => {
  const cut = "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n";
  const { messages, open } = read([Buffer.from(cut)], ["POST"], true);
  assert.deepEqual(messages, []);
  assert.deepEqual(open, { first: "200", body: "hi" });
});

test("what is no framing is told once, and its bytes are passed on", () => {
  const head = "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const [body, why] of [
    ["zz\r\nhi\r\n", /without a size/],
    ["2\r\nhixx\r\n", /longer than its size/],
    ["1".repeat(20_000), /line without end/],
  ] as const) {
    const { broken, raw } = read([Buffer.from(head + body), Buffer.from("more")], ["POST"]);
    assert.equal(broken.length, 1);
    assert.match(broken[0] ?? "", why);
    assert.equal(raw, `${head}${body}more`);
  }
  const endless = "x".repeat(300_000);
  const { broken, raw } = read([Buffer.from(endless), Buffer.from("more")], null);
  assert.deepEqual(broken, ["a head without end"]);
  assert.equal(raw, `${endless}more`);
});
