/** `doctor` by the bundled command line, against the simulator as somebody's running server. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import type { DoctorStep } from "../../src/doctor/steps.ts";
import type { Recommendation, VariantFit } from "../../src/result.ts";
import { fakeOpenClaw } from "../../src/testing/openclaw/fake.ts";
import { begin, type Ran, ROOT, run, scratch } from "./harness.ts";

const MODEL = "google/gemma-4-E2B-it";
const FAST = ["load-time=0", "prefill-speed=100000", "decode-speed=2000"];
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
});

interface Told {
  steps: DoctorStep[];
  recommendation: Recommendation | null;
  fit: VariantFit | null;
  works: boolean;
  tools: string;
  sentences: string[];
  notChecked: string[];
}

/** A running simulator, a home, and the variables by which its simulated memory is seen. */
async function server(knobs: string[], model = MODEL) {
  const home = scratch();
  const state = join(home, "memory.json");
  const port = await freePort();
  const all = [...FAST, ...knobs].flatMap((knob) => ["--knob", knob]);
  const args = ["serve", model, "--port", String(port), "--state", state, ...all];
  const child = spawn(process.execPath, [join(ROOT, "dist", "sim.cjs"), ...args], {
    stdio: "pipe",
  });
  children.push(child);
  let log = "";
  child.stdout?.on("data", (part) => {
    log += part;
  });
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  await answers(`http://127.0.0.1:${port}/health`);
  const env = { HOME: home, INFERRS_BENCH_SIM_STATE: state, PATH: "/usr/bin:/bin", ...NO_OPENCLAW };
  return { baseUrl, home, env, port, child, log: () => log };
}

const NO_OPENCLAW = { OPENCLAW_CONFIG_PATH: "", OPENCLAW_STATE_DIR: "", OPENCLAW_HOME: "" };

