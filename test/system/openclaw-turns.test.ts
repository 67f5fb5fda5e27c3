/**
 * The real OpenClaw against the simulator. OPENCLAW_PATH: the folder of an installed one; without it
 * the pinned version is used, from the cache or from npm.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProxiedExchange } from "../../src/drive/proxy/types.ts";
import type { JournalEntry } from "../../src/journal/events.ts";
import { readJournal } from "../../src/journal/journal.ts";
import type { Result, ResultCell } from "../../src/result.ts";
import type { RecordedStream } from "../../src/sim/record.ts";
import { resultIn, run, scratch } from "./harness.ts";
import { clientTest, part } from "./openclaw-harness.ts";

const CLIENT = process.env.OPENCLAW_PATH;
const WHICH = CLIENT === undefined ? [] : ["--openclaw-version", CLIENT];
const BOTH = [
  ...["--compat", "requiresStringContent=true,false", "--compat", "supportsTools=true,false"],
];
const ONE = ["--compat", "requiresStringContent=true", "--compat", "supportsTools=true"];
const FAST = ["prefill-speed=60000"];

interface Ran {
  result: Result;
  out: string;
  entries: JournalEntry[];
}

/** One start, one round, and no ladder of remedies; the knobs of the simulator, then everything else. */
async function bench(knobs: string[], args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const cwd = scratch();
  const sim = knobs.flatMap((knob) => ["--sim", knob]);
  const { stderr } = await run(
    [
      "run",
      "--engine",
      "sim",
      "--suite",
      "smoke",
      "--quiet",
      "--remedies",
      "0",
      ...WHICH,
      ...sim,
      ...args,
    ],
    cwd,
    { INFERRS_BENCH_LOCK_DIR: join(cwd, "lock"), ...env },
  );
  const out = join(cwd, "inferrs-bench-out");
  try {
    const { entries } = readJournal(join(out, "journal.jsonl"));
    return { result: resultIn(out), out, entries };
  } catch (cause) {
    throw new Error(`no result: ${stderr}`, { cause });
  }
}

const kindOf = (cell: ResultCell | undefined) => cell?.outcome.kind;
const compatOf = ({ compat }: ResultCell) =>
  `${compat.requiresStringContent}/${compat.supportsTools}`;
const kinds = ({ cells }: Result) =>
  Object.fromEntries(cells.map((cell) => [compatOf(cell), cell.outcome.kind]));
const turnsOf = ({ entries }: Ran) =>
  entries.flatMap((entry) => (entry.type === "attempt" ? [entry] : []));

clientTest(
  "an old release, over the matrix: who sends arrays is refused, and each part of a turn is what it was",
  part("first", 90),
  async () => {
    const record = join(scratch(), "record.jsonl");
    const args = ["--turn", "real", "--scenario", "oc-answer", ...BOTH];
    const env = { INFERRS_BENCH_SIM_RECORD: record };
    const ran = await bench([...FAST, "reject-arrays"], args, env);
    const { result } = ran;
    assert.deepEqual(kinds(result), {
      "true/true": "pass",
      "true/false": "pass",
      "false/true": "string-content-required",
      // Without tools OpenClaw sends a string in any case.
      "false/false": "pass",
    });
    assert.equal(result.recommendation?.compat.requiresStringContent, true);
    assert.equal(result.recommendation?.toolsKept, true);
    const refused = result.cells.find((cell) => kindOf(cell) !== "pass");
    assert.match(refused?.outcome.evidence ?? "", /^HTTP 422: .*expected a string/);
    for (const cell of result.cells.filter((each) => kindOf(each) === "pass")) {
      const { turnMs, unattributedMs } = cell.metrics;
      assert.ok(unattributedMs && turnMs && unattributedMs.median < turnMs.median / 100, cell.id);
    }
    compareWithRecord(ran, record);
  },
);

