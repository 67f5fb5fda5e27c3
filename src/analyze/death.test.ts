import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exchange } from "../drive/types.ts";
import type { EngineExit, OomFacts } from "../engine/types.ts";
import { type AttemptFacts, classify } from "./classify.ts";
import { classifyExit, memoryKiller } from "./death.ts";

const exit: EngineExit = {
  exitCode: null,
  signal: "SIGKILL",
  by: "itself",
  oomKills: 0,
  peak: { bytes: 1.98e9, kind: "rss", swapBytes: 0 },
  logTail: ["serving"],
  limitBytes: 2e9,
};
const oom = (
  source: OomFacts["source"],
  limitOf: OomFacts["limitOf"],
  limitBytes: number | null = 2e9,
): OomFacts => ({ source, limitOf, limitBytes });
const aborted = { ...exit, signal: "SIGABRT" };
const refused = "memory allocation of 2627177536 bytes failed";

/** How it ended, who did it, and what the evidence says. */
const DEATHS: [string, EngineExit, ReturnType<typeof memoryKiller>, RegExp][] = [
  ["a kill by hand", exit, null, /^signal SIGKILL, peak memory 1\.98 GB \| serving$/],
  [
    "the kernel, at its own cgroup's limit",
    { ...exit, oomKills: 1, oom: oom("engine-cgroup", "engine-cgroup") },
    "cgroup",
    /limit of its own cgroup, signal SIGKILL, peak memory 1\.98 GB, limit 2\.00 GB/,
  ],
  [
    "the kernel, at a limit around it",
    { ...exit, oomKills: 1, oom: oom("engine-cgroup", "outer-cgroup", 3e9) },
    "kernel",
    /a cgroup around it.*limit 3\.00 GB/,
  ],
  [
    "the kernel, out of the machine's memory",
    { ...exit, oomKills: 1, oom: oom("kernel-log", "machine", 16e9) },
    "kernel",
    /the machine had none left.*limit 16\.00 GB/,
  ],
  [
    "the kernel, by the whole machine's count",
    { ...exit, oomKills: 1, oom: oom("machine", null, null) },
    "kernel",
    /as its count for the whole machine says, signal SIGKILL, peak/,
  ],
  [
    "a shell around it tells of the kill",
    { ...exit, signal: null, exitCode: 137, oomKills: 1, oom: oom("our-cgroup", null) },
    "kernel",
    /killed for memory by the kernel, exit code 137/,
  ],
  [
    "the watchdog",
    { ...exit, by: "guard", guarded: { heldBytes: 2.1e9, newSwapBytes: null } },
    "watchdog",
    /ended by the watchdog at the memory limit, .*limit 2\.00 GB/,
  ],
  [
    "the watchdog, because of new swap",
    { ...exit, by: "guard", guarded: { heldBytes: 1e9, newSwapBytes: 4e8 } },
    "watchdog",
    /swapped out 0\.40 GB more/,
  ],
  [
    "watchdog and cgroup at once: the cgroup's count is sure",
    { ...exit, by: "guard", oomKills: 1, oom: oom("engine-cgroup", "engine-cgroup") },
    "cgroup",
    /its own cgroup/,
  ],
  [
    "watchdog, while the machine's count rose by another's kill",
    { ...exit, by: "guard", oomKills: 1, oom: oom("machine", null) },
    "watchdog",
    /watchdog/,
  ],
  [
    "the allocator",
    { ...aborted, logTail: [refused, "  0: frame"], addressSpaceBytes: 4e9 },
    "allocator",
    /^memory allocation of 2627177536 bytes failed, signal SIGABRT, peak memory 1\.98 GB, limit of the address space 4\.00 GB$/,
  ],
  [
    "the GPU's allocator",
    { ...aborted, logTail: ['DriverError(CUDA_ERROR_OUT_OF_MEMORY, "out of memory")'] },
    "allocator",
    /CUDA_ERROR_OUT_OF_MEMORY/,
  ],
  ["a fault of its own", { ...exit, signal: "SIGSEGV", oomKills: 1 }, null, /^signal SIGSEGV/],
  [
    "a panic",
    {
      ...exit,
      signal: null,
      exitCode: 101,
      logTail: ["thread 'engine' panicked at src/a.rs:1:1:", "index out of bounds", "  0: frame"],
    },
    null,
    /^exit code 101.* \| thread 'engine' panicked at src\/a\.rs:1:1: \| index out of bounds$/,
  ],
  ["our own stop", { ...exit, by: "us", oomKills: 1, oom: oom("machine", null) }, null, /SIGKILL/],
];

for (const [name, death, killer, evidence] of DEATHS) {
  test(`${name}: ${killer ?? "not for memory"}`, () => {
    assert.equal(memoryKiller(death), killer);
    const finding = classifyExit(death);
    assert.equal(finding.kind, killer === null ? "engine-crashed" : "out-of-memory");
    assert.match(finding.evidence ?? "", evidence);
  });
}

test("a journal from before the facts were kept is read as it was", () => {
  assert.equal(memoryKiller({ ...exit, oomKills: 1 }), "kernel");
  assert.equal(memoryKiller({ ...exit, by: "guard", oomKills: 1 }), "watchdog");
});

function exchange(requestBytes: number, end: Exchange["end"]["kind"]): Exchange {
  const tNs = 1e9;
  return {
    ...{ method: "POST", path: "/v1/chat/completions", step: 0, kind: "generate", stream: true },
    ...{ sentNs: 0, requestBytes, requestDigest: null, requestBody: null, connectMs: null },
    ...{ status: 200, headersNs: 1, headers: {}, segments: [] },
    end: end === "closed" ? { kind: end, tNs } : { kind: "reset", tNs, error: "gone" },
  };
}

const died = (over: Partial<AttemptFacts>, exited: Partial<EngineExit> = {}) =>
  classify({
    exchanges: [exchange(900, "closed"), exchange(48_000, "reset")],
    traces: [],
    toolNames: [],
    exit: { ...exit, by: "guard", ...exited },
    silentCpuMs: null,
    attached: false,
    ...over,
  }).evidence ?? "";

test("the prompt that did it: in tokens where they are known, else in bytes", () => {
  assert.match(
    died({ loggedPromptTokens: [20, 11_941] }),
    /; the prompt that did it: 11,941 prompt/,
  );
  assert.match(died({}, { lastPromptTokens: 6_012 }), /6,012 prompt tokens$/);
  assert.match(died({}), /the prompt that did it: 48,000 bytes$/);
  const exchanges = [exchange(100, "reset"), exchange(300, "reset"), exchange(200, "reset")];
  assert.match(
    died({ exchanges }, { lastPromptTokens: 7 }),
    /the largest of the 3 prompts under way: 300 bytes$/,
  );
  assert.doesNotMatch(died({ exchanges: [exchange(9, "closed")] }), /prompt/);
});
