/** The gateway's life and the turns, with a stand-in for the client; the real one is in test/system. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RunningEngine } from "../../engine/engine.ts";
import type { EngineExit } from "../../engine/types.ts";
import { groupMembers } from "../../host/proc.ts";
import type { Scenario } from "../../plan/scenario.ts";
import { fakeScenario } from "../../testing/fake-run.ts";
import { type Combination, RealClient } from "./client.ts";
import type { SpawnedClient } from "./gateway.ts";
import { performRealAttempt } from "./turn.ts";

const dir = mkdtempSync(join(tmpdir(), "real-"));
const servers: Server[] = [];
const clients: RealClient[] = [];
const spawned: SpawnedClient[] = [];
after(async () => {
  for (const client of clients) await client.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(dir, { recursive: true, force: true });
});

const install = {
  ...{ version: "0", source: "path" as const, integrity: null, nodeVersion: process.version },
  node: process.execPath,
  entry: join(import.meta.dirname, "..", "..", "testing", "openclaw-stand-in.ts"),
};
const PLAIN: Combination = { compat: {}, settings: {}, maxTokens: null };

function clientOf(over: object = {}, variables: Record<string, string> = {}): RealClient {
  const client = new RealClient({
    install,
    dir: mkdtempSync(join(dir, "client-")),
    env: process.env,
    variables,
    configOf: (combination, at) => ({
      config: {
        ...over,
        gateway: { port: at.gateway?.port, auth: { token: at.gateway?.token } },
        models: {
          providers: {
            p: { baseUrl: at.baseUrl, models: [{ id: JSON.stringify(combination.settings) }] },
          },
        },
      },
      ...{ reference: "p/m", provider: "p", modelId: "m", leftOut: [] },
    }),
    keepBodies: true,
    signal: new AbortController().signal,
    onSpawned: (process) => spawned.push(process),
  });
  clients.push(client);
  return client;
}

/** An engine whose server does what it is told; `die` ends it as far as anybody can tell. */
async function engineOf(answer: (response: ServerResponse, body: string) => void) {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => answer(response, body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  let exit: EngineExit | null = null;
  let died: (exit: EngineExit) => void = () => {};
  const engine = {
    ...{ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: null, servedId: "m" },
    ...{ beginPeak: () => {}, peak: () => null, peakVramBytes: () => null, cpuMs: () => null },
    loggedPromptTokens: () => null,
    exit: () => exit,
    died: new Promise<EngineExit>((resolve) => {
      died = resolve;
    }),
  } as unknown as RunningEngine;
  const die = () => {
    exit = {
      ...{ exitCode: 101, signal: null, by: "itself", oomKills: 0, peak: null },
      ...{ logTail: [], limitBytes: null },
    };
    server.closeAllConnections();
    server.close();
    died(exit);
  };
  return { engine, die };
}

const say = (response: ServerResponse, content: string) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunk = { id: "chatcmpl-1", choices: [{ delta: { content }, finish_reason: "stop" }] };
  response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
};
const scenarioOf = (over: Partial<Scenario["turns"][number]> = {}) =>
  fakeScenario("told", {
    steps: [],
    workspace: { "a.txt": "a" },
    turns: [
      {
        message: "Say four.",
        expect: [{ reply: { matches: "four" } }],
        script: [{ text: "four" }],
        repeat: 1,
        ...over,
      },
    ],
  });
const options = (timeoutMs = 20_000) => ({
  timeoutMs,
  keepBodies: true,
  signal: new AbortController().signal,
});

test("one gateway for several configs; each is taken before its turn, and nothing of it is left", async () => {
  const client = clientOf();
  const models: string[] = [];
  const { engine } = await engineOf((response, body) => {
    models.push((JSON.parse(body) as { model: string }).model);
    say(response, "four");
  });
  for (const settings of [{ a: 1 }, { a: 2 }, { a: 1 }]) {
    const session = await client.session(engine, { ...PLAIN, settings }, scenarioOf());
    const record = await performRealAttempt(engine, client, session, scenarioOf(), options());
    const [turn] = record.turns;
    assert.deepEqual(
      [turn?.unmet, turn?.error, turn?.stopped, turn?.reply],
      [[], null, null, "four"],
    );
    assert.equal(record.exchanges.length, 1);
    assert.ok((record.exchanges[0]?.sentNs ?? 0) > (turn?.beganNs ?? 0));
    assert.equal(readFileSync(join(session.workspaceDir, "a.txt"), "utf8"), "a");
    writeFileSync(join(session.workspaceDir, "left.txt"), "by an earlier turn");
    await client.session(engine, { ...PLAIN, settings }, scenarioOf());
    assert.throws(() => readFileSync(join(session.workspaceDir, "left.txt")));
  }
  assert.deepEqual(models, ['{"a":1}', '{"a":2}', '{"a":1}']);
  assert.equal(spawned.length, 1);
  await client.close();
  assert.deepEqual(groupMembers(spawned[0]?.pid ?? 0), []);
});

