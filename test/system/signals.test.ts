import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { groupMembers } from "../../src/host/proc.ts";
import { begin, enginesIn, resultIn, run, scratch, untilIn } from "./harness.ts";

const SLOW = ["--sim", "prefill-speed=9000", "--sim", "decode-speed=60", "--rounds", "50"];

/** When in the run the signal comes: what the journal says by then, and knobs that make it last. */
const MOMENTS: [string, RegExp, string[]][] = [
  ["while the engine loads", /"engine-spawned"/, ["--sim", "load-time=60000"]],
  ["while it is probed", /"phase":"probe","cell"/, SLOW],
  ["while it is measured", /"phase":"measure","cell"/, ["--scenario", "chat", ...SLOW]],
  ["while a request hangs", /"start-ready"/, ["--sim", "hang=headers", "--timeout", "100"]],
];

for (const [when, seen, args] of MOMENTS) {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    test(`${signal} ${when}: a valid result, and no process left`, async () => {
      const cwd = scratch();
      const out = join(cwd, "inferrs-bench-out");
      const { child, ended } = begin(["demo", "--quiet", ...args], { cwd });
      await untilIn(join(out, "journal.jsonl"), seen);
      child.kill(signal);
      const { code: ended1 } = await ended;
      assert.equal(ended1, code);
      const result = resultIn(out);
      assert.equal(result.status, "interrupted");
      assert.equal(result.exitReason, "interrupted");
      const engines = enginesIn(out);
      assert.ok(engines.length > 0);
      assert.deepEqual(engines.flatMap(groupMembers), []);
      const measured = readFileSync(join(out, "journal.jsonl"), "utf8").match(
        /"phase":"measure","cell"/g,
      );
      const kept = result.cells.reduce((sum, cell) => sum + (cell.metrics.turnMs?.n ?? 0), 0);
      assert.equal(kept, measured?.length ?? 0, "everything measured is kept");
    });
  }
}

test("a second run in the same folder is refused, and the first goes on", async () => {
  const cwd = scratch();
  const out = join(cwd, "inferrs-bench-out");
  const { child, ended } = begin(["demo", "--quiet", "--scenario", "chat", ...SLOW], { cwd });
  await untilIn(join(out, "journal.jsonl"), /"phase":"measure","cell"/);
  const second = await run(["demo", "--quiet"], cwd);
  assert.equal(second.code, 2);
  assert.match(second.stderr, new RegExp(`Process ${child.pid} is`));
  child.kill("SIGINT");
  assert.equal((await ended).code, 130);
  assert.ok(resultIn(out).cells.some((cell) => (cell.metrics.turnMs?.n ?? 0) > 0));
});

test("a run killed by SIGKILL leaves a journal that makes a partial result, and the next run cleans up", async () => {
  const cwd = scratch();
  const out = join(cwd, "inferrs-bench-out");
  const { child, ended } = begin(["demo", "--quiet", "--scenario", "chat", ...SLOW], { cwd });
  await untilIn(join(out, "journal.jsonl"), /"phase":"measure","cell"/);
  child.kill("SIGKILL");
  await ended;
  const engines = enginesIn(out);
  const rendered = await run(["report", "inferrs-bench-out"], cwd);
  assert.equal(rendered.code, 0);
  const result = resultIn(out);
  assert.equal(result.status, "interrupted");
  assert.ok(result.cells.some((cell) => (cell.metrics.turnMs?.n ?? 0) > 0));
  assert.ok(engines.flatMap(groupMembers).length > 0, "the orphan is what the next run must find");
  const args = ["--sim", "none", "--scenario", "smoke", "--rounds", "1"];
  assert.equal((await run(["demo", "--quiet", ...args], cwd)).code, 0);
  assert.deepEqual(engines.flatMap(groupMembers), []);
});
