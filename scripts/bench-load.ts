/**
 * `npm run bench:load [-- REPEATS]`: what the measuring client costs and how true its times stay when
 * it reads many streams at once, from a server in a process of its own that records when it really
 * wrote. Markdown on standard output. A benchmark: nothing fails by it.
 *
 * Where other processes have the cores, their share stands in the table, and `chrt -r 5 npm run
 * bench:load` (root, Linux) shows the client without them.
 */
import { cpus, loadavg } from "node:os";
import { median } from "../src/analyze/statistics.ts";
import {
  type LoadFigures,
  type LoadStep,
  measureBare,
  measureLoad,
  type Spread,
  spawnLoadServer,
} from "../src/testing/load/client.ts";
import { watchCores } from "../src/testing/load/cores.ts";

const RATE = 100;
const TOKENS = 300;
const TARGET = { streams: 64, p99Ms: 2 };
const step = (streams: number, phases: LoadStep["phases"] = "even"): LoadStep => ({
  ...{ streams, phases },
  ...{ rate: RATE, tokens: TOKENS },
});
const STEPS = [...[1, 8, 16, 32, 64, 128].map((streams) => step(streams)), step(64, "together")];
const REPEATS = Number(process.argv[2] ?? 3);

/** One step, once. */
interface Row {
  step: LoadStep;
  figures: LoadFigures;
  bare: Spread;
  /** Cores that processes other than the client and the server used meanwhile. */
  others: number | null;
}

const print = (line: string) => process.stdout.write(`${line}\n`);
const server = await spawnLoadServer();
try {
  // A run has asked its probes before it measures: code that was never run is slow.
  await measureLoad(server, { ...step(8), tokens: 100 });
  const rows: Row[] = [];
  // Each step once, then all again: a busy minute of the machine doesn't hit all of one step.
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const each of STEPS) {
      const cores = watchCores();
      const figures = await measureLoad(server, each);
      const used = cores.used();
      const others = used === null ? null : used - figures.clientCpu - figures.serverCpu;
      rows.push({ step: each, figures, bare: await measureBare(server, each), others });
    }
  }
  const date = new Date().toISOString().slice(0, 10);
  const load = loadavg().map((each) => each.toFixed(1));
  print(
    `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, ${process.platform}, ${date}; load averages at the end: ${load.join(", ")}. Streams of ${RATE} tokens/s, ${TOKENS} tokens in each reply, two replies for each user of a closed loop (one for 1 stream); each step ${REPEATS} times, medians (lowest to highest).`,
  );
  print("");
  printErrors(rows);
  print("");
  printCosts(rows);
  print("");
  const aimed = rows.filter(
    (row) => row.step.streams === TARGET.streams && row.step.phases === "even",
  );
  const met = aimed.filter(({ figures }) => figures.errorMs.p99 < TARGET.p99Ms);
  print(
    `Target: ${TARGET.streams} streams, p99 of the error under ${TARGET.p99Ms} ms: met in ${met.length} of ${aimed.length} repeats.`,
  );
} finally {
  await server.close();
}

/** How true the times are. */
function printErrors(rows: readonly Row[]): void {
  print(
    "Error: the client's time of a token less the time at which the server wrote it, ms. A gap's error: of the time between two tokens of a stream. A bare socket takes a time for each read and does nothing else: what it is late by is the machine's doing.",
  );
  print("");
  print(
    "| streams | times compared | error p50 | p99 | p99.9 | max | gap error p99 | bare socket p50 | p99 | max |",
  );
  print("| :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
  for (const [name, own] of bySteps(rows)) {
    const ms = (of: (row: Row) => number) => range(own.map(of), 2);
    const cells = [
      name,
      own.reduce((sum, { figures }) => sum + figures.tokens, 0),
      ms(({ figures }) => figures.errorMs.p50),
      ms(({ figures }) => figures.errorMs.p99),
      ms(({ figures }) => figures.errorMs.p999),
      ms(({ figures }) => figures.errorMs.max),
      ms(({ figures }) => figures.gapErrorMs.p99),
      ms(({ bare }) => bare.p50),
      ms(({ bare }) => bare.p99),
      ms(({ bare }) => bare.max),
    ];
    print(`| ${cells.join(" | ")} |`);
  }
}

/** What it takes, and what the server and the machine did meanwhile. */
function printCosts(rows: readonly Row[]): void {
  print(
    "CPU in % of a core; delays of the client's event loop and lateness of the server's writes (by its own schedule; no error of the client) in ms; tokens/s of all streams as our metrics have them and by the server's record.",
  );
  print("");
  print(
    "| streams | client's CPU | server's CPU | other processes | loop delay p50 | p99 | max | server late p50 | p99 | max | tokens/s measured | true | difference |",
  );
  print(`| :-- |${" --: |".repeat(12)}`);
  for (const [name, own] of bySteps(rows)) {
    const of = (get: (row: Row) => number, digits: number) => range(own.map(get), digits);
    const cells = [
      name,
      of(({ figures }) => 100 * figures.clientCpu, 0),
      of(({ figures }) => 100 * figures.serverCpu, 0),
      own.some(({ others }) => others === null)
        ? "–"
        : of(({ others }) => 100 * Math.max(0, others ?? 0), 0),
      of(({ figures }) => figures.loopDelayMs.p50, 2),
      of(({ figures }) => figures.loopDelayMs.p99, 2),
      of(({ figures }) => figures.loopDelayMs.max, 1),
      of(({ figures }) => figures.serverLateMs.p50, 2),
      of(({ figures }) => figures.serverLateMs.p99, 2),
      of(({ figures }) => figures.serverLateMs.max, 1),
      median(own.map(({ figures }) => figures.measured)).toFixed(1),
      median(own.map(({ figures }) => figures.true)).toFixed(1),
      `${of(({ figures }) => 100 * (figures.measured / figures.true - 1), 3)}%`,
    ];
    print(`| ${cells.join(" | ")} |`);
  }
}

function bySteps(rows: readonly Row[]): [string, Row[]][] {
  return STEPS.map((each) => [
    each.phases === "together" ? `${each.streams}, all at the same moment` : String(each.streams),
    rows.filter((row) => row.step === each),
  ]);
}

function range(values: readonly number[], digits: number): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  if (values.length < 2) return middle.toFixed(digits);
  return `${middle.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}
