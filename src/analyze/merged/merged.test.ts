import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  broken,
  improvement,
  inconclusive,
  noRegression,
  regression,
  withheld,
} from "../../report/fixtures/comparisons.ts";
import { failing, interrupted, passing } from "../../report/fixtures/results.ts";
import type { MissingRun, Reported, ReportedRun } from "../../report/reported.ts";
import { type Result, resultSchema, type Verdict } from "../../result.ts";
import { merge, mergedExitCode } from "./merged.ts";
import { inOneOrder } from "./order.ts";

const fails = ({ outcome }: Result["cells"][number]) =>
  outcome.attempts.failed > 0 && outcome.kind !== "pass";
const context = { guideCompat: { requiresStringContent: true }, renderConfig: () => null };
const DEFAULT = ["regression", "broken", "all-failed"] as const;
const MISSING: MissingRun = { name: "gone", why: "It was expected, and left no result." };

const run = (name: string, result: Result): ReportedRun => ({ name, result, history: null });
const on = (fingerprint: string, result: Result): Result => ({
  ...result,
  environment: {
    ...result.environment,
    fingerprint,
    os: { ...result.environment.os, image: fingerprint },
  },
});
const report = (runs: ReportedRun[], missing: MissingRun[] = []): Reported => ({ runs, missing });

/** Only the cells that are wanted, as `--cell` leaves them. */
const part = (result: Result, wanted: (id: string) => boolean): Result => ({
  ...result,
  cells: result.cells.filter(({ id }) => wanted(id)),
});

const BY_VERDICT: Record<Verdict, () => Result> = {
  broken,
  regression: () => regression(),
  inconclusive: () => inconclusive(),
  improvement: () => improvement(),
  "no-regression": () => noRegression(),
};

test("the worst verdict is the whole's, and its run decided it", () => {
  const order = Object.keys(BY_VERDICT) as Verdict[];
  for (const [index, worst] of order.entries()) {
    const runs = order
      .slice(index)
      .toReversed()
      .map((each) => run(each, on(each, BY_VERDICT[each]())));
    const merged = merge(report(runs), context);
    assert.equal(merged.verdict, worst);
    assert.equal(merged.decidedBy?.name, worst);
  }
});

test("nothing compared is no verdict, whoever is missing", () => {
  assert.equal(merge(report([run("a", passing())]), context).verdict, null);
  assert.equal(merge(report([run("a", passing())], [MISSING]), context).verdict, null);
});

test("who is missing makes a good verdict inconclusive, and a bad one no better", () => {
  const verdict = (result: Result) => merge(report([run("a", result)], [MISSING]), context).verdict;
  assert.equal(verdict(noRegression()), "inconclusive");
  assert.equal(verdict(improvement()), "inconclusive");
  assert.equal(verdict(regression()), "regression");
  const { notes } = merge(report([run("a", noRegression())], [MISSING]), context);
  assert.match(
    notes.join(" "),
    /What was compared is fine \(no-regression\), yet 1 run did not report/,
  );
});

const setUpFailed = (): Result => ({
  ...passing(),
  status: "failed",
  exitReason: "setup-failed",
  exitDetail: "inferrs 0.0.1 is refused.",
});
const allFailed = (): Result => ({
  ...broken(),
  ...{ verdict: null, comparison: null, exitReason: "all-failed", exitDetail: "nothing works" },
});

test("who reported and ended badly makes a good verdict inconclusive too, and is named", () => {
  const ends: [Result, RegExp][] = [
    [setUpFailed(), /^its set-up failed$/],
    [interrupted(), /^it was interrupted$/],
    [{ ...setUpFailed(), exitReason: "internal-error" }, /^inferrs-bench failed$/],
    [allFailed(), /^nothing works$/],
    [withheld(), /^its comparison has no verdict$/],
  ];
  for (const [result, what] of ends) {
    const runs = [run("good", on("1", noRegression())), run("cuda", on("2", result))];
    const { verdict, unwell, notes } = merge(report(runs), context);
    assert.equal(verdict, "inconclusive", String(what));
    assert.deepEqual(
      unwell.map(({ name }) => name),
      ["cuda"],
    );
    assert.match(unwell[0]?.what ?? "", what);
    assert.match(notes.join(" "), /fine \(no-regression\), yet of cuda, /);
    const bad = [run("slow", on("1", regression())), run("cuda", on("2", result))];
    assert.equal(merge(report(bad), context).verdict, "regression");
  }
  const verdicts = Object.keys(BY_VERDICT).map((each) =>
    run(each, on(each, BY_VERDICT[each as Verdict]())),
  );
  assert.deepEqual(merge(report(verdicts), context).unwell, []);
});

