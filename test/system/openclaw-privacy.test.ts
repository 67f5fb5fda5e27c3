/**
 * Canaries: secrets in the user's OpenClaw config, in the environment and in the workspace, through
 * whole runs of the real OpenClaw with the simulator. None may be in anything that is written or
 * printed. OPENCLAW_PATH: the folder of an installed one.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readJournal } from "../../src/journal/journal.ts";
import type { RecordedStream } from "../../src/sim/record.ts";
import { type Ran, resultIn, run, scratch } from "./harness.ts";
import { clientTest, part } from "./openclaw-harness.ts";

const CLIENT = process.env.OPENCLAW_PATH;
const WHICH = CLIENT === undefined ? [] : ["--openclaw-version", CLIENT];

/** A quote and a slash: as JSON and as a pattern they look otherwise. */
const canary = (place: string) => `canary/"${place}"-7f3a9d`;
const KEYS = {
  literal: canary("provider-key"),
  environment: canary("key-of-the-environment"),
  header: canary("header"),
  other: canary("key-of-another-provider"),
  media: canary("token-of-a-tool"),
  variable: canary("variable-of-the-config"),
  gateway: canary("gateway-token"),
  bot: canary("bot-token"),
  beside: canary("dot-env"),
  hub: canary("hf-token"),
  openai: canary("openai-key"),
  own: canary("own-workspace"),
};
const WORKSPACE = canary("scenario-workspace");
const READ = canary("file-that-is-read");

interface Place {
  cwd: string;
  config: string;
  scenario: string;
  record: string;
  env: NodeJS.ProcessEnv;
}

/** A user with secrets wherever there may be some. */
function place(apiKey: string): Place {
  const cwd = scratch();
  const home = join(cwd, "user");
  const own = join(home, ".openclaw", "workspace");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "AGENTS.md"), KEYS.own);
  writeFileSync(join(home, ".openclaw", ".env"), `BESIDE_KEY='${KEYS.beside}'\n`);
  const config = join(home, ".openclaw", "openclaw.json");
  const other = {
    baseUrl: "http://127.0.0.1:9/v1",
    api: "openai-completions",
    apiKey: KEYS.other,
    headers: { "X-Beside": "${BESIDE_KEY}" },
    models: [{ id: "x", name: "x", contextWindow: 8000, maxTokens: 100 }],
  };
  const token = { mode: "authorization-bearer", token: KEYS.media };
  const user = {
    env: { vars: { CANARY_VARIABLE: KEYS.variable } },
    models: { providers: { inferrs: { apiKey, headers: { "X-Team": KEYS.header } }, other } },
    agents: { defaults: { workspace: own } },
    tools: { media: { image: { request: { auth: token } } } },
    gateway: { auth: { mode: "token", token: KEYS.gateway } },
    channels: { telegram: { botToken: KEYS.bot } },
  };
  writeFileSync(config, JSON.stringify(user));
  const scenario = join(cwd, "told.json5");
  const turn = {
    message: "What is 20 + 22? Reply with the number only.",
    expect: [{ reply: { matches: "42" } }],
    script: [{ text: "42" }],
  };
  // OpenClaw puts the first into its system prompt.
  const workspace = { "AGENTS.md": `Answer in numbers. ${WORKSPACE}\n`, "read.txt": READ };
  const file = { title: "Told", description: "A sum.", turns: [turn], workspace };
  writeFileSync(scenario, JSON.stringify(file));
  const record = join(scratch(), "record.jsonl");
  const env = {
    ...{
      HOME: home,
      XDG_CACHE_HOME: join(cwd, "cache"),
      INFERRS_BENCH_LOCK_DIR: join(cwd, "lock"),
    },
    ...{ CANARY_KEY: KEYS.environment, HF_TOKEN: KEYS.hub, OPENAI_API_KEY: KEYS.openai },
    INFERRS_BENCH_SIM_RECORD: record,
    // The client itself, where it is installed by this test, is not the test's own.
    RUNNER_TOOL_CACHE: process.env.RUNNER_TOOL_CACHE ?? process.env.XDG_CACHE_HOME ?? "",
  };
  return { cwd, config, scenario, record, env };
}

async function bench(at: Place, args: string[]): Promise<Ran> {
  const sim = ["--engine", "sim", "--sim", "prefill-speed=60000"];
  const what = ["--scenario", at.scenario, "--openclaw-config", at.config, "--remedies", "0"];
  const flags = ["--compat", "supportsTools=true", "--starts", "1", "--rounds", "1"];
  return await run(["run", ...sim, ...what, ...flags, ...WHICH, ...args], at.cwd, at.env);
}