async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address() as AddressInfo;
  socket.close();
  return port;
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} never answered`);
}

/** The guide's config, in the home, for this server. */
function writeConfig(home: string, baseUrl: string, over: object = {}, entry: object = {}): string {
  const path = join(home, ".openclaw", "openclaw.json");
  mkdirSync(join(home, ".openclaw"), { recursive: true });
  const model = { id: MODEL, name: "m", input: ["text"], contextWindow: 131_072, maxTokens: 4096 };
  const provider = { baseUrl, api: "openai-completions", apiKey: "sk-canary-key", models: [model] };
  const config = {
    agents: { defaults: { model: { primary: `inferrs/${MODEL}` } } },
    models: { mode: "merge", providers: { inferrs: { ...provider, ...entry } } },
    ...over,
  };
  writeFileSync(path, JSON.stringify(config, null, 2));
  return path;
}

async function told(args: string[], cwd: string, env: NodeJS.ProcessEnv) {
  const ran = await run(["doctor", "--json", ...args], cwd, env);
  return { ...ran, ...(JSON.parse(ran.stdout) as Told) };
}
const of = (steps: DoctorStep[], id: string) =>
  steps.find((step) => step.id === id) ?? assert.fail(`no step ${id}`);
const longest = (log: string) =>
  Math.max(0, ...[...log.matchAll(/(\d+) prompt tokens/g)].map(([, tokens]) => Number(tokens)));

test("no arguments: the user's own config and the running server are found; all is well", async () => {
  const { home, baseUrl, env } = await server(["tool-calls=structured"]);
  writeConfig(home, baseUrl);
  const { code, stdout, stderr } = await run(["doctor"], home, env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /OpenClaw's config: ~\/\.openclaw\/openclaw\.json .*provider inferrs/);
  assert.match(stdout, /pass +fit: does a turn fit/);
  assert.match(stdout, /skipped +infer and agent: no openclaw on PATH/);
  assert.match(stdout, /Works with tools\./);
  assert.match(stdout, /Nothing must be changed/);
  assert.doesNotMatch(stdout + stderr, /canary/);
  assert.deepEqual(readdirSync(home).sort(), [".openclaw", "memory.json"]);
});

test("an old release: exit 0, the flags that mend it, ready to paste", async () => {
  const { home, baseUrl, env } = await server(["reject-arrays"]);
  const { code, recommendation, steps } = await told(["--base-url", baseUrl], home, env);
  assert.equal(code, 0);
  assert.equal(of(steps, "content-parts").outcome.kind, "string-content-required");
  assert.deepEqual(recommendation?.compat, {
    requiresStringContent: true,
    requiresAssistantAfterToolResult: true,
  });
  assert.match(recommendation?.openclawConfig ?? "", /requiresStringContent: true/);
  assert.equal(recommendation?.toolsKept, true);
});

for (const [knob, kind] of [
  ["reject-tools", "tool-schema-rejected"],
  ["tool-calls=prose", "tool-call-as-text"],
] as const) {
  test(`${knob}: chat only, said as what it is`, async () => {
    const { home, baseUrl, env } = await server([knob]);
    const { code, steps, recommendation, tools, sentences } = await told(
      ["--base-url", baseUrl],
      home,
      env,
    );
    assert.equal(code, 0);
    assert.equal(of(steps, "tools").outcome.kind, kind);
    assert.equal(tools, "chat-only");
    assert.deepEqual(recommendation?.compat, { supportsTools: false });
    assert.match(sentences[0] ?? "", /^Works for chat only/);
  });
}

test("long prompts would kill it: foretold, not tried; the server lives, and a rung fits", async () => {
  const { home, baseUrl, env, child, log } = await server([
    ...["memory-base=3GB", "memory-curve=quadratic", "memory-per-token=120", "memory-limit=16GB"],
    ...["die-above=12000", "tool-calls=structured"],
  ]);
  writeConfig(home, baseUrl);
  const { code, steps, recommendation, fit, sentences } = await told(
    ["--memory-limit", "16GB"],
    home,
    env,
  );
  assert.equal(code, 0);
  assert.equal(of(steps, "fit").outcome.kind, "out-of-memory");
  assert.equal(of(steps, "agent").status, "skipped");
  assert.equal(child.exitCode, null);
  assert.ok(longest(log()) < 8000, `a prompt of ${longest(log())} tokens was sent`);
  assert.equal(recommendation?.toolsKept, true);
  const paths = recommendation?.settings.map(({ path }) => path) ?? [];
  assert.ok(paths.includes("agents.defaults.contextInjection"), paths.join());
  const window = recommendation?.settings.find(({ path }) => /contextWindow$/.test(path));
  assert.ok(Number(window?.value) < 12_000, "a window that this machine takes");
  assert.match(sentences.join(" "), /As configured a turn needs about \d+ GB and you have 16 GB/);
  assert.equal(fit?.turns[0]?.fitsHere, "no");
  assert.equal(fit?.turns[1]?.fitsHere, "yes");
});

test("a slow server is asked for little, and what takes too long for the client is said", async () => {
  const { home, baseUrl, env } = await server(["crawl=0.5", "tool-calls=structured"]);
  const { code, steps } = await told(["--base-url", baseUrl], home, env);
  assert.equal(code, 0);
  assert.match(of(steps, "streaming").sent ?? "", /stream of [2-9] tokens at most/);
});

test("loading, failed to load, nobody there: exit 1, the outcome, and nothing more is asked", async () => {
  const loading = await server(["load-time=600000"]);
  const broken = await server(["load-error=no tensor embed"]);
  const dead = `http://127.0.0.1:${await freePort()}/v1`;
  for (const [baseUrl, kind, env] of [
    [loading.baseUrl, "not-ready", loading.env],
    [broken.baseUrl, "load-failed", broken.env],
    [dead, "unreachable", broken.env],
  ] as const) {
    const args = ["--base-url", baseUrl, "--timeout", "1"];
    const { code, steps, works, sentences } = await told(args, broken.home, env);
    assert.equal(code, 1);
    assert.equal(works, false);
    assert.equal(steps.length, 11);
    assert.equal(of(steps, "health").outcome.kind, kind);
    assert.ok(steps.slice(1).every(({ status }) => status === "skipped"));
    assert.match(sentences.join(" "), /What mends it/);
  }
});

test("another id than the config's: told, and the settings that name the served one", async () => {
  const { home, baseUrl, env } = await server(["tool-calls=structured"], "other/model");
  writeConfig(home, baseUrl);
  const { steps, sentences, recommendation } = await told([], home, env);
  assert.equal(of(steps, "models").outcome.kind, "model-missing");
  assert.match(
    sentences.join(" "),
    /doesn't list google\/gemma-4-E2B-it.*served model: other\/model/,
  );
  const primary = recommendation?.settings.find(({ path }) => /model\.primary$/.test(path));
  assert.equal(primary?.value, "inferrs/other/model");
  assert.equal(of(steps, "chat").status, "pass");
});

