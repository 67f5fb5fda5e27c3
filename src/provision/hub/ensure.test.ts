import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { content, folderCache, hubFixture, model } from "../../testing/hub/fixture.ts";
import { commitOf, gitSha1, sha256 } from "../../testing/hub/repos.ts";

const MODEL = "hub/models--org--model";

test("only what inferrs needs is fetched, at a commit, in the layout of the hub's own tools", async () => {
  const repo = model();
  const { hub, home, ensure, lines } = await hubFixture([repo]);
  const found = await ensure();
  const commit = commitOf(repo);
  assert.equal(found.commit, commit);
  const paths = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
  assert.deepEqual(readdirSync(join(home, MODEL, "snapshots", commit)).sort(), paths);
  for (const path of paths) {
    const entry = join(home, MODEL, "snapshots", commit, path);
    const bytes = repo.files[path] ?? Buffer.alloc(0);
    assert.ok(lstatSync(entry).isSymbolicLink());
    assert.deepEqual(readFileSync(entry), bytes);
    const recorded = found.files.find((file) => file.path === path);
    assert.deepEqual(recorded, { path, bytes: bytes.length, sha256: sha256(bytes) });
  }
  const blobs = paths.map((path) => {
    const bytes = repo.files[path] ?? Buffer.alloc(0);
    return /^tokenizer\.json|safetensors/.test(path) ? sha256(bytes) : gitSha1(bytes);
  });
  assert.deepEqual(readdirSync(join(home, MODEL, "blobs")).sort(), blobs.sort());
  for (const ref of ["main", commit]) {
    assert.equal(readFileSync(join(home, MODEL, "refs", ref), "utf8"), commit);
  }
  assert.match(
    lines.join("\n"),
    /org\/model at main, commit [0-9a-f]{40}: 4 files, 320 KB, 320 KB/,
  );
  assert.match(lines.join("\n"), /free on the disk/);

  const before = hub.requests.length;
  await ensure();
  const later = hub.requests.slice(before).map((request) => request.path);
  assert.equal(later.length, 2, "the second time only the commit and the list are asked for");
  assert.ok(later.every((path) => path.startsWith("/api/models/")));
});

test("shards are those of the index", async () => {
  const index = {
    weight_map: { a: "w-1.safetensors", b: "w-2.safetensors", c: "w-1.safetensors" },
  };
  const { files } = model();
  const { "model.safetensors": _one, ...rest } = files;
  const shards = { "w-1.safetensors": content(5000, 4), "w-2.safetensors": content(6000, 5) };
  const indexed = {
    "model.safetensors.index.json": Buffer.from(JSON.stringify(index)),
    "w-3.safetensors": content(100, 6),
  };
  const repo = model({ files: { ...rest, ...shards, ...indexed } });
  const { ensure } = await hubFixture([repo]);
  const paths = (await ensure()).files.map((file) => file.path).sort();
  assert.deepEqual(paths, [
    "config.json",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "w-1.safetensors",
    "w-2.safetensors",
  ]);
  const offline = await ensure({}, { offline: true });
  assert.deepEqual(offline.files.map((file) => file.path).sort(), paths);
});

test("a GGUF repository: the file, and the config and tokenizer of the model it was made from", async () => {
  const gguf = {
    id: "org/model-GGUF",
    files: {
      "m-BF16.gguf": content(9000, 1),
      "m-Q4_K_M.gguf": content(3000, 2),
      "mmproj-Q4_K.gguf": content(500, 3),
    },
    baseModel: ["org/model"],
  };
  const { ensure, hub } = await hubFixture([gguf, model()]);
  const found = await ensure({ id: gguf.id });
  assert.equal(found.ggufFile, "m-Q4_K_M.gguf");
  assert.deepEqual(
    found.files.map((file) => file.path),
    ["m-Q4_K_M.gguf"],
  );
  assert.equal(found.tokenizer?.id, "org/model");
  assert.deepEqual(
    found.tokenizer?.files.map((file) => file.path),
    ["config.json", "tokenizer.json", "tokenizer_config.json"],
  );
  assert.equal((await ensure({ id: gguf.id, ggufFile: "m-BF16.gguf" })).ggufFile, "m-BF16.gguf");
  await assert.rejects(ensure({ id: gguf.id, ggufFile: "m-Q8.gguf" }), (error: Error) => {
    assert.equal(error.name, "SetupError");
    assert.match(error.message, /--gguf-file: got "m-Q8\.gguf".*m-BF16\.gguf, m-Q4_K_M\.gguf/s);
    return true;
  });
  await hub.close();
  await assert.rejects(ensure({ id: gguf.id }, { offline: true }), /--tokenizer-source.*offline/s);
  const source = { id: gguf.id, tokenizerSource: "org/model", ggufFile: "m-Q4_K_M.gguf" };
  const offline = await ensure(source, { offline: true });
  assert.deepEqual(offline.tokenizer, found.tokenizer);
});

