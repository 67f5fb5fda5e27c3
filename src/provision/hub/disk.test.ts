import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freeBytes } from "../../host/disk.ts";
import { hubFixture, model } from "../../testing/hub/fixture.ts";
import { sha256 } from "../../testing/hub/repos.ts";

/** Room for the small files of a model, the margin and a part of the weights. */
const DISK_MB = 20;
const WEIGHTS = 8_000_000;

const dir = mkdtempSync(join(tmpdir(), "small-disk-"));
let why: string | false = false;

before(() => {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", dir], {
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
    });
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    why = `a small disk can't be mounted here: ${stderr.trim() || message}`;
  }
});

after(() => {
  if (why === false) execFileSync("umount", [dir]);
  rmSync(dir, { recursive: true, force: true });
});

test("too little room is found before anything big is fetched: needed and free are told", async (t) => {
  if (why !== false) return t.skip(why);
  const { ensure, hub } = await hubFixture([model({}, WEIGHTS)]);
  await assert.rejects(ensure({}, { cacheDir: join(dir, "hub") }), (error: Error) => {
    assert.equal(error.name, "SetupError");
    const numbers =
      /No room for 3 files: 24\.02 MB \(24,0\d\d,\d{3} bytes\) are needed in .*, \d+\.\d\d MB \([\d,]+ bytes\) are free/;
    assert.match(error.message, numbers);
    assert.match(error.message, /HF_HOME/);
    return true;
  });
  assert.ok(!hub.requests.some((request) => request.host === "cdn"));
});

test("the file that inferrs writes beside the weights needs room too, also when they are there", async (t) => {
  if (why !== false) return t.skip(why);
  // 2 MB and the margin fit, 1.7 MB beside them don't: the rest is taken by a ballast.
  const { ensure, hub } = await hubFixture([model({}, 2_000_000)]);
  const cacheDir = join(dir, "quantized");
  const ballast = join(dir, "taken");
  const margin = 16_000_000;
  const leave = (bytes: number) =>
    writeFileSync(ballast, Buffer.alloc(Math.max(0, (freeBytes(dir) ?? 0) - bytes)));
  try {
    leave(margin + 3_000_000);
    const quantization = "Q8_0";
    await assert.rejects(ensure({ quantization }, { cacheDir }), (error: Error) => {
      assert.equal(error.name, "SetupError");
      assert.match(
        error.message,
        /No room for 3 files and model-Q8_0\.gguf \(about 1\.\d+ MB\), which inferrs writes in the cache: 19\.08 MB/,
      );
      return true;
    });
    assert.ok(!hub.requests.some((request) => request.host === "cdn"));
    await ensure({ quantization: null }, { cacheDir });
    await assert.rejects(
      ensure({ quantization }, { cacheDir }),
      /No room for model-Q8_0\.gguf \(about/,
    );
  } finally {
    rmSync(ballast, { force: true });
    rmSync(cacheDir, { recursive: true, force: true });
  }
});

test("a disk that fills up meanwhile: the part that is there is kept, and used afterwards", async (t) => {
  if (why !== false) return t.skip(why);
  const trickle = { bytes: 200_000, everyMs: 20 };
  const repo = model({}, 3_000_000);
  const fixture = await hubFixture([repo], [{ host: "cdn", path: /./, trickle }]);
  const { ensure, hub } = fixture;
  const cacheDir = join(dir, "hub");
  const weights = repo.files["model.safetensors"] ?? Buffer.alloc(0);
  const blob = join(cacheDir, "models--org--model/blobs", sha256(weights));
  const part = `${blob}.incomplete`;
  const ballast = join(dir, "ballast");
  // Another program takes the rest of the disk as soon as the weights have begun.
  const watch = setInterval(() => {
    if ((statSync(part, { throwIfNoEntry: false })?.size ?? 0) < 200_000) return;
    clearInterval(watch);
    try {
      writeFileSync(ballast, Buffer.alloc(Math.max(0, (freeBytes(dir) ?? 0) - 100_000)));
    } catch {
      // The weights have gone on meanwhile: the disk is full all the same.
    }
  }, 1);
  await assert.rejects(ensure({}, { cacheDir }), (error: Error) => {
    assert.match(
      error.message,
      /No room for model\.safetensors: \d+\.\d\d MB \([\d,]+ bytes\) are/,
    );
    assert.match(error.message, /kept and used/);
    return true;
  });
  clearInterval(watch);
  const have = statSync(part).size;
  assert.ok(have > 0 && have < weights.length);
  rmSync(ballast);
  hub.rule();
  hub.requests.length = 0;
  await ensure({}, { cacheDir });
  assert.equal(statSync(blob).size, weights.length);
  const ranges = hub.requests.filter((each) => each.host === "cdn").map((each) => each.range);
  assert.deepEqual(ranges, [`bytes=${have}-`]);
});

test("room is told of a folder that isn't there yet", () => {
  assert.ok((freeBytes(join(dir, "not", "yet")) ?? 0) > 0);
});
