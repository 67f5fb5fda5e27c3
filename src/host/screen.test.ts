import assert from "node:assert/strict";
import { test } from "node:test";
import { openScreen } from "./screen.ts";

function recorder() {
  const texts: string[] = [];
  return { output: { isTTY: false, write: (text: string) => void texts.push(text) }, texts };
}

test("in a log a note is a line of its own, and passing ones are not written in each other's place", () => {
  const { output, texts } = recorder();
  const screen = openScreen(output, "log", false);
  screen.note("org/model: 4 files, 10.3 GB to fetch", false);
  for (let percent = 0; percent < 100; percent++) screen.note(`org/model: ${percent}%`, true);
  screen.note("\u001b[31morg/model: model.safetensors has a wrong digest", false);
  assert.deepEqual(texts, [
    "org/model: 4 files, 10.3 GB to fetch\n",
    "org/model: model.safetensors has a wrong digest\n",
  ]);
});

test("on a terminal the live view stands below the notes", () => {
  const texts: string[] = [];
  const output = {
    isTTY: true,
    columns: 80,
    rows: 24,
    write: (text: string) => void texts.push(text),
  };
  const screen = openScreen(output, "live", false);
  screen.show(() => ({
    phase: "provision",
    doing: "preparing engine and model",
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
  }));
  screen.note("org/model: 4 files", false);
  screen.note("org/model: 12%", true);
  screen.clear();
  const drawn = texts.join("");
  assert.match(drawn, /org\/model: 4 files\n.*preparing engine and model\n/s);
  assert.match(texts.findLast((text) => text.includes("preparing")) ?? "", /org\/model: 12%/);
});

test("a quiet screen says nothing", () => {
  const { output, texts } = recorder();
  openScreen(output, "none", false).note("x", false);
  assert.deepEqual(texts, []);
});
