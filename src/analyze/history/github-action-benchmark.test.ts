import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, lineOf, linesOf } from "../../testing/history.ts";
import { compareWithHistory } from "./compare.ts";
import { directionOf, fromBenchmarkData, parseDataJs } from "./github-action-benchmark.ts";
import { historyLineSchema } from "./line.ts";
import { renderDataJs, toBenches, withLines } from "./to-github-action-benchmark.ts";
import { trendsOf } from "./trend.ts";

const person = { name: "A", username: "a", email: "a@example.org" };
const entry = (day: number, tool: string, benches: object[]) => ({
  commit: {
    author: person,
    committer: person,
    distinct: true,
    id: day.toString(16).padStart(40, "b"),
    message: "m </script>",
    timestamp: dayOf(day),
    tree_id: "c".repeat(40),
    url: "https://github.com/o/r/commit/b",
  },
  date: Date.parse(dayOf(day)),
  tool,
  benches,
});
const data = (entries: object) => ({
  lastUpdate: Date.parse(dayOf(3)),
  repoUrl: "https://github.com/o/r",
  entries,
});
const js = (entries: object) => `window.BENCHMARK_DATA = ${JSON.stringify(data(entries), null, 2)}`;
const empty = { lastUpdate: 0, repoUrl: "", entries: {} };

test("data.js is read without being run, with and without its assignment", () => {
  const entries = { Speed: [entry(1, "cargo", [{ name: "x", value: 1, unit: "ns/iter" }])] };
  const text = js(entries);
  for (const each of [
    text,
    `${text};\n`,
    text.replace("window.BENCHMARK_DATA = ", ""),
    `\uFEFF${text}`,
  ]) {
    assert.equal(parseDataJs(each).entries.Speed?.[0]?.benches[0]?.name, "x");
  }
  assert.throws(() => parseDataJs("alert(1); window.BENCHMARK_DATA = {}"));
  assert.throws(() => parseDataJs("window.BENCHMARK_DATA = {a: process.exit(1)}"));
  assert.throws(() => parseDataJs('window.BENCHMARK_DATA = {"entries": []}'), /entries|lastUpdate/);
});

test("which way is better: by the tool, else by the unit, else it isn't guessed", () => {
  assert.equal(directionOf("customBiggerIsBetter", "ms"), "bigger");
  assert.equal(directionOf("customSmallerIsBetter", "tok/s"), "smaller");
  assert.equal(directionOf("pytest", "iter/sec"), "bigger");
  assert.equal(directionOf("cargo", "ns/iter"), "smaller");
  assert.equal(directionOf("go", "ns/op"), "smaller");
  assert.equal(directionOf("go", "MB/s"), "bigger");
  assert.equal(directionOf("go", "B/op"), null);
  assert.equal(directionOf("something", "points"), null);
});

test("imported values become lines; what can't be told is left out and named", () => {
  const benches = [
    { name: "a", value: 5, unit: "ns/op", range: "± 2" },
    { name: "b", value: 3, unit: "B/op", extra: "x" },
  ];
  const { lines, notes } = fromBenchmarkData(parseDataJs(js({ Go: [entry(1, "go", benches)] })));
  assert.equal(lines.length, 1);
  const [line] = lines;
  assert.doesNotThrow(() => historyLineSchema.parse(line));
  assert.deepEqual(line?.about, { suite: "Go", tool: "go" });
  assert.equal(line?.key, null);
  assert.deepEqual(
    line?.series.map(({ name, better }) => [name, better]),
    [["a", "smaller"]],
  );
  assert.match(notes.join(), /b \(B\/op, tool go\)/);
});

test("where name, unit and direction are ours the trend goes on; without a key nothing is judged by it", () => {
  const runs = Array.from({ length: 12 }, (_, day) =>
    entry(day, "customSmallerIsBetter", [
      { name: "agent-turn turn", value: 1000 + day, unit: "ms" },
      { name: "agent-turn decode", value: 20, unit: "tok/s" },
    ]),
  );
  const { lines } = fromBenchmarkData(parseDataJs(js({ Speed: runs })));
  const line = lineOf(1005, 50);
  const turn = trendsOf(line, lines).find(({ name }) => name === "agent-turn turn");
  assert.equal(turn?.points.length, 13);
  // Decode is bigger-is-better here: the smaller-is-better row of that name is another.
  const decode = trendsOf(line, lines).find(({ name }) => name === "agent-turn decode");
  assert.equal(decode?.points.length, 1);
  assert.ok(compareWithHistory(line, lines).metrics.every(({ expected }) => expected === null));
});

test("whoever says that they were measured as this run was, is compared with them", () => {
  const runs = Array.from({ length: 12 }, (_, day) =>
    entry(day, "customSmallerIsBetter", [
      { name: "agent-turn turn", value: 1000 + (day % 4), unit: "ms" },
    ]),
  );
  const line = lineOf(1300, 50);
  const { lines } = fromBenchmarkData(parseDataJs(js({ Speed: runs })), { like: line });
  const turn = compareWithHistory(line, lines).metrics.find(
    ({ name }) => name === "agent-turn turn",
  );
  assert.equal(turn?.outside, "worse");
});

test("ours out and in again: key, values and dates are the same, one line for each run", () => {
  const lines = linesOf(12);
  const out = withLines(empty, lines, "https://github.com/o/r");
  assert.deepEqual(Object.keys(out.entries), [
    "inferrs-bench (smaller is better)",
    "inferrs-bench (bigger is better)",
  ]);
  const again = fromBenchmarkData(parseDataJs(renderDataJs(out))).lines;
  assert.deepEqual(
    again.map(({ key, at, commit }) => [key, at, commit]),
    lines.map(({ key, at, commit }) => [key, at, commit]),
  );
  const line = lineOf(1030, 50);
  const judged = (from: typeof lines) => compareWithHistory(line, from).metrics;
  assert.deepEqual(judged(again), judged(lines));
});

test("what else is in data.js stays, and a run that is there isn't added twice", () => {
  const there = data({ Other: [entry(1, "go", [{ name: "x", value: 1, unit: "ns/op" }])] });
  const text = `window.BENCHMARK_DATA = ${JSON.stringify(there)}`;
  const once = withLines(parseDataJs(text), linesOf(3), "");
  const twice = withLines(once, linesOf(3), "");
  assert.deepEqual(twice.entries, once.entries);
  assert.deepEqual(
    twice.entries.Other,
    there.entries && (there.entries as { Other: unknown }).Other,
  );
  assert.equal(twice.repoUrl, "https://github.com/o/r");
});

test("a run is written in the two lists that the custom tools take", () => {
  const { smaller, bigger } = toBenches(lineOf(1000, 1));
  assert.deepEqual(
    smaller.map(({ name, unit }) => [name, unit]),
    [
      ["agent-turn TTFT", "ms"],
      ["agent-turn turn", "ms"],
    ],
  );
  assert.deepEqual(
    bigger.map(({ name, value, unit, range }) => [name, value, unit, range]),
    [["agent-turn decode", 20, "tok/s", "± 0"]],
  );
});