/** Fails where a canary is in a file of the output or in what was printed, in any form. */
function nothingIn(dir: string | null, { stdout, stderr }: Ran, canaries: string[]): void {
  const files: [string, Buffer][] = [
    ["stdout", Buffer.from(stdout)],
    ["stderr", Buffer.from(stderr)],
  ];
  if (dir !== null) {
    for (const name of readdirSync(dir, { recursive: true }).map(String)) {
      files.push([name, readFileSync(join(dir, name))]);
    }
    // The bytes of streams are base64 in the journal, in pieces.
    for (const entry of readJournal(join(dir, "journal.jsonl")).entries) {
      for (const { segments } of "exchanges" in entry ? entry.exchanges : []) {
        files.push(["a reply in the journal", Buffer.concat(segments.map(({ bytes }) => bytes))]);
      }
    }
  }
  for (const [name, content] of files) {
    for (const each of canaries) {
      for (const form of formsOf(each)) {
        assert.ok(!content.includes(form), `${each} is in ${name}, as ${form}`);
      }
    }
  }
  assert.ok(dir === null || files.length > 6, files.map(([name]) => name).join());
}

/** As it is, in JSON, in JSON within JSON, escaped for a URL, and in base64 at each of the three places. */
function formsOf(text: string): string[] {
  const inJson = JSON.stringify(text).slice(1, -1);
  const base64 = [0, 1, 2].map((pad) => {
    const whole = Buffer.from(`${" ".repeat(pad)}${text}`).toString("base64");
    // Of the first and the last group of four, others' bits are a part.
    return whole.slice(pad === 0 ? 0 : 4, -4);
  });
  const twice = JSON.stringify(inJson).slice(1, -1);
  return [text, inJson, twice, encodeURIComponent(text), ...base64];
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Whose key the simulator was asked with: without it this test would show nothing. */
function askedWith(at: Place, key: string): void {
  const lines = readFileSync(at.record, "utf8").trim().split("\n");
  const streams = lines.map((line) => JSON.parse(line) as RecordedStream);
  const keys = new Set(streams.map(({ authorizationSha256 }) => authorizationSha256));
  assert.ok(keys.has(sha256(`Bearer ${key}`)), "the server was asked with the user's key");
}

const kindsIn = (dir: string) => resultIn(dir).cells.map(({ outcome }) => outcome.kind);
const BOTH = ["--compat", "requiresStringContent=true,false", "--sim", "reject-arrays"];
const ALL = [...Object.values(KEYS), WORKSPACE, READ];

clientTest(
  "real turns, one that works and one that fails: no secret in anything that is written or printed",
  part("first", 80),
  async () => {
    const at = place("${CANARY_KEY}");
    const ran = await bench(at, ["--turn", "real", "--suite", "smoke", ...BOTH]);
    const out = join(at.cwd, "inferrs-bench-out");
    assert.deepEqual(kindsIn(out), ["pass", "string-content-required"], ran.stderr);
    askedWith(at, KEYS.environment);
    nothingIn(out, ran, ALL);
    assert.throws(() => nothingIn(out, ran, ["chat.completion.chunk"]), /in journal.*, as \w{20}/);
    assert.throws(() => nothingIn(out, ran, ["requiresStringContent"]), /in /);
    const config = readFileSync(join(out, "openclaw.json5"), "utf8");
    assert.match(config, /apiKey: "\$\{CANARY_KEY\}"/, "a reference stays one");
  },
);

clientTest(
  "bodies that are kept: the workspace is in them, and no key; nor in what the command line says",
  part("rest", 100),
  async () => {
    const at = place("${CANARY_KEY}");
    const args = ["--turn", "real", "--keep-bodies", "--compat", "requiresStringContent=true"];
    const ran = await bench(at, args);
    const out = join(at.cwd, "inferrs-bench-out");
    assert.deepEqual(kindsIn(out), ["pass"], ran.stderr);
    askedWith(at, KEYS.environment);
    const journal = readFileSync(join(out, "journal.jsonl"), "utf8");
    assert.ok(formsOf(WORKSPACE).some((form) => journal.includes(form)));
    assert.match(journal, /"driver":"agent"/);
    nothingIn(out, ran, Object.values(KEYS));
  },
);

clientTest(
  "replayed turns: the same; their bodies stay in the user's cache",
  part("rest", 90),
  async () => {
    const at = place(KEYS.literal);
    const ran = await bench(at, ["--turn", "replayed", ...BOTH]);
    const out = join(at.cwd, "inferrs-bench-out");
    assert.deepEqual(kindsIn(out), ["pass", "string-content-required"], ran.stderr);
    nothingIn(out, ran, ALL);
    assert.match(readFileSync(join(out, "openclaw.json5"), "utf8"), /\$\{INFERRS_BENCH_API_KEY\}/);
    const cached = readdirSync(join(at.cwd, "cache"), { recursive: true }).map(String);
    const [bodies = ""] = cached.filter((name) => name.endsWith("bodies.json"));
    const captured = readFileSync(join(at.cwd, "cache", bodies), "utf8");
    assert.ok(formsOf(WORKSPACE).some((form) => captured.includes(form)));
    for (const key of Object.values(KEYS)) {
      assert.ok(!formsOf(key).some((form) => captured.includes(form)), key);
    }
    const kept = await bench(at, ["--turn", "replayed", ...BOTH, "--keep-bodies", "--out", "kept"]);
    nothingIn(join(at.cwd, "kept"), kept, Object.values(KEYS));
  },
);