test("the engine's death stops the client: what it would ask again reaches nobody", async () => {
  const client = clientOf();
  const { engine, die } = await engineOf((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    setTimeout(die, 50);
  });
  const session = await client.session(engine, PLAIN, scenarioOf());
  const record = await performRealAttempt(engine, client, session, scenarioOf(), options());
  assert.equal(record.turns[0]?.stopped, "engine-died");
  assert.equal(record.exit?.exitCode, 101);
  assert.equal(record.exchanges.length, 1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(session.proxy.inFlight(), 0);
});

test("a client that asks the same in vain is stopped at the third time", async () => {
  const client = clientOf();
  const { engine } = await engineOf((response) => response.writeHead(500).end("no"));
  const session = await client.session(engine, PLAIN, scenarioOf());
  const record = await performRealAttempt(engine, client, session, scenarioOf(), options());
  assert.equal(record.turns[0]?.stopped, "retries");
  assert.equal(record.exchanges.length, 3);
});

test("the time limit bounds a turn, and the next one has a client all the same", async () => {
  const client = clientOf();
  let hang = true;
  const { engine } = await engineOf((response) => {
    if (hang) response.writeHead(200).flushHeaders();
    else say(response, "four");
  });
  const session = await client.session(engine, PLAIN, scenarioOf());
  const late = await performRealAttempt(engine, client, session, scenarioOf(), options(400));
  assert.equal(late.turns[0]?.stopped, "timeout");
  assert.equal(late.exchanges[0]?.hungUp, "us");
  hang = false;
  const again = await client.session(engine, PLAIN, scenarioOf());
  const good = await performRealAttempt(engine, client, again, scenarioOf(), options());
  assert.deepEqual(good.turns[0]?.unmet, []);
  assert.equal(good.exchanges.length, 1);
});

test("a repeated turn is told its number, in one session", async () => {
  const client = clientOf();
  const said: string[] = [];
  const { engine } = await engineOf((response, body) => {
    said.push((JSON.parse(body) as { messages: { content: string }[] }).messages[0]?.content ?? "");
    say(response, `part ${said.length} is four`);
  });
  const scenario = scenarioOf({
    message: "Part {n}.",
    repeat: 3,
    expect: [{ reply: { matches: "part {n}" } }],
  });
  const session = await client.session(engine, PLAIN, scenario);
  const { turns, exchanges } = await performRealAttempt(
    engine,
    client,
    session,
    scenario,
    options(),
  );
  assert.deepEqual(said, ["Part 1.", "Part 2.", "Part 3."]);
  assert.deepEqual(
    turns.map(({ unmet }) => unmet),
    [[], [], []],
  );
  assert.deepEqual(
    exchanges.map(({ step }) => step),
    [0, 1, 2],
  );
});

test("what the client would send is captured without an engine", async () => {
  const turns = await clientOf().capture(PLAIN, scenarioOf({ repeat: 2 }));
  assert.equal(turns.length, 2);
  assert.match(turns[0]?.[0] ?? "", /Say four/);
});

test("a gateway that ends while it starts is an error with its last words", async () => {
  const client = clientOf({ refuse: true, apiKey: "sk-canary-0123456789" });
  const { engine } = await engineOf((response) => say(response, "four"));
  await assert.rejects(
    client.session(engine, PLAIN, scenarioOf()),
    /ended while it started.*Invalid config.*"apiKey":"\*\*\*"/,
  );
});

test("a key that the server repeats is in nothing that is kept", async () => {
  const key = "sk-canary-0123456789";
  const words = `Incorrect API key provided: ${key}`;
  const { engine } = await engineOf((response) => {
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: words } }));
  });
  for (const [over, variables] of [
    [{ secrets: { apiKey: key } }, {}],
    [{}, { MY_KEY: key }],
  ] as const) {
    const client = clientOf(over, variables);
    const session = await client.session(engine, PLAIN, scenarioOf());
    const record = await performRealAttempt(engine, client, session, scenarioOf(), options());
    const said = record.exchanges.flatMap(({ segments }) =>
      segments.map(({ bytes }) => Buffer.from(bytes).toString()),
    );
    assert.match(said.join(), /Incorrect API key provided: \*{20}"/);
    assert.doesNotMatch(said.join() + JSON.stringify(record.turns), /sk-canary/);
    await client.close();
  }
});
