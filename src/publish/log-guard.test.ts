import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutLogCommands } from "./log-guard.ts";

/** What the runner would take for a command, of the lines that it sees. */
function heard(lines: string[]): string[] {
  let word: string | null = null;
  return lines
    .flatMap((line) => line.split("\n"))
    .filter((line) => {
      if (word !== null) {
        if (line === `::${word}::`) word = null;
        return false;
      }
      word = /^::stop-commands::(.+)$/.exec(line)?.[1] ?? null;
      return word === null && line.startsWith("::");
    });
}

test("what is written meanwhile is no command, our own between is, and so is what comes after", async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const result = await withoutLogCommands(write, async (listening) => {
    write("::error::from the server");
    await listening(async () => write("::add-mask::a signed link"));
    write(lines.find((line) => /^\n::.*::$/.test(line))?.trim() ?? "");
    write("::error::from one that has read the first word");
    return 7;
  });
  write("::notice::ours");
  assert.equal(result, 7);
  assert.deepEqual(heard(lines), ["::add-mask::a signed link", "::notice::ours"]);
});

test("the runner listens again after a failure, inside and outside", async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const fail = async () => {
    throw new Error("x");
  };
  const run = withoutLogCommands(write, async (listening) => {
    await assert.rejects(listening(fail));
    write("::error::still text");
    await fail();
  });
  await assert.rejects(run);
  write("::notice::ours");
  assert.deepEqual(heard(lines), ["::notice::ours"]);
});