test("a key is sent to its own server, and stands in no output; nor do the config's other secrets", async () => {
  const seen: (string | undefined)[] = [];
  const listening = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.statusCode = 401;
    const message = `bad key ${request.headers.authorization}, in /home/mara/x`;
    response.end(JSON.stringify({ error: { message } }));
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  const home = scratch();
  const canary = { channels: { chat: { botToken: "canary-token" } } };
  const entry = { apiKey: "${KEY_OF_MINE}", headers: { "x-mine": "canary-header" } };
  writeConfig(home, `http://127.0.0.1:${port}/v1`, canary, entry);
  const env = { HOME: home, KEY_OF_MINE: "canary-environment", PATH: "/usr/bin", ...NO_OPENCLAW };
  const plain = await run(["doctor", "--issue-block"], home, env);
  const json = await run(["doctor", "--json"], home, env);
  listening.close();
  assert.ok(seen.includes("Bearer canary-environment"));
  for (const { stdout, stderr, code } of [plain, json]) {
    assert.equal(code, 1);
    assert.doesNotMatch(stdout + stderr, /canary/);
  }
  const block = plain.stdout.slice(plain.stdout.indexOf("<details>"));
  assert.match(block, /step \| status \| outcome \| words/);
  assert.match(block, /in ~\/x/);
});

test("--write shows, backs up and writes by the client's own command; --undo has it back", async () => {
  const { home, baseUrl, env } = await server(["reject-arrays", "tool-calls=structured"]);
  const path = writeConfig(home, baseUrl);
  const before = readFileSync(path, "utf8");
  const none = await run(["doctor", "--write", "--yes"], home, env);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /an installed OpenClaw.*Paste the block above by hand/s);
  assert.equal(readFileSync(path, "utf8"), before);
  const { bin } = fakeOpenClaw(join(home, "client"));
  const withClient = { ...env, PATH: `${bin}:${env.PATH}` };
  const unasked = await run(["doctor", "--write"], home, withClient);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /--yes where nobody can be asked/);
  const written = await run(["doctor", "--write", "--yes"], home, withClient);
  assert.match(written.stderr, /@@ .*compat\.requiresStringContent @@\n\+true/);
  const [model] = JSON.parse(readFileSync(path, "utf8")).models.providers.inferrs.models;
  assert.equal(model.compat.requiresStringContent, true);
  assert.doesNotMatch(written.stdout + written.stderr, /canary/);
  const undone = await run(["doctor", "--undo", "--yes"], home, env);
  assert.equal(undone.code, 0, undone.stderr);
  assert.equal(readFileSync(path, "utf8"), before);
  assert.deepEqual(readdirSync(join(home, ".openclaw")), ["openclaw.json"]);
});

test("Ctrl-C says what was in flight and how long the engine may work on", async () => {
  const { home, baseUrl, env } = await server(["prefill-speed=100", "decode-speed=20"]);
  const { child, ended } = begin(["doctor", "--base-url", baseUrl], { cwd: home, env });
  let seen = "";
  child.stdout?.on("data", (part) => {
    seen += part;
    if (/usage: are tokens counted/.test(seen)) setTimeout(() => child.kill("SIGINT"), 1500);
  });
  const { code, stderr }: Ran = await ended;
  assert.equal(code, 130);
  assert.match(stderr, /Stopped during a prompt of about \d+ tokens/);
  assert.match(stderr, /the engine may work on, for about \d+ (s|min)/);
});

test("an engine of its own, where that is asked: started, examined and ended", async () => {
  const home = scratch();
  const args = ["--engine", "sim", ...FAST.flatMap((knob) => ["--sim", knob])];
  const env = { HOME: home, PATH: "/usr/bin:/bin", ...NO_OPENCLAW };
  const { code, steps, fit } = await told(args, home, env);
  assert.equal(code, 0);
  assert.equal(of(steps, "fit").status, "pass");
  assert.equal(fit?.memory?.kind, "simulated");
  assert.deepEqual(readdirSync(home), []);
});

for (const [name, args, env, says] of [
  ["a config that isn't there", ["--openclaw-config", "no.json"], {}, /--openclaw-config: got/],
  [
    "the same, by the variable",
    [],
    { OPENCLAW_CONFIG_PATH: "no.json" },
    /OPENCLAW_CONFIG_PATH: got/,
  ],
  ["nothing to undo", ["--undo", "--yes"], {}, /--undo/],
  ["a wrong URL", ["--base-url", "ftp://x"], {}, /--base-url: got "ftp:/],
] as const) {
  test(`${name}: exit 2`, async () => {
    const home = scratch();
    const base = { HOME: home, PATH: "/usr/bin:/bin", ...NO_OPENCLAW };
    const { code, stderr } = await run(["doctor", ...args], home, { ...base, ...env });
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
  });
}
