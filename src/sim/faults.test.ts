/** Every knob that breaks something breaks it, over a socket, and nothing else. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import {
  type Answer,
  chat,
  chunks,
  events,
  get,
  HELLO,
  open,
  type Running,
  startSim,
} from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "sim-faults-"));
after(() => rmSync(folder, { recursive: true, force: true }));

async function withSim(
  knobs: string[],
  use: (sim: Running) => Promise<void>,
  options: Parameters<typeof startSim>[1] = {},
): Promise<void> {
  const sim = await startSim(knobs, options);
  try {
    await use(sim);
  } finally {
    await sim.stop();
  }
}

const STREAM = { ...HELLO, stream: true };
const LONG = { ...STREAM, messages: [{ role: "user", content: "all of it ".repeat(400) }] };
const PARTS = [{ role: "user", content: [{ type: "text", text: "Hello." }] }];
const TOOLS = [
  {
    type: "function",
    function: {
      name: "read",
      parameters: { properties: { path: { type: "string" } }, required: ["path"] },
    },
  },
];

const message = ({ body }: Answer) => JSON.parse(body).error.message as string;
const choice = ({ body }: Answer) => JSON.parse(body).choices[0];
const texts = ({ body }: Answer) =>
  chunks(body).map(({ choices }) => choices[0]?.delta.content ?? "");

describe("refusals", { concurrency: 4 }, () => {
  test("reject-arrays: 422 with the place in the body, for arrays only", () =>
    withSim(["reject-arrays", "nonce=n7"], async ({ port }) => {
      const refused = await chat(port, { ...HELLO, messages: PARTS });
      assert.equal(refused.status, 422);
      assert.equal(
        refused.body,
        "Failed to deserialize the JSON body into the target type: messages[0].content: invalid type: sequence, expected a string at line 1 column 38 n7",
      );
      assert.equal((await chat(port, HELLO)).status, 200);
    }));

  test("reject-tools: 400 that names tools, without tools nothing", () =>
    withSim(["reject-tools", "nonce=n7"], async ({ port }) => {
      const refused = await chat(port, { ...HELLO, tools: TOOLS });
      assert.equal(refused.status, 400);
      assert.match(message(refused), /tools.* n7$/);
      assert.equal((await chat(port, HELLO)).status, 200);
    }));

  test("window: 400 in inferrs's words; shorter prompts get what room there is", () =>
    withSim(["window=40", "nonce=n7"], async (sim) => {
      const refused = await chat(sim.port, LONG);
      assert.equal(refused.status, 400);
      assert.match(
        message(refused),
        /^Prompt length \(\d+ tokens\) exceeds the model's maximum context length \(40 tokens\)\. n7$/,
      );
      const { usage } = JSON.parse((await chat(sim.port, { ...HELLO, max_tokens: 500 })).body);
      assert.equal(usage.total_tokens, 40);
      assert.match(sim.log(), /WARN inferrs::server: Clamping max_tokens from 500 to \d+ /);
    }));

  test("flake: all of them, or some, the same ones every time", () =>
    withSim(["flake=0.5", "seed=3", "nonce=n7"], async (first) => {
      await withSim(["flake=0.5", "seed=3"], async (second) => {
        const seen: number[][] = [];
        for (const { port } of [first, second]) {
          const statuses: number[] = [];
          for (let index = 0; index < 12; index++) statuses.push((await chat(port, HELLO)).status);
          seen.push(statuses);
        }
        assert.deepEqual(seen[0], seen[1]);
        assert.deepEqual([...new Set(seen[0])].sort(), [200, 500]);
      });
    }));

  test("load-time and load-error", () =>
    withSim(
      ["load-time=2500", "load-error=weights are torn", "nonce=n7"],
      async ({ port, log }) => {
        const early = await get(port, "/health");
        assert.deepEqual([early.status, early.body], [503, '{"status":"loading"}']);
        assert.equal((await get(port, "/v1/models")).body, '{"object":"list","data":[]}');
        const refused = await chat(port, HELLO);
        assert.equal(refused.status, 500);
        assert.equal(message(refused), "Model load failed: weights are torn n7");
        const late = await get(port, "/health");
        assert.deepEqual([late.status, late.body], [500, '{"status":"error"}']);
        assert.match(log(), /ERROR inferrs::server: Model load failed: weights are torn/);
      },
      { until: "listening" },
    ));
});

describe("streams", { concurrency: 4 }, () => {
  test("truncate-after: no finish_reason, no [DONE], a clean end", () =>
    withSim(["truncate-after=3"], async ({ port }) => {
      const cut = await chat(port, STREAM);
      assert.equal(cut.broken, false);
      assert.equal(chunks(cut.body).length, 4);
      assert.ok(!cut.body.includes("[DONE]"));
      assert.ok(chunks(cut.body).every(({ choices }) => choices[0]?.finish_reason === null));
    }));

  test("error-after: as text with finish_reason error, streamed and whole", () =>
    withSim(["error-after=2", "nonce=n7"], async ({ port }) => {
      const failed = await chat(port, STREAM);
      const last = chunks(failed.body).at(-1)?.choices[0];
      assert.equal(last?.finish_reason, "error");
      assert.match(last?.delta.content ?? "", /^Error: .* n7$/);
      assert.equal(events(failed.body).length, 5);
      const whole = await chat(port, HELLO);
      assert.equal(choice(whole).finish_reason, "error");
      assert.equal(JSON.parse(whole.body).usage.completion_tokens, 0);
    }));

  test("error-form=event: as an event with an error", () =>
    withSim(["error-after=2", "error-form=event", "nonce=n7"], async ({ port }) => {
      const { body } = await chat(port, STREAM);
      assert.match(JSON.parse(events(body)[3] ?? "").error.message, / n7$/);
    }));

  test("silent-tokens: fewer chunks than tokens", () =>
    withSim(["silent-tokens=0.5"], async ({ port }) => {
      const { body } = await chat(port, { ...STREAM, max_tokens: 20 });
      assert.equal(chunks(body).length, 1 + 10 + 1);
      const whole = JSON.parse((await chat(port, { ...HELLO, max_tokens: 20 })).body);
      assert.equal(whole.usage.completion_tokens, 20);
    }));

  test("stop-early: ends by itself, the end mark counted", () =>
    withSim(["stop-early=4"], async ({ port }) => {
      const streamed = await chat(port, STREAM);
      assert.deepEqual(chunks(streamed.body).at(-1)?.choices[0], {
        ...{ index: 0, delta: {}, finish_reason: "stop" },
      });
      assert.equal(texts(streamed).filter((text) => text !== "").length, 3);
      const { usage } = JSON.parse((await chat(port, HELLO)).body);
      assert.equal(usage.completion_tokens, 4);
      assert.equal(choice(await chat(port, { ...HELLO, max_tokens: 2 })).finish_reason, "length");
    }));

  test("empty-reply: a finish and no text", () =>
    withSim(["empty-reply"], async ({ port }) => {
      const streamed = await chat(port, STREAM);
      assert.deepEqual(texts(streamed), ["", ""]);
      assert.equal(choice(await chat(port, HELLO)).message.content, "");
    }));

  test("usage: a usage chunk, only when asked", () =>
    withSim(["usage"], async ({ port }) => {
      const asked = { ...STREAM, stream_options: { include_usage: true } };
      const last = chunks((await chat(port, asked)).body).at(-1);
      assert.deepEqual([last?.choices, last?.usage?.completion_tokens], [[], 6]);
      assert.ok(!(await chat(port, STREAM)).body.includes("usage"));
    }));

  test("crawl: seconds for each token, after the first", () =>
    withSim(["crawl=0.1"], async ({ port }) => {
      const begun = performance.now();
      await chat(port, { ...STREAM, max_tokens: 4 });
      assert.ok(performance.now() - begun >= 299);
    }));

  test("tool-calls=structured: deltas that make up a call; text once a tool has answered", () =>
    withSim(["tool-calls=structured"], async (sim) => {
      const asked = { ...STREAM, max_tokens: 60, tools: TOOLS };
      const deltas = chunks((await chat(sim.port, asked)).body).map(({ choices }) => choices[0]);
      const calls = deltas.flatMap((part) => part?.delta.tool_calls ?? []);
      assert.deepEqual([calls[0]?.id, calls[0]?.function.name], ["call_0", "read"]);
      const spelled = calls.map((call) => call.function.arguments ?? "").join("");
      assert.deepEqual(JSON.parse(spelled), { path: "example" });
      assert.equal(deltas.at(-1)?.finish_reason, "tool_calls");
      const whole = choice(await chat(sim.port, { ...asked, stream: false }));
      assert.equal(whole.message.tool_calls[0].function.arguments, spelled);
      const messages = [...HELLO.messages, { role: "tool", content: "empty" }];
      assert.ok(choice(await chat(sim.port, { ...HELLO, tools: TOOLS, messages })).message.content);
      const none = { ...HELLO, tools: TOOLS, tool_choice: "none" };
      assert.equal(choice(await chat(sim.port, none)).message.tool_calls, undefined);
      assert.match(sim.log(), /tools provided — rendered natively/);
    }));

  test("tool-calls=prose: the call as text", () =>
    withSim(["tool-calls=prose"], async ({ port }) => {
      const { message: said } = choice(
        await chat(port, { ...HELLO, max_tokens: 60, tools: TOOLS }),
      );
      assert.deepEqual(JSON.parse(said.content), { name: "read", arguments: { path: "example" } });
    }));
});

describe("hanging", { concurrency: 4 }, () => {
  const body = JSON.stringify(STREAM);
  const path = "/v1/chat/completions";
  const type = "application/json";

  test("hang: the role chunk and nothing more; health still answers", () =>
    withSim(["hang"], async ({ port }) => {
      const response = await open(port, { method: "POST", path, body, type });
      const parts = response[Symbol.asyncIterator]();
      assert.match(String((await parts.next()).value), /"role":"assistant"/);
      const more = parts.next().then(
        () => "more",
        () => "broken",
      );
      const silence = new Promise((resolve) => setTimeout(resolve, 150, "silence"));
      assert.equal(await Promise.race([more, silence]), "silence");
      assert.equal((await get(port, "/health")).status, 200);
      response.destroy();
    }));

  test("hang=headers: not even headers", () =>
    withSim(["hang=headers"], async ({ port }) => {
      const signal = AbortSignal.timeout(150);
      await assert.rejects(open(port, { method: "POST", path, body, type, signal }), {
        name: "AbortError",
      });
    }));

  test("hang-above: only long prompts", () =>
    withSim(["hang-above=100", "hang=headers"], async ({ port }) => {
      assert.equal((await chat(port, STREAM)).status, 200);
      const signal = AbortSignal.timeout(150);
      const long = { method: "POST", path, body: JSON.stringify(LONG), type, signal };
      await assert.rejects(open(port, long), { name: "AbortError" });
    }));
});

describe("dying", { concurrency: 4 }, () => {
  let files = 0;
  async function dies(
    knobs: string[],
    request: object,
  ): Promise<[Running, Answer | null, Account]> {
    const file = join(folder, `state-${files++}.json`);
    const sim = await startSim(knobs, { args: ["--state", file] });
    try {
      assert.equal((await chat(sim.port, STREAM)).status, 200);
      const last = await chat(sim.port, request).catch(() => null);
      await sim.ended;
      return [sim, last, JSON.parse(readFileSync(file, "utf8"))];
    } finally {
      await sim.stop();
    }
  }
  interface Account {
    rssBytes: number;
    peakBytes: number;
    oomKills: number;
  }

  test("die-above: SIGKILL after the role chunk, in the account as a kill for memory", async () => {
    const [sim, last, account] = await dies(["die-above=300", "memory-per-token=1MiB"], LONG);
    assert.deepEqual(await sim.ended, { code: null, signal: "SIGKILL" });
    assert.deepEqual([last?.broken, chunks(last?.body ?? "").length], [true, 1]);
    assert.equal(account.oomKills, 1);
    assert.ok(account.peakBytes > 300 * 2 ** 20);
    assert.equal(sim.errors(), "");
  });

  test("die-by=abort: the allocator's line, SIGABRT", async () => {
    const [sim, , account] = await dies(["die-above=300", "die-by=abort", "nonce=n7"], LONG);
    assert.deepEqual(await sim.ended, { code: null, signal: "SIGABRT" });
    assert.match(sim.errors(), /^memory allocation of \d+ bytes failed n7\nstack backtrace:\n/);
    assert.equal(account.oomKills, 1);
  });

  for (const [curve, each] of [
    ["linear", "1MiB"],
    ["quadratic", "1KiB"],
    ["stepped", "2GiB"],
  ])
    test(`memory-limit with a ${curve} curve`, async () => {
      const knobs = [`memory-curve=${curve}`, `memory-per-token=${each}`, "memory-limit=600MiB"];
      const [sim, , account] = await dies(
        curve === "stepped" ? [...knobs, "memory-limit=2.5GiB"] : knobs,
        curve === "stepped" ? { ...LONG, messages: [...LONG.messages, ...LONG.messages] } : LONG,
      );
      assert.equal((await sim.ended).signal, "SIGKILL");
      assert.ok(account.peakBytes > 600 * 2 ** 20);
    });

  test("memory that suffices: the account follows the prompt, and nobody dies", async () => {
    const file = join(folder, "alive.json");
    const knobs = ["memory-base=100MB", "memory-per-token=1MB", "memory-limit=10GB"];
    await withSim(
      knobs,
      async ({ port }) => {
        const read = (): Account => JSON.parse(readFileSync(file, "utf8"));
        assert.deepEqual([read().rssBytes, read().peakBytes], [100e6, 100e6]);
        const { usage } = JSON.parse((await chat(port, HELLO)).body);
        const peak = 100e6 + usage.prompt_tokens * 1e6;
        assert.deepEqual([read().rssBytes, read().peakBytes, read().oomKills], [100e6, peak, 0]);
      },
      { args: ["--state", file] },
    );
  });

  test("crash-after: exit 101 with the reason, not for memory", async () => {
    const [sim, last, account] = await dies(["crash-after=1", "nonce=n7"], HELLO);
    assert.equal(last, null);
    assert.deepEqual(await sim.ended, { code: 101, signal: null });
    assert.match(sim.errors(), /panicked at .*\n.* n7\n/);
    assert.equal(account.oomKills, 0);
  });
});
