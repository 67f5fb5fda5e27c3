import assert from "node:assert/strict";
import { test } from "node:test";
import { callOf } from "../testing/calls.ts";
import { proxiedOf, turnOf } from "../testing/turns.ts";
import { metricsOfOne } from "./turn-metrics.ts";

const call = { name: "read", arguments: "{}" };

test("a turn's figures are its user's, its calls' the proxy's", () => {
  const calls = [proxiedOf({ calls: [call] }), proxiedOf({ text: "x", at: 1.5 })].map((each) =>
    callOf(each),
  );
  const metrics = metricsOfOne({ calls, turns: [turnOf()] });
  assert.equal(metrics.get("turnMs"), 3000);
  assert.equal(metrics.get("clientBeforeMs"), 500);
  assert.equal(metrics.get("ttftMs"), 400);
  assert.equal(metrics.get("toolsMs"), 500);
  assert.equal(metrics.get("modelMs"), 1000);
  assert.equal(metrics.get("clientAfterMs"), 1000);
  assert.equal(metrics.get("toolCallMs"), 1000);
  assert.equal(metrics.get("unattributedMs"), 0);
});

test("of a session it is the last turn", () => {
  const calls = [proxiedOf({ text: "a" }), proxiedOf({ text: "b", at: 4 }, { step: 1 })];
  const turns = [turnOf(), turnOf({ turn: 1, beganNs: 3.5e9, endedNs: 5e9 })];
  const metrics = metricsOfOne({ calls: calls.map((each) => callOf(each)), turns });
  assert.equal(metrics.get("turnMs"), 1500);
  assert.equal(metrics.get("clientBeforeMs"), 500);
});

test("a turn with a failure that was retried has its time, and no parts", () => {
  const calls = [proxiedOf({}, { status: 500 }), proxiedOf({ text: "b", at: 2 })];
  const metrics = metricsOfOne({ calls: calls.map((each) => callOf(each)), turns: [turnOf()] });
  assert.equal(metrics.get("turnMs"), 3000);
  assert.equal(metrics.get("clientBeforeMs"), undefined);
  assert.equal(metrics.get("ttftMs"), 400, "that of the request that was answered");
});
