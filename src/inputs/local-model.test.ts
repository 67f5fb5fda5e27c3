import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isJudged } from "../plan/types.ts";
import { writeSyntheticModel } from "../provision/synthetic/index.ts";
import { withLocalModel } from "./local-model.ts";
import { readOptions } from "./options.ts";
import type { RawOptions } from "./table.ts";

const modelOf = (raw: RawOptions, cwd: string) =>
  withLocalModel(readOptions(raw, {}, 8e9), cwd).model;

test("a folder of that name with a config.json is the model, though it looks like a hub id", () => {
  const cwd = mkdtempSync(join(tmpdir(), "local-model-"));
  try {
    mkdirSync(join(cwd, "rl", "model"), { recursive: true });
    assert.equal(modelOf({ model: "rl/model" }, cwd).kind, "hub", "a folder of something else");
    writeFileSync(join(cwd, "rl", "model", "config.json"), "{}");
    assert.deepEqual(modelOf({ model: "rl/model" }, cwd), {
      ...{ kind: "directory", path: "./rl/model" },
    });
    assert.equal(modelOf({ model: "rl/other" }, cwd).kind, "hub");
    const named = { model: "rl/model", revision: "v2" };
    assert.equal(modelOf(named, cwd).kind, "hub", "a revision is the hub's");
    assert.equal(modelOf({ model: "rl/model", engine: "sim" }, cwd).kind, "hub");
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
});

test("a folder of random weights is known for a synthetic model, by its digest", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "local-model-"));
  try {
    await writeSyntheticModel(join(cwd, "m", "one"), { seed: 7 });
    for (const model of ["./m/one", "m/one", join(cwd, "m", "one")]) {
      const found = modelOf({ model }, cwd);
      assert.equal(found.kind === "directory" && found.synthetic, true, model);
      const variant = {
        ...{ name: "head", model: found, device: "auto" as const, serverArgs: [] },
        engine: { kind: "sim" as const, knobs: [] },
      };
      assert.equal(isJudged(variant), false);
    }
    appendFileSync(join(cwd, "m", "one", "config.json"), " ");
    const changed = modelOf({ model: "m/one" }, cwd);
    assert.equal(changed.kind === "directory" && changed.synthetic, undefined);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
});