/** The proxy's times of each stream beside the simulator's own, by the response's id. */
function compareWithRecord(ran: Ran, path: string): void {
  const streams = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordedStream);
  const differences: number[] = [];
  for (const exchange of turnsOf(ran).flatMap(({ exchanges }) => exchanges)) {
    const text = exchange.segments.map(({ bytes }) => Buffer.from(bytes).toString()).join("");
    const stream = streams.find(({ id }) => text.includes(id));
    const firstToken = exchange.segments.find(({ bytes }) =>
      Buffer.from(bytes).toString().includes('"content":"'),
    );
    if (stream === undefined || stream.firstTokenNs === null || firstToken === undefined) continue;
    const wholeMs = (stream.endedNs - stream.beganNs) / 1e6;
    const allowedMs = Math.max(5, wholeMs / 100);
    differences.push(
      Math.abs((stream.firstTokenNs - stream.beganNs) / 1e6 - firstToken.tNs / 1e6) / allowedMs,
      Math.abs(wholeMs - exchange.end.tNs / 1e6) / allowedMs,
    );
  }
  assert.ok(differences.length >= 12, `${differences.length} parts were compared`);
  // A busy machine keeps one of the two processes from its turn again and again; what is wrong by
  // construction is wrong in every stream. Part by part, and all parts: openclaw-parts.test.ts.
  const sorted = differences.toSorted((a, b) => a - b);
  const quarter = sorted[Math.floor(sorted.length / 4)] ?? 9;
  assert.ok(quarter < 1, `times differ by ${quarter} of what is allowed, in the first quartile`);
}

clientTest("a server that refuses tool schemas: chat only", part("rest", 60), async () => {
  const args = ["--turn", "real", "--scenario", "oc-answer", ...BOTH];
  const { result } = await bench([...FAST, "reject-tools", "nonce=wombat"], args);
  assert.deepEqual(kinds(result), {
    "true/true": "tool-schema-rejected",
    "true/false": "pass",
    "false/true": "tool-schema-rejected",
    "false/false": "pass",
  });
  const evidence = result.cells[0]?.outcome.evidence ?? "";
  assert.match(evidence, /^HTTP 400: tools: .*wombat/);
  assert.equal(result.recommendation?.toolsKept, false);
});

clientTest(
  "a server that dies of long prompts: the client is stopped at once, and its retries are none",
  part("first", 90),
  async () => {
    const args = ["--turn", "real", "--scenario", "oc-answer", ...BOTH];
    const ran = await bench([...FAST, "die-above=12000"], args);
    assert.deepEqual(kinds(ran.result), {
      "true/true": "out-of-memory",
      "true/false": "pass",
      "false/true": "out-of-memory",
      "false/false": "pass",
    });
    const killed = turnsOf(ran).filter(({ exit }) => exit !== null);
    assert.equal(killed.length, 4);
    for (const { turns = [], exchanges } of killed) {
      const [turn] = turns;
      const death = Math.max(
        ...exchanges
          .filter(({ status }) => status !== null)
          .map((each) => each.sentNs + each.end.tNs),
      );
      assert.equal(turn?.stopped, "engine-died");
      assert.ok(
        (turn?.endedNs ?? Infinity) - death < 2e9,
        "ended within 2 s of the engine's death",
      );
    }
  },
);

clientTest(
  "a slow server: the client gives up, though the server is at work",
  part("rest", 70),
  async () => {
    const config = join(scratch(), "openclaw.json5");
    writeFileSync(config, "{ models: { providers: { inferrs: { timeoutSeconds: 2 } } } }");
    const args = ["--turn", "real", "--scenario", "oc-answer", ...ONE, "--openclaw-config", config];
    const ran = await bench(["prefill-speed=2500"], args);
    const [cell] = ran.result.cells;
    assert.equal(kindOf(cell), "client-timeout", cell?.outcome.evidence ?? "");
    assert.match(cell?.outcome.evidence ?? "", /hung up 2\.\d s after its request.*ms of CPU/);
    const hungUp = turnsOf(ran)
      .flatMap(({ exchanges }) => exchanges as ProxiedExchange[])
      .filter((exchange) => exchange.hungUp === "client");
    assert.ok(hungUp.length >= 2);
  },
);

