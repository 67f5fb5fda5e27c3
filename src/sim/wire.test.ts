/** What an undisturbed simulator answers; that inferrs answers the same is parity.test.ts's matter. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chat, chunks, events, get, HELLO, open, post, type Running, startSim } from "./testing.ts";

describe("the wire", () => {
  let sim: Running;
  before(async () => {
    sim = await startSim();
  });
  after(() => sim.stop());

  test("health and models", async () => {
    assert.equal((await get(sim.port, "/health")).body, '{"status":"ok"}');
    const models = JSON.parse((await get(sim.port, "/v1/models")).body);
    assert.equal(models.data[0].id, "test/model");
  });

  test("a stream: role, a chunk per token, the last with finish_reason, no usage, [DONE]", async () => {
    const asked = { ...HELLO, stream: true, stream_options: { include_usage: true } };
    const { body, rawHeaders } = await chat(sim.port, asked);
    assert.deepEqual(rawHeaders.slice(0, 4), [
      ...["content-type", "text/event-stream", "cache-control", "no-cache"],
    ]);
    const [role, ...tokens] = chunks(body);
    assert.deepEqual(role?.choices[0]?.delta, { role: "assistant" });
    assert.equal(tokens.length, 6);
    assert.ok(tokens.every(({ choices }) => (choices[0]?.delta.content ?? "") !== ""));
    assert.deepEqual(
      tokens.map(({ choices }) => choices[0]?.finish_reason),
      [null, null, null, null, null, "length"],
    );
    assert.equal(events(body).at(-1), "[DONE]");
    assert.ok(!body.includes("usage"));
  });

  test("the same request has the same reply, streamed or whole, as string or as parts", async () => {
    const streamed = await chat(sim.port, { ...HELLO, stream: true });
    const text = chunks(streamed.body)
      .map(({ choices }) => choices[0]?.delta.content ?? "")
      .join("");
    const parts = [{ type: "text", text: HELLO.messages[0]?.content }];
    for (const content of [HELLO.messages[0]?.content, parts]) {
      const messages = [{ role: "user", content }];
      const whole = JSON.parse((await chat(sim.port, { ...HELLO, messages })).body);
      assert.equal(whole.choices[0].message.content, text);
      assert.equal(whole.usage.completion_tokens, 6);
    }
  });

  test("max_completion_tokens wins over max_tokens; without either the reply ends by itself", async () => {
    const both = { messages: HELLO.messages, max_tokens: 9, max_completion_tokens: 3 };
    assert.equal(JSON.parse((await chat(sim.port, both)).body).usage.completion_tokens, 3);
    const { choices } = JSON.parse((await chat(sim.port, { messages: HELLO.messages })).body);
    assert.equal(choices[0].finish_reason, "stop");
  });

  test("it can add", async () => {
    const messages = [{ role: "user", content: "What is 2 + 2?" }];
    const { choices } = JSON.parse((await chat(sim.port, { messages, max_tokens: 8 })).body);
    assert.match(choices[0].message.content, /^4\b/);
  });

  test("a stop text ends the reply before it", async () => {
    const whole = JSON.parse((await chat(sim.port, HELLO)).body).choices[0].message.content;
    const stop = whole.split(" ")[2];
    const cut = JSON.parse((await chat(sim.port, { ...HELLO, stop: [stop] })).body).choices[0];
    assert.equal(cut.finish_reason, "stop");
    assert.ok(whole.startsWith(cut.message.content) && !cut.message.content.includes(stop));
  });

  test("Ollama's route tells counts and durations", async () => {
    const asked = { model: "test/model", messages: HELLO.messages, options: { num_predict: 3 } };
    const lines = (await post(sim.port, "/api/chat", asked)).body.trim().split("\n");
    const last = JSON.parse(lines.at(-1) ?? "");
    assert.equal(lines.length, 3);
    assert.deepEqual([last.done, last.done_reason, last.eval_count], [true, "length", 3]);
    assert.equal(last.total_duration, last.prompt_eval_duration + last.eval_duration);
    const whole = JSON.parse((await post(sim.port, "/api/chat", { ...asked, stream: false })).body);
    assert.equal(whole.prompt_eval_count, last.prompt_eval_count);
  });

  test("the log has a line for each request, with the response's id", async () => {
    const { id, usage } = JSON.parse((await chat(sim.port, HELLO)).body);
    const line = `Request ${id}: 1 messages, ${usage.prompt_tokens} prompt tokens`;
    assert.equal(sim.log().split(line).length, 2);
  });

  test("requests wait for each other, but the role chunk doesn't wait", async () => {
    const slow = await startSim(["decode-speed=20"]);
    try {
      const order: string[] = [];
      const ask = async (name: string, max_tokens: number) => {
        const body = JSON.stringify({ ...HELLO, max_tokens, stream: true });
        const path = "/v1/chat/completions";
        const type = "application/json";
        const response = await open(slow.port, { method: "POST", path, body, type });
        for await (const part of response) {
          if (String(part).includes('"role"')) order.push(`${name} role`);
          if (String(part).includes("[DONE]")) order.push(`${name} done`);
        }
      };
      const first = ask("first", 8);
      while (!order.includes("first role")) await new Promise((resolve) => setTimeout(resolve, 5));
      await Promise.all([first, ask("second", 1)]);
      assert.deepEqual(order, ["first role", "second role", "first done", "second done"]);
    } finally {
      await slow.stop();
    }
  });

  test("a client that hangs up stops nothing", async () => {
    const slow = await startSim(["decode-speed=40"]);
    try {
      const controller = new AbortController();
      const body = JSON.stringify({ ...HELLO, max_tokens: 20, stream: true });
      const response = await open(slow.port, {
        ...{ method: "POST", path: "/v1/chat/completions", body, type: "application/json" },
        signal: controller.signal,
      });
      response.on("error", () => {});
      response.resume();
      const begun = performance.now();
      controller.abort();
      await chat(slow.port, { ...HELLO, max_tokens: 1 });
      // 20 tokens at 40 a second: had the first been given up, this would take no time at all.
      assert.ok(performance.now() - begun > 250);
    } finally {
      await slow.stop();
    }
  });
});
