/** The real client in its own home: what it takes, what it refuses, what it can touch. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { before } from "node:test";
import JSON5 from "json5";
import { runClient } from "../../src/drive/openclaw/client.ts";
import { clientConfig } from "../../src/drive/openclaw/client-config.ts";
import {
  makeClientHome,
  removeClientHome,
  writeClientConfig,
} from "../../src/drive/openclaw/home.ts";
import { readClientSchema } from "../../src/drive/openclaw/read-schema.ts";
import { checkPath, compatFlagsOf } from "../../src/drive/openclaw/schema.ts";
import { validateClientConfig } from "../../src/drive/openclaw/validate.ts";
import type { OpenClawInstall } from "../../src/provision/openclaw/types.ts";
import type { Compat } from "../../src/result.ts";
import { ROOT, scratch } from "./harness.ts";
import { clientTest, part, realClient } from "./openclaw-harness.ts";

const base = JSON5.parse(readFileSync(join(ROOT, "bench", "openclaw.json5"), "utf8"));
/** A turn of five calls, on a machine that is busy with other things. */
const TURN_MS = 900_000;
const SECRET = "canary-7f3a9d";
let install: OpenClawInstall;

before(async () => {
  if (process.env.OPENCLAW_TESTS !== "none") install = await realClient();
});

/** What a user's own environment may hold: none of it may get to the client. */
function user(dir: string): NodeJS.ProcessEnv {
  const home = join(dir, "user");
  const tmp = join(dir, "tmp");
  for (const path of [join(home, ".openclaw"), tmp]) mkdirSync(path, { recursive: true });
  writeFileSync(join(home, ".openclaw", "openclaw.json"), `{ env: { vars: { A: "${SECRET}" } } }`);
  writeFileSync(join(home, "private.txt"), SECRET);
  const { PATH, LANG } = process.env;
  return {
    PATH,
    LANG,
    HOME: home,
    TMPDIR: tmp,
    OPENAI_API_KEY: SECRET,
    XDG_CACHE_HOME: join(dir, "cache"),
  };
}

function makeHome(
  dir: string,
  made: { compat?: Compat; settings?: Record<string, unknown>; baseUrl?: string; user?: unknown },
) {
  const home = makeClientHome(join(dir, "client"), { env: user(dir), install });
  const config = clientConfig({
    ...{ base, user: made.user ?? null, compat: made.compat ?? {}, settings: made.settings ?? {} },
    ...{ baseUrl: made.baseUrl ?? "http://127.0.0.1:1/v1", modelId: null, home },
  });
  writeClientConfig(home, config.config);
  return home;
}

clientTest("the guide's config is taken, with a gateway as well", part("first", 60), async () => {
  const home = makeHome(scratch(), { compat: { supportsTools: false } });
  assert.deepEqual(await validateClientConfig(install, home), []);
});

clientTest("what it doesn't take is told by the option that set it", part("rest", 30), async () => {
  const dir = scratch();
  const compat = { supportsTools: "no", requiresStringContent: true };
  const wrongFlag = validateClientConfig(install, makeHome(dir, { compat }), { compat });
  await assert.rejects(wrongFlag, /--compat supportsTools: got "no".*expected boolean/);
  const settings = { "agents.defaults.bootstrapMaxChars": "many" };
  const wrongSetting = validateClientConfig(install, makeHome(dir, { settings }), { settings });
  await assert.rejects(wrongSetting, /--setting agents\.defaults\.bootstrapMaxChars: got ""many""/);
  const own = { agents: { defaults: { notThere: 1 } } };
  const wrongFile = validateClientConfig(install, makeHome(dir, { user: own }));
  await assert.rejects(wrongFile, /--openclaw-config: got "agents\.defaults\.notThere"/);
});

clientTest(
  "its schema says which flags and settings there are, and is kept",
  part("rest", 30),
  async () => {
    const dir = scratch();
    const home = makeHome(dir, {});
    const env = user(dir);
    const schema = await readClientSchema(install, home, env);
    const flags = Object.keys(compatFlagsOf(schema));
    for (const flag of ["requiresStringContent", "supportsTools", "maxTokensField"]) {
      assert.ok(flags.includes(flag), flag);
    }
    for (const path of [
      ["agents", "defaults", "contextInjection"],
      ["tools", "allow"],
      ["models", "providers", "inferrs", "timeoutSeconds"],
    ]) {
      checkPath(schema, path, path.join("."), install.version);
    }
    assert.throws(
      () => checkPath(schema, ["tools", "alow"], "tools.alow", "x"),
      /Did you mean "allow"/,
    );
    const kept = join(dir, "cache", "inferrs-bench", "openclaw-schema");
    assert.equal(readdirSync(kept).length, 1);
    assert.deepEqual(await readClientSchema({ ...install, node: "/not/asked" }, home, env), schema);
  },
);

