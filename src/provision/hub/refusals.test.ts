import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hubFixture, model } from "../../testing/hub/fixture.ts";
import { GOOD_TOKEN, type HubRule } from "../../testing/hub/server.ts";
import { hubSettings } from "./settings.ts";

const STRANGER = "hf_stranger98765";

async function refused(ensure: () => Promise<unknown>, ...patterns: RegExp[]): Promise<string> {
  const error: Error = await ensure().then(
    () => assert.fail("it was not refused"),
    (reason) => reason,
  );
  assert.equal(error.name, "SetupError", error.stack);
  for (const pattern of patterns) assert.match(error.message, pattern);
  return error.message;
}

test("a gated model: the licence page, and HF_TOKEN; with access it is fetched", async () => {
  const { ensure, hub, home, lines } = await hubFixture([model({ gated: true })]);
  const licence = /gated.* licence at https:\/\/huggingface\.co\/org\/model/;
  await refused(() => ensure(), licence, /401/, /set HF_TOKEN to it.*hf-token/);
  const stranger = { env: { HF_TOKEN: STRANGER } };
  const text = await refused(
    () => ensure({}, stranger),
    licence,
    /403/,
    /HF_TOKEN .* not been given access/,
  );
  assert.ok(!text.includes(STRANGER));
  await ensure({}, { env: { HUGGING_FACE_HUB_TOKEN: GOOD_TOKEN } });
  assert.ok(!lines.join("\n").includes(GOOD_TOKEN));
  for (const path of readdirSync(home, { recursive: true, encoding: "utf8" })) {
    if (!statSync(join(home, path)).isFile()) continue;
    assert.ok(!readFileSync(join(home, path)).includes(GOOD_TOKEN), path);
  }
  const sent = hub.requests.filter((request) => request.authorization !== null);
  assert.ok(sent.length > 4 && sent.every((request) => request.host === "hub"));
  assert.ok(
    hub.requests.some((request) => request.host === "cdn"),
    "and the CDN was asked",
  );
});

test("a token that doesn't begin with hf_ is as good", async () => {
  const { ensure, hub } = await hubFixture([model()]);
  await ensure({}, { env: { HF_TOKEN: "oidc.token" } });
  assert.equal(hub.requests[0]?.authorization, "Bearer oidc.token");
});

test("a token that no header can hold is wrong input, and is not repeated", () => {
  assert.throws(
    () => hubSettings({ HF_TOKEN: "hf_a\nhf_canary" }, false),
    (error: Error) => {
      assert.equal(error.name, "InputError");
      assert.match(error.message, /HF_TOKEN/);
      return !error.message.includes("canary");
    },
  );
});

test("what isn't there is named by the option that asked for it", async () => {
  const { ensure } = await hubFixture([model(), model({ id: "org/secret", private: true })]);
  await refused(
    () => ensure({ id: "org/modle" }),
    /--model: got "org\/modle"/,
    /spelling.*HF_TOKEN/,
  );
  await refused(() => ensure({ id: "org/secret" }), /--model: got "org\/secret"/, /private/);
  const env = { HF_TOKEN: GOOD_TOKEN };
  await ensure({ id: "org/secret" }, { env });
  await refused(() => ensure({ revision: "v9" }), /--revision: got "v9"/, /tree\/main/);
  await refused(() => ensure({ ggufFile: "x.gguf" }), /--gguf-file: got "x\.gguf"/, /it has none/);
  const { ensure: bare } = await hubFixture([model({ files: { "README.md": Buffer.from("x") } })]);
  await refused(() => bare(), /--model: got "org\/model"/, /config\.json/);
});

test("a busy hub is waited for as it says", async () => {
  for (const [headers, ms] of [
    [{ "retry-after": "7" }, 7000],
    [
      { ratelimit: '"api";r=0;t=42', "ratelimit-policy": '"fixed window";"api";q=500;w=300' },
      42_000,
    ],
  ] as [Record<string, string>, number][]) {
    const rule: HubRule = { path: /revision/, times: 1, status: 429, headers, body: "slow down" };
    const { ensure, pauses, lines } = await hubFixture([model()], [rule]);
    await ensure();
    assert.deepEqual(pauses, [ms]);
    assert.match(lines[0] ?? "", /is busy \(429\): waiting/);
  }
  const always: HubRule = { path: /revision/, status: 429, body: "slow down" };
  const { ensure, hub } = await hubFixture([model()], [always]);
  await refused(() => ensure(), /too many requests.*429/, /HF_TOKEN/);
  assert.ok(hub.requests.length > 1 && hub.requests.length < 10);
  const long: HubRule = { ...always, headers: { "retry-after": "86400" } };
  const { ensure: tomorrow, pauses } = await hubFixture([model()], [long]);
  await refused(() => tomorrow(), /too many requests/);
  assert.deepEqual(pauses, [], "nobody waits a day");
});

test("an HTML page is no answer: not of the hub, and not in a file's place", async () => {
  const html = { "content-type": "text/html; charset=utf-8" };
  const body = "<!doctype html><html><body>Please log in to the hotel's network</body></html>";
  const page = [/an HTML page/, /HF_ENDPOINT.*proxy or a login page/];
  for (const status of [200, 503]) {
    const rules = [{ path: /\/api\/models/, status, headers: html, body }];
    const { ensure } = await hubFixture([model()], rules);
    if (status === 503) await refused(() => ensure(), ...page, /503/);
    else await refused(() => ensure(), /no description of a model/, /login page/);
  }
  const { ensure, home } = await hubFixture(
    [model()],
    [{ host: "cdn", path: /./, status: 200, headers: html, body }],
  );
  await refused(() => ensure(), ...page);
  const blobs = readdirSync(join(home, "hub/models--org--model/blobs"));
  assert.deepEqual(
    blobs.filter((name) => name.length === 64),
    [],
  );
});

test("a server error passes, or is told after some tries", async () => {
  const once = await hubFixture([model()], [{ path: /tree/, times: 2, status: 502, body: "bad" }]);
  await once.ensure();
  assert.equal(once.pauses.length, 2);
  const { ensure } = await hubFixture([model()], [{ path: /tree/, status: 500, body: "broken" }]);
  await refused(() => ensure(), /answered status 500: broken/, /Try again later/);
});

test("a hub that can't be reached: why, and what to check", async () => {
  const { ensure, hub, lines } = await hubFixture([model()]);
  await hub.close();
  await refused(() => ensure(), /can't be reached.*ECONNREFUSED/, /--offline/);
  assert.match(lines.join("\n"), /trying again/);
});

test("a signed link never stands in an error", async () => {
  const rules = [{ host: "cdn" as const, path: /./, status: 403, body: "<Error>expired</Error>" }];
  const { ensure } = await hubFixture([model()], rules);
  const text = await refused(() => ensure(), /403/);
  assert.ok(!text.includes("signed-link-secret"));
});
