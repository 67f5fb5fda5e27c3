/** The inferrs executable: found, checked, and told apart from others. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, constants, open, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { withoutTokens } from "../engine/command.ts";
import { InputError, SetupError } from "../inputs/error.ts";
import { suggest } from "../inputs/parse.ts";

const run = promisify(execFile);

/**
 * @param named a path, or a bare name to be looked up on PATH
 * @throws InputError when there is none, or it can't be executed
 */
export async function findExecutable(
  named: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<string> {
  const bare = !named.includes("/") && !named.includes("\\");
  const names = bare && process.platform === "win32" ? [named, `${named}.exe`] : [named];
  const places = bare
    ? (env.PATH ?? "").split(delimiter).flatMap((dir) => names.map((name) => join(dir, name)))
    : [isAbsolute(named) ? named : resolve(cwd, named)];
  for (const path of places) {
    const found = await stat(path).catch(() => null);
    if (found === null) continue;
    if (found.isDirectory()) {
      if (bare) continue;
      throw notExecutable(
        path,
        "an executable file, not a folder",
        `Name the file in it, e.g. ${path}/inferrs.`,
      );
    }
    const allowed = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (allowed) return path;
    if (!bare) throw notExecutable(path, "a file that may be executed", `chmod +x ${path}`);
  }
  throw new InputError({
    input: "--inferrs",
    value: named,
    expected: bare
      ? "latest, a version (0.0. and 14 digits), a path, a URL, or an executable's name on PATH"
      : "an existing file",
    mend: bare
      ? `${suggest(named, ["latest"])} Give a path with a slash in it, e.g. --inferrs ./target/release/inferrs. Without inferrs, try: inferrs-bench demo.`.trim()
      : "Check the path.",
  });
}

function notExecutable(path: string, expected: string, mend: string): InputError {
  return new InputError({ input: "--inferrs", value: path, expected, mend });
}

/** A file's SHA-256, in hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/**
 * What `--version` says, and the file's SHA-256. The version is null when it says nothing.
 * @param env it runs without the tokens in it, as the engine does
 * @throws SetupError for a file that this machine can't run: nothing is fetched for it then
 */
export async function identify(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<{ version: string | null; sha256: string }> {
  const sha256 = await sha256Of(path);
  const options = { timeout: 5_000, env: { ...withoutTokens(env), NO_COLOR: "1" } };
  const version = await run(path, ["--version"], options).then(
    ({ stdout }) =>
      stdout
        .trim()
        .split("\n")[0]
        ?.replace(/^inferrs\s+/, "") || null,
    async (error: NodeJS.ErrnoException) => {
      const why = await whyNotRun(path, error);
      if (why !== null) throw cannotRun(path, why, error);
      return null;
    },
  );
  return { version, sha256 };
}

/** These say something of the machine at this moment, not of the file. */
const PASSING = ["ETXTBSY", "EAGAIN", "ENOMEM", "EMFILE", "ENFILE"];

/** @returns null for what was started, and failed on its own */
async function whyNotRun(path: string, error: NodeJS.ErrnoException): Promise<string | null> {
  if (error.syscall?.startsWith("spawn")) {
    if (PASSING.includes(error.code ?? "")) return null;
    const loader = "its loader or interpreter is missing: on musl that is so of a build for glibc";
    return error.code === "ENOENT" ? `${error.message}; ${loader}` : error.message;
  }
  // execvp hands to a shell what the kernel doesn't take (ENOEXEC), and only the shell fails.
  return process.platform === "linux" ? foreignBinary(await headOf(path)) : null;
}

function cannotRun(path: string, why: string, cause: Error): SetupError {
  const here = `${process.platform} ${process.arch}`;
  return new SetupError(
    `${path} can't be run on this machine (${here}): ${why}. Give a build of inferrs for this platform with --inferrs, in a folder from which programs may be run; or build it here from its source.`,
    { cause },
  );
}

/** `e_machine` of an ELF file by Node's name of the architecture (elf.h). */
const MACHINES: Record<string, number> = {
  ...{ x64: 62, arm64: 183, ia32: 3, arm: 40 },
  ...{ ppc64: 21, s390x: 22, riscv64: 243, loong64: 258 },
};

/** @returns what it is; null for a script, and for a program of this machine */
function foreignBinary(head: Buffer): string | null {
  // As a shell tells programs from scripts. An empty file is an empty script.
  if (!head.includes(0) || head.subarray(0, 2).toString("latin1") === "#!") return null;
  if (head.length < 20 || head.subarray(1, 4).toString("latin1") !== "ELF") {
    return "it is neither an ELF program nor a script (ENOEXEC)";
  }
  const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  const own = MACHINES[process.arch];
  if (own === undefined || machine === own) return null;
  const name = Object.keys(MACHINES).find((each) => MACHINES[each] === machine);
  return `it is a program for ${name ?? `machine ${machine}`} (ENOEXEC)`;
}

async function headOf(path: string): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