clientTest("a server that answers nothing", part("rest", 60), async () => {
  const args = ["--turn", "real", "--scenario", "oc-answer", ...ONE];
  const { result } = await bench([...FAST, "empty-reply"], args);
  assert.equal(kindOf(result.cells[0]), "empty-reply", result.cells[0]?.outcome.evidence ?? "");
});

clientTest("tools called as prose are not run", part("rest", 60), async () => {
  const args = ["--turn", "real", "--scenario", "oc-read", ...ONE];
  const { result } = await bench([...FAST, "tool-calls=prose"], args);
  const [cell] = result.cells;
  assert.equal(kindOf(cell), "tool-call-as-text", cell?.outcome.evidence ?? "");
  assert.match(cell?.outcome.evidence ?? "", /^once in the turn: .*"read"/);
});

clientTest(
  "tools called as structure: files are read and written, and a second turn remembers",
  part("first", 90),
  async () => {
    const scenarios = ["oc-read", "oc-write", "oc-two-tools", "oc-second-turn"];
    const args = ["--turn", "real", ...scenarios.flatMap((name) => ["--scenario", name]), ...ONE];
    const { result } = await bench(FAST, args);
    for (const cell of result.cells) {
      assert.equal(kindOf(cell), "pass", `${cell.id}: ${cell.outcome.evidence}`);
    }
    const two = result.cells.find(({ scenario }) => scenario === "oc-two-tools");
    assert.ok((two?.metrics.toolCallMs?.median ?? 0) > 0);
    assert.ok((two?.metrics.toolsMs?.median ?? 0) > 0);
  },
);

clientTest(
  "replayed, over the matrix: bodies of the client, kept for the next run and told to nobody",
  part("first", 120),
  async () => {
    const cache = scratch();
    const dir = scratch();
    const scenario = join(dir, "canary.json5");
    const turn = {
      message: "Read secret.txt and reply with what it says.",
      expect: [{ reply: { matches: "." } }],
      script: [{ calls: [{ name: "read", arguments: { path: "secret.txt" } }] }, { text: "done" }],
    };
    const workspace = { "secret.txt": "canary-in-the-workspace\n" };
    const file = { title: "Canary", description: "A secret.", turns: [turn], workspace };
    writeFileSync(scenario, JSON.stringify(file));
    mkdirSync(join(cache, "xdg"));
    const env = {
      XDG_CACHE_HOME: join(cache, "xdg"),
      RUNNER_TOOL_CACHE: process.env.RUNNER_TOOL_CACHE,
    };
    const args = [
      "--turn",
      "replayed",
      "--scenario",
      scenario,
      ...BOTH,
      "--exclude",
      "supportsTools=false",
    ];
    const first = await bench([...FAST, "reject-arrays"], args, env);
    assert.deepEqual(kinds(first.result), {
      "true/true": "string-content-required",
      "false/true": "string-content-required",
    });
    const kept = readdirSync(join(cache, "xdg"), { recursive: true }).map(String);
    assert.equal(kept.filter((path) => path.endsWith("bodies.json")).length, 2);
    for (const name of readdirSync(first.out)) {
      assert.ok(!readFileSync(join(first.out, name), "utf8").includes("canary-in"), name);
    }
    const again = await bench(FAST, args, env);
    assert.deepEqual(kinds(again.result), { "true/true": "pass", "false/true": "pass" });
    assert.ok(
      again.entries.every(({ type }) => type !== "client-spawned"),
      "the client is not started for what is there",
    );
    assert.match(again.result.warnings.map(({ code }) => code).join(), /replayed/);
  },
);
