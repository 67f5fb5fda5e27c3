import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hubFixture, model } from "../../testing/hub/fixture.ts";
import { describeHubModel } from "./describe.ts";
import { downloadProgress, renderDownload } from "./progress.ts";
import { hubSettings } from "./settings.ts";

test("the plan says what is in the cache, what is missing, and asks nobody", async () => {
  const { ensure, home, hub } = await hubFixture([model()]);
  const say = (offline: boolean, revision = "main") => {
    const env = { HF_HOME: home, HF_ENDPOINT: hub.url };
    return describeHubModel({ id: "org/model", revision }, hubSettings(env, offline));
  };
  assert.match(say(false), /^org\/model, to be fetched from http.*; [\d.]+ [GTM]B free/);
  assert.match(say(true), /^org\/model: NOT in the cache .*this run would end there/);
  const { commit } = await ensure();
  hub.requests.length = 0;
  assert.equal(say(true), `org/model, in the cache (commit ${commit.slice(0, 12)}, 320 KB)`);
  assert.match(say(false, "v2"), /^org\/model at v2, to be fetched/);
  rmSync(join(home, "hub/models--org--model/snapshots", commit, "tokenizer.json"));
  assert.match(say(true), /tokenizer\.json of commit .* NOT in the cache/);
  assert.match(say(false), /partly in the cache .*to be fetched: tokenizer\.json/);
  assert.deepEqual(hub.requests, []);
});

test("progress: at most a line a second, with speed and time left", () => {
  let now = 0;
  const lines: string[] = [];
  const progress = downloadProgress(
    { id: "o/n", totalBytes: 100e6 },
    (line) => lines.push(line),
    () => now,
  );
  progress.file("model.safetensors");
  for (; now < 3000; now += 100) progress.add(1e6);
  assert.equal(lines.length, 2);
  assert.equal(
    lines[1],
    "o/n: 21 MB of 100 MB (21%), 10.5 MB/s, about 8 s left: model.safetensors",
  );
  const view = { id: "o/n", path: "a", done: 0, totalBytes: 0, perSecond: null };
  assert.equal(renderDownload(view), "o/n: 0 B of 0 B (0%): a");
});
