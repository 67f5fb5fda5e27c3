import assert from "node:assert/strict";
import { test } from "node:test";
import { editRequestHead, parseHead } from "./head.ts";

const HEAD = [
  "POST /v1/chat/completions?x=1 HTTP/1.1",
  "HOST:  127.0.0.1:5000",
  "X-Host: stays",
  "authorization: Bearer client",
  "Content-Type: application/json",
  "x-two: a",
  "x-two: b",
  "",
  "",
].join("\r\n");

test("Host and the key are replaced where they stand, every other byte stays", () => {
  const edits = { host: "engine.example:8080", authorization: "Bearer engine" };
  const expected = HEAD.replace("127.0.0.1:5000", "engine.example:8080").replace(
    "Bearer client",
    "Bearer engine",
  );
  assert.equal(`${editRequestHead(Buffer.from(HEAD), edits)}`, expected);
  assert.equal(
    `${editRequestHead(Buffer.from(HEAD), { ...edits, authorization: null })}`,
    HEAD.replace("127.0.0.1:5000", "engine.example:8080"),
  );
});

test("a key that the client doesn't send is added, and a replacement with $ is no pattern", () => {
  const bare = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
  const edited = editRequestHead(Buffer.from(bare), { host: "$&$1", authorization: "Bearer $1" });
  assert.equal(
    `${edited}`,
    "GET /health HTTP/1.1\r\nHost: $&$1\r\nauthorization: Bearer $1\r\n\r\n",
  );
});

test("bytes above ASCII in a header come out as they went in", () => {
  const odd = Buffer.from("GET / HTTP/1.1\r\nx: \xff\xe4\r\nHost: a\r\n\r\n", "latin1");
  const edited = editRequestHead(odd, { host: "b", authorization: null });
  assert.deepEqual(
    edited,
    Buffer.from("GET / HTTP/1.1\r\nx: \xff\xe4\r\nHost: b\r\n\r\n", "latin1"),
  );
});

test("heads are read; what is none is null", () => {
  const head = parseHead(Buffer.from(HEAD));
  assert.equal(head?.method, "POST");
  assert.equal(head?.target, "/v1/chat/completions?x=1");
  assert.equal(head?.headers["x-two"], "a, b");
  assert.equal(parseHead(Buffer.from("HTTP/1.1 503 \r\n\r\n"))?.status, 503);
  assert.equal(parseHead(Buffer.from("HTTP/1.1 200\r\n\r\n"))?.status, 200);
  for (const none of [
    "",
    "\r\n\r\n",
    "GET /\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\n",
    "\x16\x03\x01\r\n\r\n",
  ]) {
    assert.equal(parseHead(Buffer.from(none)), null, JSON.stringify(none));
  }
});
