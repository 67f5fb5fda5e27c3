import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeClientHome, removeClientHome, writeClientConfig } from "./home.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "client-home-")));
after(() => rmSync(root, { recursive: true, force: true }));

test("every path of its environment lies in its folder; of the user's there is only what is named", () => {
  const env = {
    ...{ HOME: "/home/me", XDG_CONFIG_HOME: "/home/me/.config", TMPDIR: "/var/tmp" },
    ...{ OPENAI_API_KEY: "sk-canary", HTTPS_PROXY: "http://proxy", GITHUB_TOKEN: "ghs_canary" },
    ...{
      OPENCLAW_STATE_DIR: "/home/me/.openclaw",
      NODE_OPTIONS: "--require=x",
      LANG: "de_DE.UTF-8",
    },
    PATH: "/usr/bin",
  };
  const dir = join(root, "one");
  const home = makeClientHome(dir, {
    env,
    install: { node: "/opt/node/bin/node" },
    variables: { MY_KEY: "wanted" },
  });
  assert.equal(
    home.env.PATH,
    ["/opt/node/bin", "/usr/bin"].join(process.platform === "win32" ? ";" : ":"),
  );
  assert.equal(home.env.MY_KEY, "wanted");
  assert.equal(home.env.LANG, "de_DE.UTF-8");
  const text = JSON.stringify(home.env);
  for (const gone of ["canary", "/home/me", "/var/tmp", "proxy", "--require"]) {
    assert.equal(text.includes(gone), false, gone);
  }
  for (const name of [
    "HOME",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "OPENCLAW_STATE_DIR",
    "OPENCLAW_CONFIG_PATH",
  ]) {
    assert.ok(home.env[name]?.startsWith(`${dir}/`), name);
  }
});

test("a variable that the config names can't move the client out of its folder", () => {
  const dir = join(root, "two");
  const variables = { HOME: "/home/me", PATH: "/evil", OPENCLAW_STATE_DIR: "/home/me/.openclaw" };
  const { env, stateDir } = makeClientHome(dir, { env: { PATH: "/bin" }, variables });
  assert.deepEqual(
    [env.HOME, env.PATH, env.OPENCLAW_STATE_DIR],
    [join(dir, "home"), "/bin", stateDir],
  );
});

test("the config is for its own eyes", { skip: process.platform === "win32" }, () => {
  const home = makeClientHome(join(root, "three"), { env: {} });
  writeClientConfig(home, { a: 1 });
  writeClientConfig(home, { a: 2 });
  assert.equal(statSync(home.configPath).mode & 0o777, 0o600);
  assert.equal(statSync(home.dir).mode & 0o777, 0o700);
});

test("with the folder go the lock files that it has in /tmp, and no others", {
  skip: process.platform === "win32",
}, () => {
  const home = makeClientHome(join(root, "four"), { env: {} });
  const database = join(home.stateDir, "state.sqlite");
  writeFileSync(database, "");
  const locks = `/tmp/openclaw-state-locks-${process.getuid?.() ?? ""}`;
  mkdirSync(locks, { recursive: true, mode: 0o700 });
  const lockOf = (path: string) =>
    join(
      locks,
      `state-handles.${createHash("sha256").update(path).digest("hex").slice(0, 8)}.lock.sqlite`,
    );
  const other = lockOf(join(root, "someone-else.sqlite"));
  for (const path of [lockOf(database), other]) writeFileSync(path, "");
  removeClientHome(home);
  assert.deepEqual([home.dir, lockOf(database), other].map(existsSync), [false, false, true]);
  rmSync(other);
});
