import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import type { CacheEntry } from "../provision/hub/cache-entry.ts";
import { startCacheServer } from "../testing/github/cache-server.ts";
import { hubFixture, model } from "../testing/hub/fixture.ts";
import { type ActionsCache, actionsModelCache } from "./model-cache.ts";

const PROCESS = join(import.meta.dirname, "../testing/github/model-cache-process.ts");
const going = new AbortController().signal;
const ENTRY = { key: "k-1", paths: ["/a", "!/a/*.tmp"] };

function recorder() {
  const lines: string[] = [];
  const core = {
    info: (text: string) => void lines.push(text),
    warning: (text: string | Error) => void lines.push(`warning: ${text}`),
  };
  return { core, lines };
}

/** A cache service that remembers; each of its answers can be replaced. */
function service(over: Partial<ActionsCache> = {}) {
  const saved = new Map<string, string[]>();
  const cache: ActionsCache = {
    isFeatureAvailable: () => true,
    restoreCache: async (_paths, key) => (saved.has(key) ? key : undefined),
    saveCache: async (paths, key) => saved.set(key, paths).size,
    ...over,
  };
  return { cache, saved };
}

test("what was not found and is whole is saved; what was found is not", async () => {
  const { core, lines } = recorder();
  const { cache, saved } = service();
  const first = actionsModelCache(core, async () => cache);
  assert.equal(await first.restore(ENTRY, going), false);
  await first.save();
  assert.equal(saved.size, 0, "not kept: it may be half of a model");
  first.keep(ENTRY);
  await first.save();
  assert.deepEqual(saved.get("k-1"), ENTRY.paths);
  await first.save();
  assert.equal(await actionsModelCache(core, async () => cache).restore(ENTRY, going), true);
  assert.match(lines.join("\n"), /nothing found under k-1\n.*saved as k-1\n.*found under k-1/s);
});

test("the cache never fails a run", async () => {
  const { core, lines } = recorder();
  const broken = async () => {
    throw new Error("no service");
  };
  const { cache } = service({ restoreCache: broken, saveCache: broken });
  const models = actionsModelCache(core, async () => cache);
  assert.equal(await models.restore(ENTRY, going), false);
  models.keep(ENTRY);
  await models.save();
  assert.equal(lines.filter((line) => /warning: .*no service/.test(line)).length, 2);
});

test("a run that is stopped waits for no cache", async () => {
  const { core, lines } = recorder();
  const stop = new AbortController();
  const { cache } = service({
    restoreCache: () => {
      stop.abort("SIGINT");
      return new Promise(() => {});
    },
  });
  const models = actionsModelCache(core, async () => cache);
  assert.equal(await models.restore(ENTRY, stop.signal), false);
  assert.equal(await models.restore(ENTRY, stop.signal), false, "nor is it asked afterwards");
  assert.deepEqual(lines, []);
});

test("without a cache service it says so; nothing is loaded before it is needed", async () => {
  const { core, lines } = recorder();
  const { cache } = service({ isFeatureAvailable: () => false });
  let loads = 0;
  const models = actionsModelCache(core, async () => {
    loads += 1;
    return cache;
  });
  await models.save();
  assert.equal(loads, 0);
  assert.equal(await models.restore(ENTRY, going), false);
  assert.match(lines.join("\n"), /warning: .*no cache service/);
});

test("by the real @actions/cache: a model comes back whole, with inferrs's quantized file", {
  skip: hasTar() ? false : "there is no tar here, which @actions/cache runs",
}, async () => {
  const server = await startCacheServer();
  const temporary = mkdtempSync(join(tmpdir(), "runner-"));
  after(async () => {
    await server.close();
    rmSync(temporary, { recursive: true, force: true });
  });
  const run = (what: "save" | "restore", entry: CacheEntry) =>
    promisify(execFile)(process.execPath, [PROCESS, what, JSON.stringify(entry)], {
      env: {
        ...process.env,
        ACTIONS_CACHE_URL: server.url,
        ACTIONS_RUNTIME_TOKEN: "t0ken",
        GITHUB_WORKSPACE: temporary,
        RUNNER_TEMP: temporary,
      },
    });
  const { ensure, home, hub } = await hubFixture([model()]);
  const { commit, entry } = await ensure();
  const snapshot = join(home, "hub/models--org--model/snapshots", commit);
  writeFileSync(join(snapshot, "model-Q4K.gguf"), "GGUF");
  writeFileSync(join(snapshot, "model-Q8_0.gguf.tmp"), "half");
  await assert.rejects(run("restore", entry), /nothing found/);
  const saved = await run("save", entry);
  assert.deepEqual(server.keys(), [entry.key], saved.stderr);

  rmSync(join(home, "hub"), { recursive: true });
  hub.requests.length = 0;
  await run("restore", entry);
  await ensure();
  assert.ok(!hub.requests.some((request) => request.host === "cdn"));
  assert.equal(readFileSync(join(snapshot, "model-Q4K.gguf"), "utf8"), "GGUF");
  assert.equal(existsSync(join(snapshot, "model-Q8_0.gguf.tmp")), false);
});

function hasTar(): boolean {
  try {
    execFileSync("tar", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
