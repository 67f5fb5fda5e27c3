import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "../result.ts";
import { failing, hostile, interrupted, passing, scaled } from "./fixtures/results.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTable } from "./terminal.ts";

const every = { passing, failing, scaled, interrupted, hostile };
const table = (result: ReturnType<typeof passing>, columns = 80) =>
  renderTable(result, {
    columns,
    color: false,
    files: [{ name: "report.md", path: "/tmp/x/report.md" }],
  });

test("the first words say whether it works, what to set, and what it costs", () => {
  const start = renderMarkdown(failing()).slice(0, 420);
  assert.match(start, /only without tools \(chat only\)/);
  assert.match(start, /requiresStringContent: true and supportsTools: false/);
  assert.match(renderMarkdown(passing()).slice(0, 120), /Agent turns work, with tools, with every/);
});

test("simulated, synthetic, scaled and interrupted results say so at once, everywhere", () => {
  for (const render of [renderMarkdown, table]) {
    assert.match(render(passing()).slice(0, 300), /SIMULATED/);
    const small = render(scaled()).slice(0, 600);
    assert.match(small, /SYNTHETIC MODEL/);
    assert.match(small, /10% of\s+OpenClaw's size/);
    assert.match(small, /not an\s+agent\s+verdict\s+at\s+full\s+size/);
    assert.match(render(interrupted()).slice(0, 500), /INTERRUPTED: stopped by SIGINT/);
  }
});

test("a set-up that failed is told with its reason, as one sentence", () => {
  const exitDetail = "inferrs 0.0.1 is refused: its SHA-256 is a, but b. Don't run it.";
  const failed: Result = { ...passing(), status: "failed", exitReason: "setup-failed", exitDetail };
  for (const render of [renderMarkdown, table]) {
    const text = render(failed);
    assert.match(text, /FAILED: inferrs 0\.0\.1 is refused/);
    assert.doesNotMatch(text, /Don't\s+run\s+it\.\./);
  }
});

test("a failure is told once, with the server's words, what they mean and what mends it", () => {
  const text = renderMarkdown(failing());
  assert.equal(text.match(/\*\*http-error\*\*/g)?.length, 1);
  assert.match(text, /HTTP 400: no/);
  assert.match(text, /\*\*out-of-memory\*\*: .*12 prompt tokens, peak memory 1 GB/);
  assert.match(text, /What mends it:/);
});

test("where the engine came from is told: release, commit, file, digest and who vouched for it", () => {
  const result = passing();
  const told = (source: Result["variants"][number]["engine"]["source"]) => {
    for (const variant of result.variants) variant.engine.source = source;
    return /^\| engine from \| (.*) \|$/m.exec(renderMarkdown(result))?.[1];
  };
  const assetSha256 = "ab".repeat(32);
  const release = {
    kind: "release",
    version: "0.0.20260424164259",
    tag: "0.0.20260424164259",
    commit: null,
    asset: "inferrs-aarch64-apple-darwin.tar.gz",
    assetSha256,
    verifiedBy: "table",
  } as const;
  assert.equal(
    told(release),
    `release \`0.0.20260424164259\`, tag \`0.0.20260424164259\`, commit unknown, \`inferrs-aarch64-apple-darwin.tar.gz\` with SHA-256 \`${assetSha256}\`, verified by the table of digests in this tool`,
  );
  assert.match(
    told({ ...release, commit: "c0ffee", verifiedBy: "api" }) ?? "",
    /commit `c0ffee`.*API/,
  );
  assert.match(
    told({ kind: "url", url: "https://x.example/a.zip", assetSha256 }) ?? "",
    /^`https:\/\/x\.example\/a\.zip` with SHA-256 `(ab)+`, verified by the digest that was given$/,
  );
  assert.equal(told({ kind: "path" }), "a file of the user's");
  assert.equal(told(null), undefined);
});

test("every table row has as many cells as its header", () => {
  for (const [name, make] of Object.entries(every)) {
    let width = 0;
    let fenced = "";
    for (const line of renderMarkdown(make()).split("\n")) {
      const mark = /^`{3,}/.exec(line)?.[0] ?? "";
      if (mark !== "" && (fenced === "" || mark === fenced)) fenced = fenced === "" ? mark : "";
      if (fenced !== "" || !line.startsWith("|")) {
        width = 0;
        continue;
      }
      const cells = line.replace(/\\\|/g, "").split("|").length;
      if (width === 0) width = cells;
      assert.equal(cells, width, `${name}: ${line}`);
    }
  }
});

test("the terminal's table never passes its width", () => {
  for (const make of Object.values(every)) {
    for (const columns of [80, 60, 120]) {
      for (const line of table(make(), columns).split("\n")) {
        assert.ok([...line].length <= columns, `${[...line].length} > ${columns}: ${line}`);
      }
    }
  }
});

test("hostile text stays text", () => {
  for (const text of [renderMarkdown(hostile()), table(hostile())]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066]/);
  }
  const outside = withoutCode(renderMarkdown(hostile()));
  assert.doesNotMatch(outside, /<(?!\/?(details|summary|br|wbr|sub)\b)/, "no tag but ours");
  assert.equal(outside.match(/<details>/g)?.length, outside.match(/<\/details>/g)?.length);
  assert.doesNotMatch(outside, /@[a-z]/i, "no mention");
  assert.doesNotMatch(outside, /(?<!\\)\]\(/, "no link");
  assert.doesNotMatch(outside, /https?:\/\/|www\.\w/, "no autolink");
  assert.doesNotMatch(outside, /^::error/m);
  assert.doesNotMatch(table(hostile()), /^::error/m, "a log line that GitHub would obey");
});

/** What GitHub doesn't take as code. */
function withoutCode(markdown: string): string {
  return markdown.replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, "").replace(/`[^`\n]*`/g, "");
}

test("a budget leaves out the least important parts, and says so", () => {
  const whole = renderMarkdown(failing());
  const short = renderMarkdown(failing(), { budget: 3000 });
  assert.ok(short.length <= 3000 && short.length < whole.length);
  assert.match(short, /Left out for want of room: .*all metrics/);
  assert.match(short, /out-of-memory/);
});

test("the marker stands first, and JSON is the result", () => {
  assert.ok(renderMarkdown(passing(), { marker: "<!-- m -->" }).startsWith("<!-- m -->\n"));
  assert.deepEqual(JSON.parse(renderJson(passing())), passing());
});

test("the model's commit and files, and what the engine chose, are told", () => {
  const result = passing();
  const [variant] = result.variants;
  assert.ok(variant);
  const file = { path: "model.safetensors", bytes: 10_300_000_000, sha256: "d1ge57" };
  const config = { path: "config.json", bytes: 700, sha256: "c0" };
  const source = { id: "org/base", revision: "main", commit: "b".repeat(40), files: [config] };
  variant.model.provenance = {
    kind: "hub",
    id: "org/model",
    revision: "main",
    commit: "a".repeat(40),
    files: [config, file],
    tokenizer: source,
  };
  variant.server.chosen = { ...variant.server.chosen, quantization: "Q4K", turboQuant: "8" };
  const text = renderMarkdown(result);
  assert.match(text, /\| model revision \| `main`, commit `a{40}` \|/);
  assert.match(text, /\| model files \| 2, 10\.3 GB; `model\.safetensors` has SHA-256 `d1ge57` \|/);
  assert.match(text, /\| config and tokenizer \| `org\/base` at `main`, commit `b{40}`/);
  assert.match(text, /\| served with \| quantization Q4K, TurboQuant bits 8 \(by the engine/);
  assert.doesNotMatch(renderMarkdown(passing()), /served with|model revision/);
});
