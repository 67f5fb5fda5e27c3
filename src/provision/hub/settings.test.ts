import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inferrsCommand } from "../../engine/command.ts";
import { engineEnvironment } from "./serve.ts";
import { hubSettings } from "./settings.ts";

const home = realpathSync(mkdtempSync(join(tmpdir(), "hub-settings-")));
after(() => rmSync(home, { recursive: true, force: true }));

test("the cache is where the hub's own tools look for it", () => {
  const dir = (env: NodeJS.ProcessEnv) => hubSettings({ HOME: home, ...env }, false).cacheDir;
  assert.equal(dir({}), join(home, ".cache/huggingface/hub"));
  assert.equal(dir({ XDG_CACHE_HOME: "/x" }), "/x/huggingface/hub");
  assert.equal(dir({ XDG_CACHE_HOME: "/x", HF_HOME: "/h" }), "/h/hub");
  assert.equal(dir({ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/g" }), "/g");
  assert.equal(dir({ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/g", HF_HUB_CACHE: "/c" }), "/c");
});

test("a token is that of the environment, else the one that a login left", () => {
  const hfHome = join(home, "login");
  mkdirSync(hfHome);
  writeFileSync(join(hfHome, "token"), "hf_login\n");
  const token = (env: NodeJS.ProcessEnv) => hubSettings({ HF_HOME: hfHome, ...env }, false).token;
  assert.equal(token({}), "hf_login");
  assert.equal(token({ HUGGING_FACE_HUB_TOKEN: "hf_old" }), "hf_old");
  assert.equal(token({ HUGGING_FACE_HUB_TOKEN: "hf_old", HF_TOKEN: "hf_new" }), "hf_new");
  assert.equal(hubSettings({ HOME: home }, false).token, null);
});

test("offline is what the user or HF_HUB_OFFLINE says", () => {
  const offline = (value: string) => hubSettings({ HF_HUB_OFFLINE: value }, false).offline;
  assert.deepEqual(["1", "TRUE", "yes", "on", "0", "false", ""].map(offline), [
    ...[true, true, true, true],
    ...[false, false, false],
  ]);
  assert.equal(hubSettings({}, true).offline, true);
});

test("an endpoint is a URL, and what is secret in it is not repeated", () => {
  assert.equal(
    hubSettings({ HF_ENDPOINT: "https://hub.example/" }, false).endpoint,
    "https://hub.example",
  );
  for (const endpoint of ["hub.example", "ftp://hub.example", "https://me:canary@hub.example"]) {
    assert.throws(
      () => hubSettings({ HF_ENDPOINT: endpoint }, false),
      (error: Error) => {
        assert.match(error.message, /^HF_ENDPOINT: got "/);
        return error.name === "InputError" && !error.message.includes("canary");
      },
    );
  }
});

test("inferrs, which reads ~/.cache alone, finds a cache that lies elsewhere", () => {
  const workDir = join(home, "work");
  const hfHome = join(home, "elsewhere");
  const env = { HOME: home, HF_HOME: hfHome };
  const {
    HOME = "",
    HF_HOME = "",
    ...rest
  } = engineEnvironment(hubSettings(env, false), env, workDir);
  const seen = join(HOME, ".cache/huggingface/hub");
  assert.equal(realpathSync(seen), join(hfHome, "hub"));
  assert.equal(realpathSync(join(HF_HOME, "hub")), join(hfHome, "hub"));
  assert.equal(rest.CUDA_CACHE_PATH, join(home, ".nv/ComputeCache"), "compiled kernels are kept");
  assert.equal(rest.ALL_PROXY, undefined);
  writeFileSync(join(hfHome, "hub", "kept"), "");
  assert.ok(lstatSync(seen).isSymbolicLink());
  rmSync(workDir, { recursive: true, force: true });
  assert.ok(existsSync(join(hfHome, "hub", "kept")), "the work folder goes, the cache stays");
});

test("where it lies as ever, nothing is changed; where the hub must not be asked, it can't be", () => {
  const settings = (env: NodeJS.ProcessEnv, offline: boolean) =>
    engineEnvironment(hubSettings({ HOME: home, ...env }, offline), { HOME: home }, home);
  assert.deepEqual(settings({}, false), {});
  assert.deepEqual(Object.keys(settings({}, true)), ["ALL_PROXY"]);
  assert.deepEqual(Object.keys(settings({ HF_ENDPOINT: "http://h" }, false)), ["ALL_PROXY"]);
});

test("the engine gets the model's arguments, and no token of the hub", () => {
  const variant = {
    name: "head",
    engine: { kind: "inferrs" as const, inferrs: { kind: "default" as const }, sha256: null },
    model: { kind: "hub" as const, id: "org/model" },
    device: "cpu" as const,
    serverArgs: ["--quantize=none"],
  };
  const model = {
    name: "org/model",
    cwd: home,
    args: ["--revision", "c0ffee"],
    env: { HOME: "/h" },
  };
  const tokens = { HF_TOKEN: "hf_canary", HUGGING_FACE_HUB_TOKEN: "hf_canary" };
  const { args, env } = inferrsCommand("inferrs", variant, model, 1, { ...tokens, PATH: "/bin" });
  assert.deepEqual(args.slice(-5), ["--device", "cpu", "--revision", "c0ffee", "--quantize=none"]);
  assert.deepEqual(env, { PATH: "/bin", HOME: "/h", NO_COLOR: "1" });
});
