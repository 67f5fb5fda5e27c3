import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { groupMembers } from "../../host/proc.ts";
import { buildCommit } from "./build.ts";
import { findCommits } from "./commits.ts";
import { buildsRoot, placeOf } from "./place.ts";
import type { BuildSpec } from "./types.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "ref-")));
after(() => rmSync(root, { recursive: true, force: true }));

const env: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: join(root, "home"),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.org",
};
mkdirSync(join(root, "home"));
const signal = new AbortController().signal;
const said: string[] = [];
const world = {
  env,
  signal,
  note: (line: string) => void said.push(line),
};
const skip = process.platform === "win32" ? "the commands are a POSIX shell's" : false;

function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", ["-c", "protocol.file.allow=always", ...args], {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

let count = 0;
/** A repository with a source of two versions; HEAD is the second, `main` the first. */
function repository(): string {
  const dir = join(root, `repository-${count++}`);
  mkdirSync(dir);
  git(dir, "init", "-q", "-b", "main");
  commit(dir, { "source.txt": "one\n" }, "the first");
  git(dir, "tag", "v1");
  git(dir, "switch", "-q", "-c", "work");
  commit(dir, { "source.txt": "two\n" }, "the second");
  return dir;
}

function commit(dir: string, files: Record<string, string>, message: string): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, ".."), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  git(dir, "add", "-A");
  git(dir, "commit", "-q", "-m", message);
}

/** Every file below a folder with its bytes and its times. */
function everything(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir, { recursive: true, encoding: "utf8" }).map((name) => {
      const path = join(dir, name);
      const { mtimeMs } = statSync(path);
      const text = statSync(path).isFile() ? readFileSync(path).toString("base64") : "";
      return [name, `${mtimeMs} ${text}`];
    }),
  );
}

async function specs(dir: string, command: string, ref = "main") {
  const commits = await findCommits(ref, { cwd: dir, env, signal });
  const { repository: top, prefix, base, head } = commits;
  const spec = (variant: string, of: typeof base): BuildSpec => ({
    ...{ variant, repository: top, prefix, commit: of, command },
  });
  return { base: spec("base", base), head: spec("head", head), commits };
}

const BUILD = "mkdir -p out && cp source.txt out/inferrs && echo built >> out/count";

test("both commits are built, in paths of one length, and nothing of the checkout is touched", {
  skip,
}, async () => {
  const dir = repository();
  writeFileSync(join(dir, "source.txt"), "dirty\n");
  writeFileSync(join(dir, "untracked.txt"), "mine\n");
  const before = everything(dir);
  const { base, head, commits } = await specs(dir, BUILD);
  const [one, two] = [
    await buildCommit(base, "out/inferrs", world),
    await buildCommit(head, "out/inferrs", world),
  ];
  assert.deepEqual([readFileSync(one, "utf8"), readFileSync(two, "utf8")], ["one\n", "two\n"]);
  assert.equal(one.length, two.length);
  assert.deepEqual(everything(dir), before);
  assert.equal(commits.uncommitted, 1);
  assert.deepEqual([commits.base.subject, commits.head.name], ["the first", "HEAD"]);
});

test("a build is kept by commit and command, and compilers' settings", { skip }, async () => {
  const dir = repository();
  const { base } = await specs(dir, `${BUILD} && true`);
  const path = await buildCommit(base, "out/inferrs", world);
  const counted = join(path, "..", "count");
  await buildCommit(base, "out/inferrs", world);
  assert.equal(readFileSync(counted, "utf8"), "built\n", "once");
  const other = { ...base, command: `${BUILD} && : other` };
  assert.notEqual(await buildCommit(other, "out/inferrs", world), path);
  const flags = { ...world, env: { ...env, RUSTFLAGS: "-C target-cpu=native" } };
  assert.notEqual(await buildCommit(base, "out/inferrs", flags), path);
});

test("another compiler builds anew", { skip }, async () => {
  const { base } = await specs(repository(), `${BUILD} && : compilers`);
  const path = await buildCommit(base, "out/inferrs", world);
  const bin = join(root, "newer");
  mkdirSync(bin);
  writeFileSync(join(bin, "rustc"), "#!/bin/sh\necho rustc 9.99.0\n", { mode: 0o755 });
  const newer = { ...world, env: { ...env, PATH: `${bin}:${env.PATH}` } };
  assert.notEqual(await buildCommit(base, "out/inferrs", newer), path);
});

