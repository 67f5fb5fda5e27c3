import assert from "node:assert/strict";
import { test } from "node:test";
import { historyReport, keptHistory } from "../analyze/history/report.ts";
import type { BenchEnd } from "../bench.ts";
import { failed } from "../end.ts";
import { InputError } from "../inputs/error.ts";
import { COMPARISONS } from "../report/fixtures/comparisons.ts";
import { sampleResult } from "../testing/github/result.ts";
import { lineOf, linesOf } from "../testing/history.ts";
import type { Publisher } from "./actions-core.ts";
import { NOTHING_NEW } from "./comment.ts";
import { failureReason, publish } from "./publish.ts";
import { SUMMARY_LIMIT_BYTES } from "./summary.ts";

/** Writes down what is said, in order. */
function recorder(failSummary = false): { core: Publisher; said: string[] } {
  const said: string[] = [];
  const summary = {
    addRaw: (text: string) => {
      said.push(`summary ${text}`);
      return summary;
    },
    write: () => (failSummary ? Promise.reject(new Error("read-only")) : Promise.resolve(summary)),
  };
  const say = (kind: string) => (message: string | Error) => {
    said.push(`${kind} ${String(message)}`);
  };
  const core = {
    setOutput: (name: string, value: unknown) => said.push(`output ${name}=${String(value)}`),
    error: say("error"),
    warning: say("warning"),
    notice: say("notice"),
    info: say("info"),
    summary,
  };
  return { core: core as unknown as Publisher, said };
}

const fine: BenchEnd = {
  exitCode: 0,
  result: sampleResult(),
  outDir: "/o",
  files: [],
  error: null,
};

test("outputs, summary and annotations are out before GitHub is asked", async () => {
  const { core, said } = recorder();
  let before: string[] = [];
  let posted = "";
  await publish(fine, {
    core,
    commentId: "x",
    comment: async (body) => {
      before = [...said];
      posted = body(null);
      return { kind: "created", url: "https://g/1" };
    },
  });
  const kinds = before.map((line) => line.split(" ")[0]);
  assert.ok(kinds.includes("output") && kinds.includes("summary") && kinds.includes("notice"));
  assert.ok(posted.trimStart().startsWith("<!-- inferrs-bench:x -->"));
  assert.ok(posted.length <= 65_536);
  assert.equal(said.at(-1), "info Comment created: https://g/1");
});

test("no comment: why, and nothing fails; a warning also has what it would have said", async () => {
  const { core, said } = recorder();
  const told = async (because?: "nobody" | "fork" | "permission" | "moved") => {
    const end = { kind: "skipped", reason: "no\n::error::way" } as const;
    const comment = async () => (because === undefined ? end : { ...end, because });
    await publish(fine, { core, commentId: "x", comment });
    return said.at(-1);
  };
  const text = "No comment on the pull request: no ::error::way.";
  const verdict = "It would have said: Agent turns work, with tools";
  assert.ok((await told())?.startsWith(`warning ${text} ${verdict}`));
  assert.ok((await told("permission"))?.startsWith(`warning ${text} ${verdict}`));
  assert.equal(await told("fork"), `notice ${text}`);
  assert.equal(await told("nobody"), `info ${text}`);
  assert.equal(await told("moved"), `info ${text}`);
  await publish(fine, { core, commentId: "x", comment: "no token" });
  assert.match(said.at(-1) ?? "", /^warning No comment on the pull request: no token\./);
});

test("a history in a branch comes after the summary, below it and in the comment; worse is a notice", async () => {
  const { core, said } = recorder();
  const kept = keptHistory(lineOf(1300, 50), linesOf(12), ["Added."]);
  let before: string[] = [];
  let posted = "";
  await publish(fine, {
    core,
    commentId: "x",
    comment: async (body) => {
      posted = body(null);
      return { kind: "created", url: "https://g/1" };
    },
    history: async () => {
      before = [...said];
      return { kept, warnings: ["no\npermission"] };
    },
  });
  assert.ok(before.some((line) => line.startsWith("summary")));
  assert.ok(said.some((line) => line.startsWith("summary #### History")));
  assert.match(posted, /<summary>History</);
  assert.ok(said.includes("warning no permission"));
  assert.ok(said.some((line) => line.startsWith("notice Worse than earlier runs foretell")));
});

