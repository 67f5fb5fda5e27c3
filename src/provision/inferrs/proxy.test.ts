/** Proxies by the usual variables, against a real one that forwards and tunnels. */
import assert from "node:assert/strict";
import { createServer, type Server, request as send } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { before, beforeEach, test } from "node:test";
import {
  ASSET,
  linuxArchive,
  provisionInferrs,
  testWorld,
  VERSION,
} from "../../testing/github/fetch-world.ts";
import { type ReleaseServer, startReleaseServer } from "../../testing/github/releases.ts";
import { Http } from "./http.ts";

let github: ReleaseServer;
let proxy: Server;
let proxyUrl: string;
/** What the proxy was asked for. */
const asked: { line: string; authorization: string | undefined }[] = [];

before(async () => {
  github = await startReleaseServer([{ version: VERSION, assets: { [ASSET]: linuxArchive() } }]);
  proxy = createServer((request, response) => {
    const authorization = request.headers["proxy-authorization"];
    asked.push({ line: `${request.method} ${request.url}`, authorization });
    const { "proxy-authorization": _own, ...headers } = request.headers;
    const onward = send(request.url ?? "", { headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.end();
  });
  proxy.on("connect", (request, socket) => {
    const authorization = request.headers["proxy-authorization"];
    asked.push({ line: `CONNECT ${request.url}`, authorization });
    const [host, port] = (request.url ?? "").split(":");
    if (host !== "127.0.0.1") {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const target = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    target.on("error", () => socket.destroy());
    socket.on("error", () => target.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  proxy.unref();
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked.length = 0;
});

const spec = { kind: "version", version: VERSION } as const;
const within = (env: NodeJS.ProcessEnv) => {
  const world = testWorld(github.url);
  Object.assign(world.env, env);
  return world;
};

for (const name of ["HTTP_PROXY", "http_proxy"]) {
  test(`${name}: API, web server and storage are asked through it`, async () => {
    const { source } = await provisionInferrs(spec, null, within({ [name]: proxyUrl }));
    assert.equal(source.kind, "release");
    const hosts = asked.map(({ line }) => new URL(line.split(" ")[1] ?? "").origin);
    assert.deepEqual(hosts, [github.url, github.url, github.storageUrl]);
  });
}

test("NO_PROXY: asked directly", async () => {
  await provisionInferrs(spec, null, within({ HTTP_PROXY: proxyUrl, NO_PROXY: "127.0.0.1" }));
  assert.deepEqual(asked, []);
});

test("the proxy's user name goes to the proxy", async () => {
  const named = proxyUrl.replace("//", "//user:pass@");
  await provisionInferrs(spec, null, within({ HTTP_PROXY: named }));
  assert.equal(asked[0]?.authorization, `Basic ${Buffer.from("user:pass").toString("base64")}`);
});

test("HTTPS_PROXY: an encrypted request goes through a tunnel; a refusal is told without the password", async () => {
  const world = within({ HTTPS_PROXY: proxyUrl.replace("//", "//user:canary@") });
  world.env.GITHUB_API_URL = "https://api.github.invalid";
  await assert.rejects(provisionInferrs(spec, null, world), (error: Error) => {
    assert.equal(error.name, "SetupError");
    assert.match(error.message, /api\.github\.invalid failed.*403.*HTTPS_PROXY/);
    assert.doesNotMatch(error.message, /canary/);
    return true;
  });
  assert.equal(asked[0]?.line, "CONNECT api.github.invalid:443");
});

test("a proxy that is no URL is named, without what may be its password", () => {
  for (const bad of ["user:canary@proxy:3128", "socks5://user:canary@proxy:1080"]) {
    assert.throws(
      () => new Http(within({ HTTPS_PROXY: bad })),
      (error: Error) => {
        assert.match(error.message, /HTTPS_PROXY: got "…@proxy:\d+"; expected an http/);
        assert.doesNotMatch(error.message, /canary/);
        return true;
      },
    );
  }
});