test("files of Git LFS stay pointers: its filter would ask a remote that isn't there", {
  skip,
}, async () => {
  const dir = repository();
  commit(dir, { ".gitattributes": "*.bin filter=lfs\n", "weights.bin": "pointer\n" }, "weights");
  const config = join(root, "lfs.gitconfig");
  writeFileSync(config, '[filter "lfs"]\n\tsmudge = false\n\tprocess = false\n\trequired = true\n');
  const { head } = await specs(dir, `${BUILD} && cp weights.bin out/weights`);
  const filtered = { ...world, env: { ...env, GIT_CONFIG_GLOBAL: config } };
  const path = await buildCommit(head, "out/inferrs", filtered);
  assert.equal(readFileSync(join(path, "..", "weights"), "utf8"), "pointer\n");
});

test("what a killed build left isn't taken for a build", { skip }, async () => {
  const dir = repository();
  const { base } = await specs(dir, `${BUILD} && : whole`);
  const place = placeOf(base, "out/inferrs", env);
  mkdirSync(join(place.cwd, "out"), { recursive: true });
  writeFileSync(place.executable, "half");
  assert.equal(readFileSync(await buildCommit(base, "out/inferrs", world), "utf8"), "one\n");
});

test("a build that fails says which one, with its last lines, and leaves nothing", {
  skip,
}, async () => {
  const dir = repository();
  const { head } = await specs(dir, "echo first; seq 1 40; echo 'error: no' >&2; exit 7");
  await assert.rejects(buildCommit(head, "out/inferrs", world), (error: Error) => {
    assert.equal(error.name, "SetupError");
    assert.match(
      error.message,
      /^head \(HEAD, [0-9a-f]{10} of .* "the second"\) could not be built/,
    );
    assert.match(error.message, /exit code 7/);
    assert.match(error.message, /\n40\nerror: no\n/);
    assert.doesNotMatch(error.message, /first/);
    return true;
  });
  const place = placeOf(head, "out/inferrs", env);
  assert.equal(existsSync(place.dir), false);
  assert.match(readFileSync(place.log, "utf8"), /first/, "the whole log stays");
});

test("a command that makes another file than was named", { skip }, async () => {
  const { head } = await specs(repository(), "true");
  await assert.rejects(buildCommit(head, "out/inferrs", world), /there is no out\/inferrs/);
});

test("two at once: one builds, the other waits for it", { skip }, async () => {
  const { base } = await specs(repository(), `sleep 0.3; ${BUILD} && : twice`);
  const code = `import { buildCommit } from ${JSON.stringify(join(import.meta.dirname, "build.ts"))};
const world = { env: process.env, signal: new AbortController().signal, note() {} };
console.log(await buildCommit(${JSON.stringify(base)}, "out/inferrs", world));`;
  const run = () =>
    new Promise<string>((resolve, reject) => {
      const args = ["--input-type=module", "-e", code];
      const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
      let text = "";
      child.stdout.on("data", (chunk) => {
        text += chunk;
      });
      child.once("error", reject);
      child.once("exit", () => resolve(text.trim()));
    });
  const [one, two] = await Promise.all([run(), run()]);
  assert.equal(one, two);
  assert.equal(readFileSync(join(one ?? "", "..", "count"), "utf8"), "built\n");
});

