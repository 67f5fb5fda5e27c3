import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SetupError } from "../inputs/error.ts";
import type { VariantSpec } from "../plan/types.ts";
import { identify } from "./executable.ts";
import { provisionVariant } from "./variant.ts";

const dir = mkdtempSync(join(tmpdir(), "executable-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const posix = process.platform === "win32" ? "needs programs with a first line" : false;
const linux = process.platform === "linux" ? false : "needs ELF programs";

function script(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** The shell, as a program of another machine: byte 18 of an ELF file names it. */
function foreign(): string {
  const path = join(dir, "foreign");
  copyFileSync("/bin/sh", path);
  const bytes = readFileSync(path);
  bytes.writeUInt16LE(process.arch === "arm64" ? 62 : 183, 18);
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
  return path;
}

function refused(path: string, why: RegExp) {
  return (error: Error) => {
    assert.ok(error instanceof SetupError, String(error));
    assert.ok(error.message.startsWith(`${path} can't be run on this machine`), error.message);
    assert.match(error.message, why);
    assert.match(error.message, /Give a build of inferrs for this platform with --inferrs/);
    return true;
  };
}

/** A variant whose model is fetched from a hub that isn't there. */
function variantOf(path: string): [VariantSpec, Parameters<typeof provisionVariant>[1]] {
  const inferrs = { kind: "path", path } as const;
  const engine = { kind: "inferrs", inferrs, sha256: null } as const;
  const model = { kind: "hub", id: "org/model" } as const;
  const env = { ...TOKENS, PATH: process.env.PATH, HOME: dir, HF_ENDPOINT: "http://127.0.0.1:9" };
  return [
    { name: "head", engine, model, device: "auto", serverArgs: [] },
    {
      ...{ cwd: dir, workDir: dir, env, signal: AbortSignal.abort(), token: null, offline: true },
      ...{ modelCache: null, toolVersion: "0", configDigest: "" },
      ...{ note: () => {}, say: () => {}, warn: () => {} },
    },
  ];
}

const TOKENS = {
  "INPUT_GITHUB-TOKEN": "canary",
  ACTIONS_RUNTIME_TOKEN: "canary",
  GITHUB_ENV: "canary",
  HF_TOKEN: "canary",
  HUGGING_FACE_HUB_TOKEN: "canary",
  GITHUB_TOKEN: "canary",
  GH_TOKEN: "canary",
  GITHUB_ENTERPRISE_TOKEN: "canary",
  GH_ENTERPRISE_TOKEN: "canary",
};

test("--version sees what the engine sees: no token, no input, no file of the runner", {
  skip: posix,
}, async () => {
  const seen = join(dir, "seen");
  const path = script("dumps", `#!/bin/sh\nenv >"${seen}"\necho inferrs 1.2.3\n`);
  const env = { ...TOKENS, PATH: process.env.PATH, KEPT: "kept" };
  assert.equal((await identify(path, env)).version, "1.2.3");
  const text = readFileSync(seen, "utf8");
  assert.match(text, /^KEPT=kept$/m);
  assert.doesNotMatch(text, /canary/);
  const [variant, options] = variantOf(path);
  await assert.rejects(provisionVariant(variant, options), /org\/model/);
  assert.doesNotMatch(readFileSync(seen, "utf8"), /canary|KEPT/);
});

test("what can't be run here is found before the model is looked for", {
  skip: posix,
}, async () => {
  const path = script("no-interpreter", "#!/nowhere/loader\n");
  await assert.rejects(identify(path, process.env), refused(path, /ENOENT; its loader/));
  const [variant, options] = variantOf(path);
  await assert.rejects(provisionVariant(variant, options), refused(path, /ENOENT/));
  const plain = script("plain", "#!/bin/sh\n");
  chmodSync(plain, 0o644);
  await assert.rejects(identify(plain, process.env), refused(plain, /EACCES/));
});

test("a program of another machine, which a shell would take for a script", {
  skip: linux,
}, async () => {
  const path = foreign();
  await assert.rejects(
    identify(path, process.env),
    refused(path, /it is a program for (arm64|x64) \(ENOEXEC\)/),
  );
  const archive = script("archive", "\x1f\x8b\x08\0\0\0\0\0\0\0\0");
  await assert.rejects(identify(archive, process.env), refused(archive, /neither an ELF program/));
});

test("a library that isn't there is named, with what brings it", { skip: posix }, async () => {
  // As ld.so (man 8 ld.so), musl's loader and macOS's dyld say it.
  const glibc = "error while loading shared libraries";
  for (const [name, says, code, why, mend] of [
    [
      "glibc",
      `inferrs: ${glibc}: libvulkan.so.1: cannot open shared object file: No such file or directory`,
      127,
      /needs the shared library libvulkan\.so\.1, which is not there/,
      /Vulkan's loader.*libvulkan1/,
    ],
    [
      "cuda",
      `inferrs: ${glibc}: libcuda.so.1: cannot open shared object file: No such file or directory`,
      127,
      /libcuda\.so\.1/,
      /NVIDIA's driver/,
    ],
    [
      "other",
      `inferrs: ${glibc}: libfoo-2.so: cannot open shared object file: No such file or directory`,
      127,
      /libfoo-2\.so/,
      /Install the package that has it/,
    ],
    [
      "musl",
      "Error loading shared library libgomp.so.1: No such file or directory (needed by /x/inferrs)",
      127,
      /libgomp\.so\.1/,
      /GNU OpenMP.*libgomp1/,
    ],
    [
      "old",
      "/x/inferrs: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /x/inferrs)",
      1,
      /needs GLIBC_2\.38 of libc\.so\.6/,
      /newer system, or build/,
    ],
    ["dyld", "dyld[1]: Library not loaded: @rpath/libbar.dylib", 134, /libbar\.dylib/, /otool -L/],
  ] as const) {
    const path = script(name, `#!/bin/sh\ncat >&2 <<'END'\n${says}\nEND\nexit ${code}\n`);
    await assert.rejects(identify(path, process.env), (error: Error) => {
      assert.ok(error instanceof SetupError, String(error));
      assert.ok(error.message.startsWith(`${path} can't be run on this machine`), error.message);
      assert.match(error.message, why);
      assert.match(error.message, mend);
      return true;
    });
  }
});

test("the same of a real program that is linked with a library that is gone", {
  skip: linux || (hasCompiler() ? false : "there is no cc here"),
}, async () => {
  const path = join(dir, "linked");
  const library = join(dir, "libgone-7.so");
  const compile = (input: string, ...args: string[]) =>
    execFileSync("cc", ["-x", "c", "-", ...args], { input, stdio: ["pipe", "ignore", "inherit"] });
  compile("int gone;", "-shared", "-o", library);
  compile("int main(void) { return 0; }", "-o", path, "-Wl,--no-as-needed", `-L${dir}`, "-lgone-7");
  rmSync(library);
  await assert.rejects(identify(path, process.env), {
    name: "SetupError",
    message: /needs the shared library \S*libgone-7\.so, which is not there/,
  });
});

function hasCompiler(): boolean {
  try {
    execFileSync("cc", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test("what runs and fails, or knows no --version, has no version", { skip: posix }, async () => {
  for (const [name, text] of [
    ["fails", "#!/bin/sh\necho unknown flag >&2; exit 2\n"],
    ["killed", "#!/bin/sh\nkill -9 $$\n"],
    ["silent", "#!/bin/sh\n"],
    ["bare", "exit 3\n"],
  ] as const) {
    const { version, sha256 } = await identify(script(name, text), process.env);
    assert.equal(version, null, name);
    assert.match(sha256, /^[0-9a-f]{64}$/);
  }
  // A program of this machine that fails on what it is given.
  if (process.platform === "linux") {
    const path = join(dir, "false");
    copyFileSync(process.execPath, path);
    const env = { PATH: "", NODE_OPTIONS: "--no-such-option" };
    assert.equal((await identify(path, env)).version, null);
  }
});
