import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ACTION_ROWS,
  DEFAULT_OUT_DIR,
  measuredEnvironment,
  readActionInputs,
  splitActionInputs,
  withHubToken,
} from "./action.ts";

function read(given: Record<string, string>) {
  return readActionInputs((name) => given[name] ?? "");
}

test("an input that is empty was not given; only the command has a value then", () => {
  assert.deepEqual(read({ model: "", compat: "\n", "keep-bodies": "  " }), { command: "run" });
});

test("lists have one item per line, without blank lines and comments", () => {
  const compat = "requiresStringContent=true,false\r\n\n  # tools stay\n  supportsTools=true  \n";
  assert.deepEqual(read({ compat, sim: "# none", model: "a/b" }), {
    command: "run",
    model: "a/b",
    compat: ["requiresStringContent=true,false", "supportsTools=true"],
  });
});

test("a # inside an item belongs to it", () => {
  assert.deepEqual(read({ "server-arg": "--name=a#b" })["server-arg"], ["--name=a#b"]);
});

test("flags are true or false and nothing else", () => {
  assert.equal(read({ "keep-bodies": "true" })["keep-bodies"], true);
  assert.equal(read({ "keep-bodies": "false" })["keep-bodies"], false);
  for (const text of ["True", "yes", "1"]) {
    assert.throws(() => read({ "keep-bodies": text }), {
      name: "InputError",
      message: `keep-bodies: got "${text}"; expected true or false. Leave it out for the default.`,
    });
  }
});

test("a command that isn't there is an error with a suggestion", () => {
  assert.throws(() => read({ command: "dem" }), {
    message:
      'command: got "dem"; expected one of run, demo, merge, publish, doctor. Did you mean "demo"?',
  });
});

test("options of the command line alone are not inputs", () => {
  const names = ACTION_ROWS.map(({ name }) => name);
  assert.ok(!names.includes("json") && !names.includes("quiet"));
  assert.ok(names.includes("command") && names.includes("model"));
});

test("the comment's settings and the token don't go to the measurement", () => {
  const split = splitActionInputs(
    read({ "github-token": "t0ken", comment: "never", "comment-id": "metal.1", rounds: "5" }),
  );
  assert.deepEqual(split, {
    raw: { command: "run", rounds: "5" },
    token: "t0ken",
    cacheModel: false,
    command: "run",
    comment: "never",
    results: ["inferrs-bench-results"],
    expect: [],
    artifact: "inferrs-bench*",
    commentId: "metal.1",
    allowForkCode: false,
  });
});

test("the hub's tokens are masked, the input wins, and neither goes on as an input", () => {
  const masked: string[] = [];
  const mask = (secret: string) => void masked.push(secret);
  const env = { HF_TOKEN: "hf_env", HUGGING_FACE_HUB_TOKEN: "hf_old", PATH: "/bin" };
  assert.deepEqual(withHubToken(env, "hf_input", mask), { ...env, HF_TOKEN: "hf_input" });
  assert.deepEqual(masked, ["hf_input", "hf_env", "hf_old"]);
  assert.deepEqual(withHubToken({ PATH: "/bin" }, "", mask), { PATH: "/bin" });
  assert.equal(masked.length, 3);
  const split = splitActionInputs(read({ "hf-token": "hf_input", "cache-model": "true" }));
  assert.deepEqual(split.raw, { command: "run" });
  assert.equal(split.cacheModel, true);
});

test("a comment-id that could end the marker is refused", () => {
  for (const id of ["a --> <img>", "-x", "a b", "x".repeat(65)]) {
    assert.throws(() => splitActionInputs(read({ "comment-id": id })), /comment-id: got/);
  }
});

test("the measured programs see neither inputs nor the runner's tokens and files", () => {
  const env = {
    PATH: "/bin",
    HF_TOKEN: "theirs",
    GITHUB_ACTIONS: "true",
    "INPUT_GITHUB-TOKEN": "secret",
    ACTIONS_RUNTIME_TOKEN: "secret",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "secret",
    GITHUB_ENV: "/f",
    GITHUB_STEP_SUMMARY: "/f",
    "STATE_out-dir": "/o",
  };
  assert.deepEqual(measuredEnvironment(env), {
    PATH: "/bin",
    HF_TOKEN: "theirs",
    GITHUB_ACTIONS: "true",
  });
});

test("the default output folder is the table's", () => {
  assert.equal(DEFAULT_OUT_DIR, "inferrs-bench-out");
});