test("parts that all fail are told by what they come to together", () => {
  const detail = { exitReason: "all-failed", exitDetail: "1 cell failed" } as const;
  const whole = { ...failing(), cells: failing().cells.filter(fails) };
  const parts = whole.cells.map((cell, index) =>
    run(`cuda-${index + 1}-of-${whole.cells.length}`, { ...whole, ...detail, cells: [cell] }),
  );
  const { exitReason, exitDetail } = merge(report(parts), context);
  assert.equal(exitReason, "all-failed");
  assert.match(exitDetail ?? "", /^cuda \(\d+ parts\): nothing works: all \d+ cells/);
});

test("rows are said to differ in what they differ in", () => {
  const said = (a: Result, b: Result) =>
    merge(report([run("a", a), run("b", b)]), context).notes.join(" ");
  assert.match(said(passing(), passing()), /All rows are of one machine and one model/);
  assert.match(said(passing(), on("other", passing())), /The rows are of different machines\./);
  const other = passing();
  for (const variant of other.variants) variant.model.servedId = "another";
  assert.match(said(passing(), other), /The rows are of different models\./);
});

test("exit reason and code follow --fail-on, then how runs ended, then who is missing", () => {
  const end = (
    runs: ReportedRun[],
    missing: MissingRun[] = [],
    failOn: readonly string[] = DEFAULT,
  ) => {
    const merged = merge(report(runs, missing), context);
    return [merged.exitReason, mergedExitCode(merged, failOn as typeof DEFAULT)];
  };
  const bad = run(
    "slow",
    on("1", { ...regression(), exitReason: "regression", exitDetail: "slower" }),
  );
  const cut = run("cut", on("2", interrupted()));
  assert.deepEqual(end([run("a", passing())]), ["ok", 0]);
  assert.deepEqual(end([run("a", passing())], [MISSING]), ["missing", 1]);
  assert.deepEqual(end([], [MISSING]), ["missing", 1]);
  assert.deepEqual(end([cut, bad]), ["regression", 1]);
  assert.deepEqual(end([bad], [], ["broken"]), ["regression", 0]);
  assert.deepEqual(end([bad], [MISSING], ["none"]), ["regression", 0]);
  assert.deepEqual(end([cut]), ["interrupted", 130]);
  const { exitDetail } = merge(report([run("a", passing()), bad]), context);
  assert.equal(exitDetail, "slow: slower");
});

test("parts of one matrix are one, with the recommendation of the whole", () => {
  const whole = failing();
  const parts = [
    part(whole, (id) => id.includes("supportsTools=true")),
    part(whole, (id) => id.includes("supportsTools=false")),
  ];
  const merged = merge(report(parts.map((each, index) => run(`${index + 1}-of-2`, each))), context);
  assert.equal(merged.groups.length, 1);
  const result = merged.groups[0]?.result;
  assert.ok(result);
  resultSchema.parse(result);
  assert.deepEqual(
    result.cells.map(({ id }) => id).toSorted(),
    whole.cells.map(({ id }) => id).toSorted(),
  );
  assert.deepEqual(result.recommendation?.compat, whole.recommendation?.compat);
  assert.equal(result.recommendation?.because, whole.recommendation?.because);
});

test("however the cells are spread, the union is the whole", () => {
  const whole = failing();
  fc.assert(
    fc.property(
      fc.array(fc.nat(3), { minLength: whole.cells.length, maxLength: whole.cells.length }),
      (job) => {
        const place = new Map(whole.cells.map(({ id }, index) => [id, job[index]]));
        const runs = [0, 1, 2, 3]
          .map((index) =>
            run(
              String(index),
              part(whole, (id) => place.get(id) === index),
            ),
          )
          .filter(({ result }) => result.cells.length > 0);
        const { groups } = merge(report(runs), context);
        assert.equal(groups.length, 1);
        assert.deepEqual(groups[0]?.result.recommendation?.compat, whole.recommendation?.compat);
        assert.deepEqual(
          new Set(groups[0]?.result.cells.map(({ id }) => id)),
          new Set(whole.cells.map(({ id }) => id)),
        );
      },
    ),
  );
});

