import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import JSON5 from "json5";
import type { Result } from "../../src/result.ts";
import { resultIn, run, scratch } from "./harness.ts";

const outcomes = (result: Result, scenario: string) =>
  Object.fromEntries(
    result.cells
      .filter((cell) => cell.scenario === scenario)
      .map((cell) => [
        `${cell.compat.requiresStringContent}/${cell.compat.supportsTools}`,
        cell.outcome.kind,
      ]),
  );

test("demo: an older release fails on content parts, and the report says what mends it", async () => {
  const cwd = scratch();
  const { code, stdout } = await run(["demo"], cwd);
  assert.equal(code, 0);
  const out = join(cwd, "inferrs-bench-out");
  const result = resultIn(out);
  assert.equal(result.status, "complete");
  assert.equal(result.simulated, true);
  for (const scenario of ["chat", "agent-turn"]) {
    assert.deepEqual(outcomes(result, scenario), {
      "true/true": "pass",
      "true/false": "pass",
      "false/true": "string-content-required",
      "false/false": "string-content-required",
    });
  }
  assert.deepEqual(result.recommendation?.compat, {
    requiresStringContent: true,
    supportsTools: true,
  });
  const config = JSON5.parse(readFileSync(join(out, "openclaw.json5"), "utf8"));
  const [model] = config.models.providers.inferrs.models;
  assert.equal(model.compat.requiresStringContent, true);
  const report = readFileSync(join(out, "report.md"), "utf8");
  const page = readFileSync(join(out, "report.html"), "utf8");
  for (const text of [stdout, report, page]) {
    assert.match(text, /simulat/i);
    assert.match(text, /requiresStringContent/);
  }
  assert.match(
    stdout.replace(/\s+/g, " "),
    /report\.md, report\.html, junit\.xml, openclaw\.json5/,
  );
  await run(["report", out, "--out", join(cwd, "again")], cwd);
  assert.equal(readFileSync(join(cwd, "again", "report.html"), "utf8"), page);
  assert.ok(
    stdout.split("\n").every((line) => line.length <= 80),
    "the table fits 80 columns",
  );

  const log = readFileSync(join(out, "engine.log"), "utf8");
  const { probe, calibrate, crosscheck, look, warmup, measure, settle } = result.requests;
  // The engine logs no line for /api/chat.
  const logged = crosscheck - 1;
  const passing = log.match(/Request chatcmpl-\S+: \d+ messages/g)?.length ?? 0;
  const refused = result.cells.reduce((sum, cell) => sum + cell.outcome.attempts.failed, 0);
  assert.equal(passing + refused, probe + calibrate + logged + look + warmup + measure + settle);
});

test("demo with faults of one's choice: outcomes, evidence and remedies follow them", async () => {
  const cwd = scratch();
  const faults = ["reject-arrays", "die-above=9000", "nonce=quokka-417"];
  const { code } = await run(["demo", ...faults.flatMap((fault) => ["--sim", fault])], cwd);
  assert.equal(code, 0);
  const result = resultIn(join(cwd, "inferrs-bench-out"));
  assert.equal(outcomes(result, "agent-turn")["true/true"], "out-of-memory");
  assert.equal(outcomes(result, "chat")["true/true"], "pass");
  const rejected = result.cells.find((cell) => cell.outcome.kind === "string-content-required");
  assert.match(rejected?.outcome.evidence ?? "", /quokka-417/);
  const died = result.cells.find((cell) => cell.outcome.kind === "out-of-memory");
  assert.ok((died?.peakMemory?.bytes ?? 0) > 0);
  assert.ok((died?.tokens.prompt ?? 0) > 9000);
  assert.match(died?.outcome.remedy ?? "", /tools\.allow/);
});

test("demo without a fault: everything passes", async () => {
  const cwd = scratch();
  const { code } = await run(["demo", "--sim", "none", "--quiet"], cwd);
  assert.equal(code, 0);
  const result = resultIn(join(cwd, "inferrs-bench-out"));
  assert.deepEqual(new Set(result.cells.map((cell) => cell.outcome.kind)), new Set(["pass"]));
});

test("--json prints the result and nothing else, and report makes the same again", async () => {
  const cwd = scratch();
  const args = ["--sim", "none", "--scenario", "chat", "--starts", "1", "--rounds", "1"];
  const { stdout, code } = await run(["demo", "--json", ...args], cwd);
  assert.equal(code, 0);
  const out = join(cwd, "inferrs-bench-out");
  const result = resultIn(out);
  assert.deepEqual(JSON.parse(stdout), result);
  const again = await run(["report", "inferrs-bench-out", "--json", "--out", "again"], cwd);
  assert.equal(again.code, 0);
  assert.deepEqual(JSON.parse(again.stdout), result);
});

test("nothing works: exit 1, unless --fail-on says otherwise", async () => {
  const cwd = scratch();
  const args = ["demo", "--scenario", "chat", "--sim", "window=4"];
  const { code, stderr } = await run(args, cwd);
  assert.equal(code, 1);
  assert.match(stderr, /nothing works/);
  const allowed = await run([...args, "--fail-on", "none"], cwd);
  assert.equal(allowed.code, 0);
});

test("--plan says what would be done and does nothing", async () => {
  const cwd = scratch();
  const { code, stderr } = await run(["demo", "--plan"], cwd);
  assert.equal(code, 0);
  assert.match(stderr, /agent-turn/);
  assert.throws(() => resultIn(join(cwd, "inferrs-bench-out")));
});
