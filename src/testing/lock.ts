/** The whole tool in this process, for what it does before anything is started. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type BenchEnd, type BenchHost, bench } from "../bench.ts";
import type { RawOptions } from "../inputs/table.ts";
import { type Lock, lockSchema } from "../lock/schema.ts";

export interface Told extends BenchEnd {
  stdout: string;
  stderr: string;
}

export interface LockWorld {
  dir: string;
  /** Runs the bench in `dir`. */
  bench: (raw: RawOptions) => Promise<Told>;
  /** `--plan --lock`: the lock, and the file that it is in. */
  lock: (raw: RawOptions, file?: string) => Promise<Lock>;
  /** `--locked --plan` of a lock, as it is or changed: what is said of it. */
  held: (lock: Lock, raw?: RawOptions) => Promise<Told>;
  write: (path: string, content: string | Buffer) => void;
}

/** A folder and a home of its own, gone after the test. */
export function lockWorld(
  env: NodeJS.ProcessEnv = {},
  entry: BenchHost["entry"] = "cli",
): LockWorld {
  const dir = mkdtempSync(join(tmpdir(), "lock-"));
  after(() => rmSync(dir, { recursive: true, force: true }));
  const world: LockWorld = {
    dir,
    write: (path, content) => writeFileSync(join(dir, path), content),
    bench: async (raw) => {
      const texts = { stdout: "", stderr: "" };
      const output = (name: keyof typeof texts) =>
        ({
          isTTY: false,
          write: (text: string) => {
            texts[name] += text;
            return true;
          },
        }) as never;
      const end = await bench(raw, {
        env: {
          ...{ PATH: process.env.PATH, HOME: dir, XDG_CACHE_HOME: join(dir, "cache") },
          ...{ HF_HOME: join(dir, "hf"), INFERRS_BENCH_LOCK_DIR: dir, ...env },
        },
        ...{ cwd: dir, stdout: output("stdout"), stderr: output("stderr") },
        ...{ signal: new AbortController().signal, entry },
      });
      return { ...end, ...texts };
    },
    lock: async (raw, file = "./bench.lock.json") => {
      const end = await world.bench({ command: "run", ...raw, plan: true, lock: file });
      if (end.error !== null) throw new Error(end.error.message);
      return lockSchema.parse(JSON.parse(readFileSync(join(dir, file), "utf8")));
    },
    held: async (lock, raw = {}) => {
      world.write("held.json", JSON.stringify(lock));
      return await world.bench({ command: "run", locked: "held.json", plan: true, ...raw });
    },
  };
  return world;
}