test("starts of different jobs stay different starts", () => {
  const whole = passing();
  const parts = [
    part(whole, (id) => id.includes("chat")),
    part(whole, (id) => id.includes("agent-turn")),
  ];
  const [group] = merge(
    report(parts.map((each, index) => run(String(index), each))),
    context,
  ).groups;
  const startsOf = (scenario: string) =>
    new Set(
      group?.result.cells
        .filter((cell) => cell.scenario === scenario)
        .flatMap(({ metrics }) => metrics.turnMs?.samples.map(({ start }) => start) ?? []),
    );
  const [one, two] = [startsOf("chat"), startsOf("agent-turn")];
  assert.ok(one.size > 0 && two.size > 0);
  assert.deepEqual(
    [...one].filter((start) => two.has(start)),
    [],
  );
});

test("a part whose cells all fail is no failure of the whole; a whole that fails is", () => {
  const whole = failing();
  const bad = { exitReason: "all-failed", exitDetail: "nothing works" } as const;
  const fails = { ...part(whole, (id) => id.includes("requiresStringContent=false")), ...bad };
  const works = part(whole, (id) => id.includes("requiresStringContent=true"));
  const together = merge(report([run("1", fails), run("2", works)]), context);
  assert.deepEqual([together.groups.length, together.exitReason], [1, "ok"]);
  assert.equal(mergedExitCode(together, DEFAULT), 0);
  const alone = merge(report([run("1", fails)]), context);
  assert.deepEqual([alone.exitReason, mergedExitCode(alone, DEFAULT)], ["all-failed", 1]);
});

test("other machines, other engines, other options, and the same cells again are groups of their own", () => {
  const half = (text: string) => (id: string) => id.includes(text);
  const one = part(passing(), half("chat"));
  const two = part(passing(), half("agent-turn"));
  const groups = (a: Result, b: Result) =>
    merge(report([run("a", a), run("b", b)]), context).groups.length;
  assert.equal(groups(one, two), 1);
  assert.equal(groups(one, one), 2);
  assert.equal(groups(one, on("other", two)), 2);
  assert.equal(groups(one, { ...two, plan: { ...two.plan, rounds: 9 } }), 2);
  const variants = two.variants.map((variant) => ({
    ...variant,
    engine: { ...variant.engine, sha256: "f".repeat(64) },
  }));
  assert.equal(groups(one, { ...two, variants }), 2);
  const other = two.cells.map((cell) => ({ ...cell, scenario: "chat", scenarioDigest: "other" }));
  assert.equal(groups(one, { ...two, cells: other }), 2);
});

test("parts on machines of different speed are recommended by what works alone, and it is said", () => {
  const whole = passing();
  const parts = [
    part(whole, (id) => id.includes("supportsTools=true")),
    part(whole, (id) => id.includes("supportsTools=false")),
  ].map((each, index) => ({
    ...each,
    environment: { ...each.environment, fingerprint: `cpu ${index}` },
  }));
  const { groups, notes } = merge(
    report(parts.map((each, index) => run(`m${index}`, each))),
    context,
  );
  assert.deepEqual([groups.length, groups[0]?.mixed], [1, true]);
  assert.match(notes.join(" "), /by what works alone, not by which is faster/);
});

test("how often one of several comparisons may be a false alarm is said with the number", () => {
  const runs = ["a", "b", "c", "d"].map((name) => run(name, on(name, noRegression())));
  const merged = merge(report(runs), context);
  assert.ok(Math.abs(merged.compared.falseAlarms - 0.1855) < 0.0001);
  assert.match(merged.notes.join(" "), /4 comparisons.*at most 5%.*at most 18\.5%/);
  assert.match(merged.notes.join(" "), /no verdict compares them/);
});

test("one order that contradicts none", () => {
  assert.deepEqual(
    inOneOrder([
      ["b", "d"],
      ["a", "b", "c"],
      ["c", "d"],
    ]),
    ["a", "b", "c", "d"],
  );
  assert.deepEqual(
    inOneOrder([
      ["a", "b"],
      ["b", "a"],
    ]),
    ["a", "b"],
  );
  assert.deepEqual(inOneOrder([]), []);
});
