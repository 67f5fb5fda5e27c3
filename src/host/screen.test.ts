import assert from "node:assert/strict";
import { test } from "node:test";
import type { Progress } from "../report/progress.ts";
import { openScreen } from "./screen.ts";

test("a line that is said goes to a log, and to nobody where progress is not wanted", () => {
  const written: string[] = [];
  const output = { isTTY: false, write: (text: string) => written.push(text) };
  openScreen(output, "none", false).say("one");
  openScreen(output, "log", false).say("two");
  openScreen(output, "live", false).say("three");
  assert.deepEqual(written, ["two\n", "three\n"]);
});

test("on a terminal it stays above the live view, which is drawn again below it", () => {
  const written: string[] = [];
  const output = {
    isTTY: true,
    columns: 80,
    rows: 24,
    write: (text: string) => written.push(text),
  };
  const screen = openScreen(output, "live", false);
  screen.show(() => PROGRESS);
  screen.say("inferrs 0.0.1: downloading");
  screen.clear();
  const [view = "", erased, said, again, gone] = written;
  const up = `\u001b[${view.split("\n").length - 1}A\u001b[J`;
  assert.deepEqual([erased, said, gone], [up, "inferrs 0.0.1: downloading\n", up]);
  assert.equal(again?.split("\n").length, view.split("\n").length);
});

const PROGRESS: Progress = {
  phase: "provision",
  doing: "",
  finished: null,
  variant: "head",
  start: null,
  round: null,
  requests: { done: 0, planned: 5 },
  elapsedMs: 0,
  remainingMs: null,
  cells: [],
  simulated: false,
  synthetic: false,
};
