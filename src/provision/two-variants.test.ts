import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Plan, VariantSpec } from "../plan/types.ts";
import { folderOf } from "./folder.ts";
import { shared } from "./shared.ts";
import { provisionVariant } from "./variant.ts";

const dir = mkdtempSync(join(tmpdir(), "two-"));
after(() => rmSync(dir, { recursive: true, force: true }));

/** An engine that counts how often it is asked for its version. */
function executable(name: string): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\necho asked >> ${path}.count\necho inferrs 0.0.1\n`);
  chmodSync(path, 0o755);
  return path;
}

const variant = (name: string, path: string, ...serverArgs: string[]): VariantSpec => ({
  name,
  engine: { kind: "inferrs", inferrs: { kind: "path", path }, sha256: null },
  model: { kind: "synthetic", seed: 1 },
  device: "auto",
  serverArgs,
});

const planOf = (...variants: VariantSpec[]) =>
  ({ variants, comparison: variants.length > 1 ? {} : null }) as unknown as Plan;

test("variants have a folder each where one would be served the other's quantized file", () => {
  const folders = (base: VariantSpec, head: VariantSpec) =>
    [base, head].map((each) => folderOf(planOf(base, head), each));
  assert.deepEqual(folders(variant("base", "a"), variant("head", "b")), ["base", "head"]);
  const none = variant("head", "a", "--quantize=none");
  assert.deepEqual(folders(variant("base", "a"), none), ["base", "head"]);
  const cache = variant("head", "a", "--turbo-quant=false");
  assert.deepEqual(folders(variant("base", "a"), cache), ["both", "both"]);
  assert.equal(folderOf(planOf(none), none), "");
});

test("what base and head have in common is made once, at paths of one length", {
  skip: process.platform === "win32" ? "the engine is a shell script" : false,
}, async () => {
  const one = executable("engine");
  const { once } = shared();
  const provision = async (of: VariantSpec, plan: Plan) => {
    const workDir = join(dir, "work", folderOf(plan, of));
    mkdirSync(workDir, { recursive: true });
    const options = {
      ...{ cwd: dir, workDir, env: { PATH: process.env.PATH, HOME: dir }, token: null },
      ...{ offline: true, signal: new AbortController().signal, modelCache: null },
      ...{ say() {}, note() {}, warn() {}, toolVersion: "0", configDigest: "0" },
    };
    return await provisionVariant(of, options, null, { once });
  };
  const [base, head] = [variant("base", one, "--turbo-quant=4"), variant("head", one)];
  const same = planOf(base, head);
  const [a, b] = [await provision(base, same), await provision(head, same)];
  assert.equal(a.model, b.model);
  assert.deepEqual([a.described.name, b.described.name], ["base", "head"]);
  assert.equal(readFileSync(`${one}.count`, "utf8"), "asked\n");
  const other = variant("head", executable("enginf"));
  const apart = planOf(base, other);
  const [c, d] = [await provision(base, apart), await provision(other, apart)];
  assert.notEqual(c.model.cwd, d.model.cwd);
  assert.equal(c.model.cwd.length, d.model.cwd.length);
  assert.equal(c.described.model.digest, d.described.model.digest);
});

test("who comes second gets the same error", async () => {
  const { once } = shared();
  let asked = 0;
  const fails = () =>
    once(["x"], async () => {
      asked++;
      throw new Error("no such release");
    });
  await assert.rejects(fails(), /no such release/);
  await assert.rejects(fails(), /no such release/);
  assert.equal(asked, 1);
});