test("what another tool left in the cache is used when it is right, and replaced when it isn't", async () => {
  const repo = model();
  const { ensure, home, hub } = await hubFixture([repo]);
  const { commit } = await ensure();
  const weights = join(home, MODEL, "snapshots", commit, "model.safetensors");
  const right = repo.files["model.safetensors"] ?? Buffer.alloc(0);
  writeFileSync(weights, Buffer.from(right).fill(0, 1000, 1001));
  hub.requests.length = 0;
  await ensure();
  assert.deepEqual(readFileSync(weights), right);
  assert.equal(hub.requests.filter((request) => request.host === "cdn").length, 1);
});

test("the quantized file of inferrs stays, and breaks no later check", async () => {
  const { ensure, home, hub } = await hubFixture([model()]);
  const { commit } = await ensure();
  const quantized = join(home, MODEL, "snapshots", commit, "model-Q4K.gguf");
  writeFileSync(quantized, "GGUF");
  hub.requests.length = 0;
  const found = await ensure();
  assert.equal(found.files.length, 4);
  assert.ok(!hub.requests.some((request) => request.host === "cdn"));
  assert.equal((await ensure({}, { offline: true })).files.length, 4);
  assert.equal(readFileSync(quantized, "utf8"), "GGUF");
});

test("offline nobody is asked: all of it is there, or the error says what is missing", async () => {
  const { ensure, home, hub } = await hubFixture([model()]);
  await assert.rejects(ensure({}, { offline: true }), (error: Error) => {
    assert.equal(error.name, "SetupError");
    assert.match(
      error.message,
      /Offline, and org\/model at revision main is missing in .*--offline/,
    );
    return true;
  });
  const online = await ensure();
  hub.requests.length = 0;
  assert.deepEqual(await ensure({}, { env: { HF_HUB_OFFLINE: "1" } }), online);
  assert.deepEqual(await ensure({ revision: online.commit }, { offline: true }), {
    ...online,
    revision: online.commit,
    entry: (await ensure({ revision: online.commit }, { offline: true })).entry,
  });
  await assert.rejects(ensure({ revision: "v2" }, { offline: true }), /revision v2 is missing/);
  const snapshot = join(home, MODEL, "snapshots", online.commit);
  writeFileSync(join(snapshot, "config.json"), '{"model_type":"gemma9"}');
  await assert.rejects(ensure({}, { offline: true }), /config\.json \(damaged\) .* is missing/);
  rmSync(join(snapshot, "model.safetensors"));
  await assert.rejects(ensure({}, { offline: true }), /model\.safetensors .*missing/);
  assert.deepEqual(hub.requests, []);
});

test("a lost cache comes back from the Action's, with the quantized file", async () => {
  const { ensure, home, hub } = await hubFixture([model()]);
  const modelCache = folderCache();
  const { commit, entry } = await ensure({}, { modelCache });
  assert.equal(entry.key, `inferrs-bench-model-v1-org--model-${commit}-safetensors`);
  assert.equal(modelCache.entries.length, 1);
  writeFileSync(join(home, MODEL, "snapshots", commit, "model-Q4K.gguf"), "GGUF");
  modelCache.save();
  rmSync(join(home, "hub"), { recursive: true });
  hub.requests.length = 0;
  await ensure({}, { modelCache });
  assert.ok(!hub.requests.some((request) => request.host === "cdn"), "nothing is fetched again");
  assert.equal(
    readFileSync(join(home, MODEL, "snapshots", commit, "model-Q4K.gguf"), "utf8"),
    "GGUF",
  );
  assert.equal(modelCache.entries.length, 1, "what was found is not saved again");
  await ensure({}, { modelCache });
});

test("a run that is stopped while the Action's cache is looked up ends there", async () => {
  const { ensure, hub } = await hubFixture([model()]);
  const stop = new AbortController();
  const modelCache = folderCache();
  // As the real one: it never fails, and says that nothing was found.
  modelCache.restore = async (_entry, signal) => {
    stop.abort("SIGINT");
    assert.equal(signal.aborted, true);
    return false;
  };
  await assert.rejects(ensure({}, { modelCache, signal: stop.signal }), (reason) => {
    assert.equal(reason, "SIGINT");
    return true;
  });
  assert.ok(!hub.requests.some((request) => request.host === "cdn"));
  assert.deepEqual(modelCache.entries, [], "what isn't there is not kept");
});

test("a file name that would lead out of the cache is refused before anything is fetched", async () => {
  const repo = model({ files: { ...model().files, "../../../evil.safetensors": content(10) } });
  const { ensure, hub } = await hubFixture([repo]);
  await assert.rejects(ensure(), /"\.\.\/\.\.\/\.\.\/evil\.safetensors".*out of the cache/);
  assert.ok(!hub.requests.some((request) => request.host === "cdn"));
});
