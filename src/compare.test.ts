/** The commands on runs that have been: `compare` and `history`. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseDataJs } from "./analyze/history/github-action-benchmark.ts";
import { compare } from "./compare.ts";
import { add, exportData, importData, show } from "./history-command.ts";
import type { Result } from "./result.ts";
import { comparedRun } from "./testing/compared-run.ts";
import { dayOf, runOf } from "./testing/history.ts";

const root = mkdtempSync(join(tmpdir(), "inferrs-bench-compare-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** What is printed, and the code. */
function told(act: (host: Parameters<typeof show>[1]) => number) {
  const out: string[] = [];
  const errors: string[] = [];
  const to = (list: string[]) => ({
    isTTY: false,
    write: (text: string) => {
      list.push(text);
      return true;
    },
  });
  const code = act({
    env: {},
    cwd: root,
    stdout: to(out),
    stderr: to(errors),
    signal: new AbortController().signal,
    entry: "cli",
  });
  return { code, out: out.join(""), errors: errors.join("") };
}

function runIn(name: string, result: Result): string {
  mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, name, "result.json"), JSON.stringify(result));
  return name;
}

runIn("base", runOf(1000));
runIn("head", runOf(1100));

test("compare: two folders, or files, as a table, Markdown or JSON", () => {
  const folders = told((host) => compare({ base: "base", head: "head" }, {}, host));
  assert.equal(folders.code, 0);
  assert.match(folders.out, /turn +1 s +1\.1 s +×1\.100 +10\.0% worse/);
  const file = { base: "base/result.json", head: "head" };
  const json = told((host) => compare(file, { json: true }, host));
  const { verdict, pairs } = JSON.parse(json.out);
  assert.deepEqual([verdict, pairs], ["inconclusive", null]);
  const markdown = told((host) => compare(file, { markdown: true }, host));
  assert.match(markdown.out, /^### inferrs-bench: two runs side by side\n/);
});

test("compare: a run of two variants has its verdict, from its pairs of starts", () => {
  runIn("two", comparedRun({ seed: 3, worse: { decode: 1.2 } }).result);
  const one = told((host) => compare({ base: "two" }, {}, host));
  assert.equal(one.code, 0);
  assert.match(one.out, /^Base and head of: two\n/);
  assert.match(one.out, /regression: Decode of agent-turn is \d+/);
  assert.match(one.out, /decode +\S+ tok\/s +\S+ tok\/s +×0\.\d+ +1\d\.\d% worse/);
  const both = told((host) =>
    compare({ base: "two", head: "two/result.json" }, { json: true }, host),
  );
  const { verdict, pairs, advice } = JSON.parse(both.out);
  assert.deepEqual([verdict, pairs.length > 12, advice], ["regression", true, []]);
  const markdown = told((host) => compare({ base: "two" }, { markdown: true }, host));
  assert.match(markdown.out, /^### inferrs-bench: two variants side by side\n/);
  // Beside another run it is one of two, and says where its own verdict is.
  const beside = told((host) => compare({ base: "base", head: "two" }, {}, host));
  assert.match(beside.out, /Two separate runs|differ in what decides/);
  assert.match(beside.errors, /^HEAD is a run of two variants: .*"inferrs-bench compare two"/);
  const alone = told((host) => compare({ base: "base" }, {}, host));
  assert.equal(alone.code, 2);
  assert.match(alone.errors, /^Error: HEAD: .*no pairs of starts/);
});

test("compare: what is no run, or of another version, is bad input that names what is wrong", () => {
  const gone = told((host) => compare({ base: "base", head: "nowhere" }, {}, host));
  assert.equal(gone.code, 2);
  assert.match(gone.errors, /^Error: HEAD: got "nowhere"; expected the output folder of a run/);
  runIn("strange", { ...runOf(1), schema: "inferrs-bench/result/v9" } as unknown as Result);
  const strange = told((host) => compare({ base: "strange", head: "head" }, {}, host));
  assert.match(strange.errors, /^Error: BASE: .*result\.json: schema/);
  const part = { changed: "modell" };
  const wrong = told((host) => compare({ base: "base", head: "head" }, part, host));
  assert.match(wrong.errors, /Did you mean "model"\?/);
});

test("history: runs are added once, shown, and exported as the lists of the custom tools", () => {
  const commit = "a".repeat(40);
  for (let day = 0; day < 3; day++) {
    runIn("run", { ...runOf(1000 + day), startedAt: dayOf(day) });
    assert.equal(told((host) => add("run", "kept", { commit }, host)).out, "Added to kept.\n");
  }
  const again = told((host) => add("run", "kept", { commit }, host));
  assert.equal(again.out, "It is in kept already.\n");
  const { out } = told((host) => show("kept", host));
  assert.match(out, /^key [0-9a-f]{16}, 3 runs, 2026-01-01 to 2026-01-03\n/);
  assert.match(out, /agent-turn turn {2}1 s {2}▁▅█/);
  told((host) => exportData("run", { out: "lists", repoUrl: "" }, host));
  const list = JSON.parse(readFileSync(join(root, "lists", "smaller-is-better.json"), "utf8"));
  assert.deepEqual(
    list.map(({ name, value, unit }: Record<string, unknown>) => [name, value, unit]),
    [
      ["agent-turn TTFT", 501, "ms"],
      ["agent-turn turn", 1002, "ms"],
    ],
  );
});

test("history: data.js is extended, and imported by somebody who says what it was measured on", () => {
  const dataJs = join(root, "data.js");
  const old = Array.from({ length: 12 }, (_, day) => ({
    commit: { id: "b".repeat(40), timestamp: dayOf(day) },
    date: Date.parse(dayOf(day)),
    tool: "customSmallerIsBetter",
    benches: [{ name: "agent-turn turn", value: 1000 + (day % 3), unit: "ms" }],
  }));
  const data = { lastUpdate: 1, repoUrl: "https://github.com/o/r", entries: { Mine: old } };
  writeFileSync(dataJs, `window.BENCHMARK_DATA = ${JSON.stringify(data)}`);
  const given = { out: ".", repoUrl: "", dataJs: "data.js" };
  assert.match(told((host) => exportData("kept", given, host)).out, /^3 runs are in data\.js/);
  const { entries } = parseDataJs(readFileSync(dataJs, "utf8"));
  assert.equal(entries.Mine?.length, 12);
  assert.equal(entries["inferrs-bench (smaller is better)"]?.length, 3);
  const blind = told((host) => importData("data.js", "blind", { suite: "Mine" }, host));
  assert.match(blind.out, /^12 runs added to blind\.\nNothing says on what machine/);
  const like = { suite: "Mine", like: "base" };
  const sure = told((host) => importData("data.js", "sure", like, host));
  assert.equal(sure.out, "12 runs added to sure.\n");
  assert.match(told((host) => show("sure", host)).out, /^key [0-9a-f]{16}, 12 runs/);
});

test("history: bad input names what is wrong", () => {
  writeFileSync(join(root, "no.js"), "alert(1)");
  const errors = [
    told((host) => show("nowhere", host)),
    told((host) => importData("no.js", "x", {}, host)),
    told((host) => importData("data.js", "x", { suite: "No" }, host)),
    told((host) => add("base", "x", { commit: "HEAD" }, host)),
    told((host) => add("nowhere", "x", {}, host)),
  ];
  assert.deepEqual(
    errors.map(({ code }) => code),
    [2, 2, 2, 2, 2],
  );
  const [none, js, suite, commit] = errors.map((each) => each.errors);
  assert.match(none ?? "", /a folder with runs in it/);
  assert.match(js ?? "", /it doesn't begin with window\.BENCHMARK_DATA =/);
  assert.match(suite ?? "", /one of Mine, inferrs-bench/);
  assert.match(commit ?? "", /a commit's hash/);
});
