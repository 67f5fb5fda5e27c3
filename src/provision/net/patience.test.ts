import assert from "node:assert/strict";
import { test } from "node:test";
import { askedWaitMs, backOffMs } from "./patience.ts";

const NOW = Date.UTC(2026, 0, 1);

test("as the server asks: seconds, a date, GitHub's reset, the hub's", () => {
  const reset = String(NOW / 1000 + 90);
  for (const [headers, expected] of [
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after": 7 }, 7000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" }, 60_000],
    [{ "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, 0],
    [{ "retry-after": "7", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset }, 7000],
    [{ "retry-after": "soon", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset }, 90_000],
    [{ "x-ratelimit-remaining": 0, "x-ratelimit-reset": Number(reset) }, 90_000],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" }, 1000],
    [{ "x-ratelimit-remaining": "3", "x-ratelimit-reset": reset }, null],
    [{ "x-ratelimit-remaining": "0" }, null],
    [{ ratelimit: '"api";r=0;t=42' }, 42_000],
    [{ ratelimit: '"api";r=0' }, null],
    [{}, null],
  ] as [Record<string, string | number>, number | null][]) {
    assert.equal(
      askedWaitMs((name) => headers[name], NOW),
      expected,
      JSON.stringify(headers),
    );
  }
});

test("else it waits longer each time", () => {
  assert.deepEqual([1, 2, 3, 4].map(backOffMs), [1000, 2000, 4000, 8000]);
});