test("a stopped build ends with all its processes, and leaves nothing", { skip }, async () => {
  const { base } = await specs(repository(), "echo $$ > ../pid; sleep 60 & wait");
  const stop = new AbortController();
  const place = placeOf(base, "out/inferrs", env);
  const building = buildCommit(base, "out/inferrs", { ...world, signal: stop.signal });
  const pid = join(place.tree, "..", "pid");
  while (!existsSync(pid) || readFileSync(pid, "utf8") === "") {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const group = Number(readFileSync(pid, "utf8"));
  stop.abort("SIGINT");
  await assert.rejects(building, /stopped while base was built/);
  while (groupMembers(group).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(existsSync(place.dir), false);
});

test("from a folder of the repository the command is run in the same one", { skip }, async () => {
  const dir = repository();
  commit(dir, { "engine/source.txt": "three\n" }, "the third");
  const { head } = await specs(join(dir, "engine"), BUILD, "HEAD~1");
  assert.equal(head.prefix, "engine/");
  const path = await buildCommit(head, "out/inferrs", world);
  assert.equal(readFileSync(path, "utf8"), "three\n");
  const { base } = await specs(join(dir, "engine"), BUILD, "main");
  await assert.rejects(buildCommit(base, "out/inferrs", world), /no folder engine/);
});

test("the user's tokens and a hook's variables don't reach the build; tags do", {
  skip,
}, async () => {
  const dir = repository();
  const { base } = await specs(
    dir,
    "mkdir out; { echo token=$GITHUB_TOKEN dir=$GIT_DIR; git describe --tags; pwd; } > out/inferrs",
  );
  const dirty = { GITHUB_TOKEN: "secret", GIT_DIR: join(dir, ".git"), GIT_INDEX_FILE: "x" };
  const before = everything(dir);
  const path = await buildCommit(base, "out/inferrs", { ...world, env: { ...env, ...dirty } });
  const { tree } = placeOf(base, "out/inferrs", env);
  assert.equal(readFileSync(path, "utf8"), `token= dir=\nv1\n${tree}\n`);
  assert.deepEqual(everything(dir), before);
});

test("a shallow checkout, a linked work tree and a branch of the remote's", { skip }, async () => {
  const dir = repository();
  const shallow = join(root, "shallow");
  git(root, "clone", "-q", "--depth=1", "--no-single-branch", `file://${dir}`, shallow);
  const { base } = await specs(shallow, BUILD);
  assert.equal(readFileSync(await buildCommit(base, "out/inferrs", world), "utf8"), "one\n");
  const linked = join(root, "linked");
  git(dir, "worktree", "add", "-q", "--detach", linked, "work");
  const from = await specs(linked, `${BUILD} && : linked`);
  assert.equal(readFileSync(await buildCommit(from.head, "out/inferrs", world), "utf8"), "two\n");
});

test("submodules come along, from the checkout; one that isn't there is named", {
  skip,
}, async () => {
  const inner = repository();
  commit(inner, { "source.txt": "inner\n" }, "of its own");
  const dir = repository();
  git(dir, "submodule", "add", "-q", "--name", "parts", inner, "vendor/inner");
  git(dir, "commit", "-q", "-m", "with a part");
  const build = "mkdir out; cp vendor/inner/source.txt out/inferrs";
  const { head } = await specs(dir, build);
  const before = everything(dir);
  assert.equal(readFileSync(await buildCommit(head, "out/inferrs", world), "utf8"), "inner\n");
  assert.deepEqual(everything(dir), before);
  const bare = join(root, "without-parts");
  git(root, "clone", "-q", dir, bare);
  const missing = await specs(bare, `${build}; : bare`, "HEAD~1");
  await assert.rejects(
    buildCommit(missing.head, "out/inferrs", world),
    /submodule vendor\/inner.*git submodule update --init vendor\/inner/,
  );
});

test("a ref that there isn't, head's own, and a folder without a repository", {
  skip,
}, async () => {
  const dir = repository();
  const find = (ref: string, cwd = dir) => findCommits(ref, { cwd, env, signal });
  await assert.rejects(find("mian"), { name: "InputError", message: /ref=mian.*git fetch origin/ });
  await assert.rejects(find("--help"), { name: "InputError" });
  await assert.rejects(find("work"), { name: "InputError", message: /--base self/ });
  const outside = join(root, "outside");
  mkdirSync(outside);
  await assert.rejects(find("main", outside), { name: "SetupError", message: /not a git repo/ });
  const none = { cwd: dir, env: { ...env, PATH: outside }, signal };
  await assert.rejects(findCommits("main", none), /needs git/);
});

test("the latest builds stay, the others go", { skip }, async () => {
  const dir = repository();
  const { base } = await specs(dir, BUILD);
  const home = { ...env, HOME: join(root, "home-2") };
  const made: string[] = [];
  for (let index = 0; index < 10; index++) {
    const spec = { ...base, command: `${BUILD} && : ${index}` };
    made.push(await buildCommit(spec, "out/inferrs", { ...world, env: home }));
  }
  const left = made.filter((path) => existsSync(path));
  assert.deepEqual(left, made.slice(2));
  assert.equal(readdirSync(buildsRoot(home)).filter((name) => !name.endsWith(".log")).length, 8);
});
