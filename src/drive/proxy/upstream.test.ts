import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { wireClient, wireServer } from "../../testing/wire.ts";
import { readUpstream, reset } from "./upstream.ts";

test("base URLs, with and without their /v1", () => {
  const read = (url: string) => {
    const { secure, host, port, authority, prefix } = readUpstream(url);
    return [secure, host, port, authority, prefix];
  };
  assert.deepEqual(read("http://127.0.0.1:8080/v1"), [
    false,
    "127.0.0.1",
    8080,
    "127.0.0.1:8080",
    "",
  ]);
  assert.deepEqual(read("http://127.0.0.1:8080"), [false, "127.0.0.1", 8080, "127.0.0.1:8080", ""]);
  assert.deepEqual(read("https://a.example/x/v1/"), [true, "a.example", 443, "a.example", "/x"]);
  assert.deepEqual(read("http://[::1]/v1"), [false, "::1", 80, "[::1]", ""]);
});

/**
 * libuv refuses to reset a socket whose end is under way (uv_tcp_close_reset gives EINVAL), and Node
 * then never closes it: the connection and its descriptor stay, and the process can't exit.
 */
test("a socket whose end is under way is closed all the same", { timeout: 10_000 }, async () => {
  const server = await wireServer(() => {});
  const { socket } = await wireClient(server.port);
  socket.end();
  reset(socket);
  await once(socket, "close");
  await server.close();
});
