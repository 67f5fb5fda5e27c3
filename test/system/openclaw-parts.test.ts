/**
 * A turn of the real OpenClaw taken apart, beside the simulator's own record of the same turn, on the
 * clock that both processes share. OPENCLAW_PATH: the folder of an installed one.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { traceExchange } from "../../src/analyze/trace.ts";
import { turnParts } from "../../src/analyze/turn-parts.ts";
import type { ProxiedExchange } from "../../src/drive/proxy/types.ts";
import type { ClientTurn } from "../../src/drive/real/types.ts";
import type { JournalEntry } from "../../src/journal/events.ts";
import { readJournal } from "../../src/journal/journal.ts";
import type { RecordedStream } from "../../src/sim/record.ts";
import { resultIn, run, scratch } from "./harness.ts";
import { clientTest, part } from "./openclaw-harness.ts";

const CLIENT = process.env.OPENCLAW_PATH;
const WHICH = CLIENT === undefined ? [] : ["--openclaw-version", CLIENT];
const MOST_RUNS = 3;
const TURNS = 10;
/** The second reply takes a quarter of a second. */
const WORDS = Array.from({ length: 50 }, (_, at) => `word${at}`).join(" ");

const SCENARIO = {
  title: "Read and tell",
  description: "One tool call, then a reply of some length.",
  needsTools: true,
  workspace: { "notes.txt": "Nothing of note.\n" },
  turns: [
    {
      message: "Read the file notes.txt and tell me about it.",
      expect: [{ tool: "read" }],
      script: [{ calls: [{ name: "read", arguments: { path: "notes.txt" } }] }, { text: WORDS }],
    },
  ],
};

type Attempt = JournalEntry & { type: "attempt" };
type Taken = Omit<Attempt, "exchanges"> & {
  turns: ClientTurn[];
  exchanges: ProxiedExchange[];
  clockNs: number;
};

/** One part as we have it and as the record has it, ms. */
interface Part {
  name: string;
  ours: number;
  record: number;
}

/** A run whose measured turns are all beside their record. */
async function takenApart(): Promise<Part[][]> {
  const cwd = scratch();
  const scenario = join(cwd, "told.json5");
  writeFileSync(scenario, JSON.stringify(SCENARIO));
  const record = join(cwd, "record.jsonl");
  const sim = ["--engine", "sim", "--sim", "prefill-speed=60000", "--sim", "decode-speed=200"];
  const what = ["--turn", "real", "--suite", "smoke", "--scenario", scenario, "--remedies", "0"];
  const often = ["--compat", "supportsTools=true", "--rounds", String(TURNS), "--quiet"];
  const env = { INFERRS_BENCH_LOCK_DIR: join(cwd, "lock"), INFERRS_BENCH_SIM_RECORD: record };
  const { stderr } = await run(["run", ...sim, ...what, ...often, ...WHICH], cwd, env);
  const out = join(cwd, "inferrs-bench-out");
  const [cell] = resultIn(out).cells;
  assert.equal(cell?.outcome.kind, "pass", `${cell?.outcome.evidence} ${stderr}`);
  const { turnMs, unattributedMs } = cell.metrics;
  assert.equal(turnMs?.n, TURNS);
  assert.ok((unattributedMs?.median ?? Infinity) < turnMs.median / 100, "unattributed");
  const lines = readFileSync(record, "utf8").trim().split("\n");
  const streams = lines.map((line) => JSON.parse(line) as RecordedStream);
  const { entries } = readJournal(join(out, "journal.jsonl"));
  return entries.flatMap((entry) =>
    entry.type === "attempt" && entry.phase === "measure"
      ? [partsBeside(entry as Taken, streams)]
      : [],
  );
}

function partsBeside({ turns, exchanges, clockNs }: Taken, streams: RecordedStream[]): Part[] {
  const [turn] = turns;
  assert.ok(turn !== undefined && exchanges.length === 2, `${exchanges.length} requests`);
  const calls = exchanges.map((exchange) => ({ exchange, trace: traceExchange(exchange) }));
  const seen = calls.map(({ trace }) => streams.find(({ id }) => id === trace.responseId));
  const whole = turnParts(turn, calls);
  const [first, second] = seen;
  assert.ok(whole && first && second, "each reply has its record");
  const ms = (from: number | null, to: number | null) => ((to ?? NaN) - (from ?? NaN)) / 1e6;
  const began = clockNs + turn.beganNs;
  const ended = clockNs + turn.endedNs;
  const models = calls.flatMap((call, at): Part[] => {
    // Alone in a turn of its own, its parts are the sums.
    const own = turnParts(turn, [call]);
    const stream = seen[at];
    assert.ok(own && stream);
    const { beganNs, firstTokenNs, lastTokenNs, endedNs } = stream;
    return [
      { name: `prefill ${at}`, ours: own.modelPrefillMs, record: ms(beganNs, firstTokenNs) },
      { name: `decode ${at}`, ours: own.modelDecodeMs, record: ms(firstTokenNs, lastTokenNs) },
      { name: `rest ${at}`, ours: own.modelRestMs, record: ms(lastTokenNs, endedNs) },
      { name: `model ${at}`, ours: own.modelMs, record: ms(beganNs, endedNs) },
    ];
  });
  return [
    { name: "before", ours: whole.clientBeforeMs, record: ms(began, first.beganNs) },
    ...models,
    { name: "tools", ours: whole.toolsMs, record: ms(first.endedNs, second.beganNs) },
    { name: "after", ours: whole.clientAfterMs, record: ms(second.endedNs, ended) },
    { name: "turn", ours: whole.turnMs, record: ms(began, ended) },
  ];
}

/** By how much of what is allowed (5 ms or 1%) a part differs. */
const share = ({ ours, record }: Part) =>
  Math.abs(ours - record) / Math.max(5, Math.abs(record) / 100);

/**
 * Of each part, the share in the middle of all turns: a busy machine keeps one of the processes from
 * its turn now and then, but what is wrong by construction is wrong in every turn.
 */
function middles(turns: Part[][]): Map<string, number> {
  const names = turns[0]?.map(({ name }) => name) ?? [];
  return new Map(
    names.map((name, at) => {
      const shares = turns.map((parts) => share(parts[at] as Part)).sort((a, b) => a - b);
      return [name, shares[Math.floor(shares.length / 2)] ?? Infinity];
    }),
  );
}

clientTest(
  "each part of a turn is what the simulator's own record says, within 5 ms or 1%",
  part("first", 90),
  async (context) => {
    const wrong = new Map<string, number>();
    for (let runs = 0; runs < MOST_RUNS; runs++) {
      const turns = await takenApart();
      assert.equal(turns.length, TURNS);
      const decode = turns.map((parts) => parts.find(({ name }) => name === "decode 1")?.record);
      assert.ok(
        decode.every((ms) => (ms ?? 0) > 100),
        `a decode that is not nothing: ${decode}`,
      );
      const shares = middles(turns);
      context.diagnostic(
        [...shares].map(([name, value]) => `${name} ${(100 * value).toFixed(0)}%`).join(", "),
      );
      wrong.clear();
      for (const [name, value] of shares) if (!(value < 1)) wrong.set(name, value);
      if (wrong.size === 0) return;
    }
    assert.fail(
      `more than is allowed, in the middle of ${TURNS} turns: ${JSON.stringify([...wrong])}`,
    );
  },
);
