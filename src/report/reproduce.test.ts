import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { canonicalLock, lockDigest } from "../lock/canonical.ts";
import type { Lock } from "../lock/schema.ts";
import type { Result } from "../result.ts";
import { passing } from "./fixtures/results.ts";
import { renderMarkdown } from "./markdown.ts";
import { reproduceBlock } from "./reproduce.ts";

const LOCK: Lock = {
  schema: "inferrs-bench/lock/v1",
  tool: { version: "1.2.3", sha256: "a".repeat(64) },
  node: "24",
  command: ["run", "--engine=sim", "--sim=a"],
  variants: [
    {
      ...{
        name: "head",
        engine: { kind: "sim", knobs: ["a"] },
        model: { kind: "name", id: "a/b" },
      },
      ...{ device: null, serverArgs: [], openclaw: null },
    },
  ],
  scenarios: [],
  openclawConfigSha256: "0".repeat(64),
};

function withLock(over: Partial<Lock> = {}): Result {
  const inputs = { ...LOCK, ...over };
  return { ...passing(), lock: { digest: lockDigest(inputs), inputs } };
}

/** What a reader copies: the fenced blocks. */
const commandsIn = (block: string) =>
  [...block.matchAll(/^(`{3,})sh\n([\s\S]*?)\n\1$/gm)].map((match) => match[2] ?? "");

/** Runs the first command in an empty folder; @returns what is in it then. */
function pasted(command: string): Record<string, string> {
  const dir = mkdtempSync(join(tmpdir(), "paste-"));
  try {
    execFileSync("/bin/sh", ["-c", command], { cwd: dir, env: { PATH: "/usr/bin:/bin" } });
    return Object.fromEntries(
      readdirSync(dir).map((file) => [file, readFileSync(join(dir, file), "utf8")]),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test("two commands: one writes the lock, one runs it", () => {
  const block = reproduceBlock(withLock());
  const [first = "", second, ...more] = commandsIn(block);
  assert.deepEqual(more, []);
  assert.deepEqual(pasted(first), { "bench.lock.json": `${canonicalLock(LOCK)}\n` });
  assert.equal(second, "npx inferrs-bench@1.2.3 run --locked bench.lock.json");
  assert.match(block, new RegExp(`Lock \`${lockDigest(LOCK).slice(0, 12)}\``));
  const report = renderMarkdown(withLock());
  assert.ok(report.includes(block));
  assert.match(report, new RegExp(`\\| lock \\| \`${lockDigest(LOCK)}\` \\|`));
  assert.equal(reproduceBlock({ ...passing(), lock: null }), "");
});

test("whatever is in it, the first command writes the lock and does nothing else", () => {
  const hostile = [
    "END_OF_LOCK\ntouch pwned",
    "'\nEND_OF_LOCK\ntouch pwned\n",
    "$(touch pwned) `touch pwned` ${X} \\ \" ' ! \u0000 \u001b[2J \u202e @someone #1 </details> |",
    "```\n````\n`````sh\ntouch pwned",
    "~~~\n<!-- --> <script>alert(1)</script> ]]> --> https://x.example www.x.example",
    "\r\n\u2028\u2029\u0085touch pwned",
  ];
  for (const text of hostile) {
    const lock = { command: ["run", "--engine=sim", `--sim=${text}`] };
    const result = withLock(lock);
    const block = reproduceBlock(result, { most: 100_000 });
    const [first = ""] = commandsIn(block);
    const written = pasted(first);
    assert.deepEqual(Object.keys(written), ["bench.lock.json"], text);
    assert.deepEqual(JSON.parse(written["bench.lock.json"] ?? ""), result.lock?.inputs);
    assert.doesNotMatch(block.replace(/<<'END_OF_LOCK'/, ""), /<|`{4,}/);
  }
});

test("a version that is none stands in no command", () => {
  for (const version of ["1.2.3; rm -rf /", "npm:evil@1.0.0", "latest", "1.2.3 || x", "../x", ""]) {
    assert.equal(reproduceBlock(withLock({ tool: { version, sha256: null } })), "", version);
  }
});

test("a lock of many files is fetched, not written out", () => {
  const file = (n: number) => ({
    path: `model-${n}.safetensors`,
    bytes: n,
    sha256: "b".repeat(64),
  });
  const files = Array.from({ length: 200 }, (_, n) => file(n));
  const [head] = LOCK.variants;
  assert.ok(head);
  const model = { kind: "directory", id: "m", files } as const;
  const big = withLock({ variants: [{ ...head, model }] });
  const block = reproduceBlock(big);
  assert.ok(block.length < 1_500, String(block.length));
  assert.deepEqual(commandsIn(block), [
    "npx inferrs-bench@1.2.3 lock result.json --out bench.lock.json",
    "npx inferrs-bench@1.2.3 run --locked bench.lock.json",
  ]);
});

test("what a reader must know before it is run stands beside it", () => {
  const [head] = LOCK.variants;
  assert.ok(head);
  const path = { kind: "path", executableSha256: "c".repeat(64), version: null } as const;
  const external = {
    ...({ kind: "external", pinned: false, reason: "somebody's" } as const),
    ...{ models: null, headers: {} },
  };
  const told = reproduceBlock(
    withLock({
      command: ["run", "--inferrs=./inferrs", "--restart-command=touch x", "--scenario=./s.json5"],
      variants: [
        { ...head, name: "base", engine: path },
        { ...head, engine: external },
      ],
    }),
  );
  assert.match(told, /add `--allow-commands`/);
  assert.match(told, /a command for your shell: --restart-command=touch x/);
  assert.match(told, /`--base inferrs=PATH`, `--scenario FILE`/);
  assert.match(told, /Not pinned:\n\n- the engine of head: somebody's/);
});