test("the longest report leaves room in the summary for a history in a branch", async () => {
  const { core, said } = recorder();
  const warnings = Array.from({ length: 4000 }, (_, n) => ({
    code: `c${n}`,
    text: "w".repeat(390),
  }));
  const end = { ...fine, result: sampleResult({ warnings }) };
  const kept = keptHistory(lineOf(1000, 50), linesOf(12), []);
  const history = async () => ({ kept, warnings: [] });
  await publish(end, { core, commentId: "x", comment: null, history });
  const written = said.filter((line) => line.startsWith("summary ")).map((line) => line.slice(8));
  assert.equal(written.length, 2);
  assert.ok(Buffer.byteLength(written[0] ?? "") > 800_000, "as much as there is room for");
  assert.ok(Buffer.byteLength(written.join("")) <= SUMMARY_LIMIT_BYTES);
});

test("a history that was kept in a folder is in the summary already; a mistake loses nothing", async () => {
  const { core, said } = recorder();
  const history = historyReport(keptHistory(lineOf(1000, 50), linesOf(12), ["Added."]));
  await publish({ ...fine, history }, { core, commentId: "x", comment: null });
  assert.equal(said.filter((line) => line.startsWith("summary")).length, 1);
  assert.match(said.find((line) => line.startsWith("summary")) ?? "", /#### History/);
  assert.ok(!said.some((line) => line.startsWith("notice Worse")));
  const failing = () => Promise.reject(new TypeError("oops"));
  const comment = async () => ({ kind: "updated" as const, url: "https://g/1" });
  await publish(fine, { core, commentId: "x", comment, history: failing });
  assert.ok(said.includes("warning No history: inferrs-bench made a mistake (oops)"));
  assert.equal(said.at(-1), "info Comment updated: https://g/1");
});

test("inconclusive: a neutral check, and no warning beside it", async () => {
  const { core, said } = recorder();
  const checks: { title: string; summary: string }[] = [];
  const updates: string[] = [];
  const check = async (text: { title: string; summary: string }, onlyUpdate = false) => {
    if (onlyUpdate) updates.push(text.title);
    else checks.push(text);
    return { kind: onlyUpdate ? ("updated" as const) : ("created" as const), url: "https://g/c" };
  };
  const end = { ...fine, result: COMPARISONS.inconclusive() };
  await publish(end, { core, commentId: "x", comment: null, check });
  assert.equal(checks.length, 1);
  assert.match(checks[0]?.title ?? "", /^Inconclusive: /);
  assert.ok(checks[0]?.summary.startsWith("### ⚠️ Inconclusive"));
  assert.ok(said.includes("info Neutral check created: https://g/c"));
  assert.ok(!said.some((line) => line.startsWith("warning Inconclusive")));
  await publish(
    { ...fine, result: COMPARISONS.regression() },
    { core, commentId: "x", comment: null, check },
  );
  assert.equal(checks.length, 1, "a verdict needs none");
  assert.match(updates.join(), /^Regression: /, "one of an earlier attempt says it, too");
  assert.ok(said.includes("info Check of an earlier attempt updated: https://g/c"));
});

test("inconclusive without a check: a warning that says why, also after a mistake of ours", async () => {
  const warned = async (check: Parameters<typeof publish>[1]["check"] & {}) => {
    const { core, said } = recorder();
    const end = { ...fine, result: COMPARISONS.inconclusive() };
    await publish(end, { core, commentId: "x", comment: null, check });
    return said.find((line) => line.startsWith("warning Inconclusive")) ?? "";
  };
  const reason = 'the token may not write checks; give the job "permissions: checks: write"';
  assert.match(await warned(async () => ({ kind: "skipped", reason })), /may not write checks/);
  assert.match(await warned("the input github-token is empty"), /github-token is empty/);
  assert.match(await warned(() => Promise.reject(new TypeError("oops"))), /a mistake \(oops\)/);
});

test("a step that fails for a regression says it in its reason", () => {
  const end = { ...fine, exitCode: 1, result: COMPARISONS.regression() };
  assert.match(failureReason(end) ?? "", /^Regression: decode of agent-turn/);
});

test("a mistake while commenting loses nothing", async () => {
  const { core, said } = recorder();
  const comment = () => Promise.reject(new TypeError("oops"));
  await publish(fine, { core, commentId: "x", comment });
  assert.match(said.at(-1) ?? "", /inferrs-bench made a mistake \(oops\)/);
});

test("a summary that can't be written is a warning, and the comment still comes", async () => {
  const { core, said } = recorder(true);
  const comment = async () => ({ kind: "updated" as const, url: "https://g/1" });
  await publish(fine, { core, commentId: "x", comment });
  assert.ok(said.includes("warning No job summary: read-only"));
  assert.equal(said.at(-1), "info Comment updated: https://g/1");
});

test("a comment that nobody wants is not spoken of", async () => {
  const { core, said } = recorder();
  await publish(fine, { core, commentId: "x", comment: null });
  assert.ok(
    !said.some((line) => /comment/i.test(line.split("\n")[0] ?? "") && !line.startsWith("summary")),
  );
});

test("bad input: exit 2, told in the outputs and, untouched by Markdown, in the summary", async () => {
  const about = { input: "model", value: "**x**\n# y", expected: "z", mend: "" };
  const end = failed(new InputError(about));
  assert.equal(end.exitCode, 2);
  const { core, said } = recorder();
  await publish(end, { core, commentId: "", comment: null });
  assert.ok(said.includes("output exit-reason=invalid-input"));
  const summary = said.find((line) => line.startsWith("summary")) ?? "";
  assert.match(summary, /\n {4}model: got "\*\*x\*\*\n {4}# y"/);
});

test("the reason for failing is one sentence on one line", () => {
  assert.equal(failureReason(fine), null);
  assert.equal(failureReason({ ...fine, exitCode: 3, error: { message: "a\nb" } }), "a b");
  const stack = { message: "Error: oops\n    at f (x.js:1:1)" };
  assert.equal(failureReason({ ...fine, exitCode: 70, error: stack }), "Error: oops");
  const detail = sampleResult({ exitReason: "all-failed", exitDetail: "Nothing works." });
  assert.equal(failureReason({ ...fine, exitCode: 1, result: detail }), "Nothing works.");
  assert.equal(
    failureReason({ ...fine, exitCode: 1, result: null }),
    "inferrs-bench ended with exit code 1.",
  );
});

test("on-change: a run with nothing to say only brings a comment up to date, and says so in the log", async () => {
  const calls: boolean[] = [];
  const comment = async (_body: unknown, onlyUpdate = false) => {
    calls.push(onlyUpdate);
    return onlyUpdate
      ? { kind: "skipped" as const, reason: NOTHING_NEW }
      : { kind: "created" as const, url: "https://g/1" };
  };
  const { core, said } = recorder();
  const quiet = { ...fine, result: COMPARISONS.noRegression() };
  await publish(quiet, { core, commentId: "x", comment, when: "on-change" });
  assert.match(said.at(-1) ?? "", /^info No comment on the pull request: there is nothing to say/);
  await publish(quiet, { core, commentId: "x", comment, when: "always" });
  const loud = { ...fine, result: COMPARISONS.regression() };
  await publish(loud, { core, commentId: "x", comment, when: "on-change" });
  await publish(loud, { core, commentId: "x", comment, when: "never" });
  assert.deepEqual(calls, [true, false, false]);
});

test("the comment tells of the commit, and carries on what the one of before had", async () => {
  const { core } = recorder();
  const bodies: string[] = [];
  const post = (commit: string, result = COMPARISONS.regression()) =>
    publish(
      { ...fine, result },
      {
        ...{ core, commentId: "x", commit },
        comment: async (body) => {
          bodies.push(body(bodies.at(-1) ?? null));
          return { kind: "updated", url: "https://g/1" };
        },
      },
    );
  await post("a".repeat(40));
  await post("b".repeat(40), { ...COMPARISONS.noRegression(), startedAt: "2026-05-05T10:00:00Z" });
  assert.match(bodies[1] ?? "", /Earlier verdicts of this pull request \(1\)/);
  assert.match(bodies[1] ?? "", /- ❌ 2026-05-04 10:00 aaaaaaa \*\*Regression\*\*: decode/);
  assert.ok(bodies[1]?.startsWith("<!-- inferrs-bench:x -->\n### "));
});

test("a summary that can't be rendered loses neither outputs nor annotations nor what comes after", async () => {
  const { core, said } = recorder();
  const result = sampleResult();
  Object.defineProperty(result, "overhead", {
    get() {
      throw new Error("Invalid array length");
    },
  });
  await publish({ ...fine, result }, { core, commentId: "x", comment: "no token" });
  assert.ok(said.some((line) => line.startsWith("output result=")));
  assert.ok(said.some((line) => /^warning No job summary: .*\(Invalid array length\)/.test(line)));
  assert.ok(said.some((line) => line.startsWith("notice ")));
  assert.match(said.at(-1) ?? "", /No comment on the pull request: no token/);
});