clientTest(
  "a turn touches nothing outside its home, and its file tools nothing outside the workspace",
  part("first", 60),
  async () => {
    const dir = realpathSync(scratch());
    const outside = join(dir, "user", "private.txt");
    const target = join(dir, "user", "written.txt");
    const scripted = await scriptedModel([
      { name: "read", arguments: { path: outside } },
      { name: "write", arguments: { path: target, content: "x" } },
      { name: "write", arguments: { path: "inside.txt", content: "by the agent" } },
      { name: "exec", arguments: { command: "echo HOME=$HOME; env > env.txt" } },
    ]);
    const home = makeHome(dir, { baseUrl: scripted.url });
    const before = treeOf(join(dir, "user"));
    const args = ["agent", "--local", "--agent", "main", "--session-key", "agent:main:t"];
    const ran = await runClient(
      install,
      home,
      [...args, "--message", "Do it.", "--json"],
      undefined,
      TURN_MS,
    );
    await scripted.close();
    assert.equal(ran.exitCode, 0, ran.stderr.slice(-2000));

    const last = scripted.bodies.at(-1) ?? "";
    const results = (
      JSON.parse(last) as { messages: { role: string; content: unknown }[] }
    ).messages
      .filter(({ role }) => role === "tool")
      .map(({ content }) => JSON.stringify(content));
    assert.equal(results.length, 4, last.slice(-2000));
    assert.equal(existsSync(target), false);
    assert.equal(readFileSync(join(home.workspaceDir, "inside.txt"), "utf8"), "by the agent");
    // Commands can't be held in the workspace; what they find is a home and an environment without secrets.
    assert.match(results[3] ?? "", new RegExp(`HOME=${home.env.HOME}`));
    assert.equal(readFileSync(join(home.workspaceDir, "env.txt"), "utf8").includes(SECRET), false);

    assert.equal(scripted.bodies.join().includes(SECRET), false, "a secret of the user was sent");
    assert.deepEqual(treeOf(join(dir, "user")), before);
    assert.deepEqual(readdirSync(join(dir, "tmp")), []);
    assert.equal(existsSync(home.logPath), true);
    const locks = locksOf(home.stateDir);
    removeClientHome(home);
    assert.deepEqual([home.dir, ...locks].filter(existsSync), []);
  },
);

/** Lock files in /tmp of the databases in a folder. */
function locksOf(stateDir: string): string[] {
  const folder = `/tmp/openclaw-state-locks-${process.getuid?.() ?? ""}`;
  if (!existsSync(folder)) return [];
  const databases = (readdirSync(stateDir, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".sqlite"))
    .map((name) => createHash("sha256").update(join(stateDir, name)).digest("hex").slice(0, 8));
  return readdirSync(folder)
    .filter((name) => databases.some((hash) => name.includes(hash)))
    .map((name) => join(folder, name));
}

/** Every file with its time and size. */
function treeOf(dir: string): string[] {
  return (readdirSync(dir, { recursive: true }) as string[]).sort().map((name) => {
    const { mtimeMs, size } = statSync(join(dir, name));
    return `${name} ${mtimeMs} ${size}`;
  });
}

interface Call {
  name: string;
  arguments: Record<string, unknown>;
}

/** Answers the nth request with the nth call, and then with a text. */
async function scriptedModel(calls: Call[]) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method !== "POST") return response.end('{"data":[]}');
      bodies.push(Buffer.concat(chunks).toString());
      const call = calls[bodies.length - 1];
      response.writeHead(200, { "content-type": "text/event-stream" });
      const send = (choice: object) =>
        response.write(
          `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] })}\n\n`,
        );
      send({ delta: { role: "assistant" } });
      if (call === undefined) send({ delta: { content: "Done." } });
      else {
        const { name, arguments: given } = call;
        const text = JSON.stringify(given);
        const id = `call${bodies.length}`;
        send({
          delta: {
            tool_calls: [{ index: 0, id, type: "function", function: { name, arguments: text } }],
          },
        });
      }
      send({ delta: {}, finish_reason: call === undefined ? "stop" : "tool_calls" });
      return response.end("data: [DONE]\n\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, bodies, close };
}
