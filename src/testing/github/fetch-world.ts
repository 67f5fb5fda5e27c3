/** A world for fetching in tests: local servers, a folder of its own, and nobody waits. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchInferrs, lookUpInferrs } from "../../provision/inferrs/provision.ts";
import type { InferrsSpec } from "../../provision/inferrs/spec.ts";
import type { FetchWorld } from "../../provision/inferrs/world.ts";
import { tarGz } from "../archives.ts";

export interface TestWorld extends FetchWorld {
  home: string;
  said: string[];
  warned: string[];
  slept: number[];
}

const sha256Bytes = (text: string) => createHash("sha256").update(text).digest();

/** 2026-01-01T00:00:00Z */
export const NOW = Date.UTC(2026, 0, 1);

const folders: string[] = [];
process.once("exit", () => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});

/** A folder that is gone when this process is: in a hook, `after` would be the hook's own. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), "fetch-"));
  folders.push(dir);
  return dir;
}

export function testWorld(url: string, over: Partial<FetchWorld> = {}): TestWorld {
  const home = scratch();
  const said: string[] = [];
  const warned: string[] = [];
  const slept: number[] = [];
  return {
    home,
    said,
    warned,
    slept,
    cwd: home,
    env: {
      GITHUB_API_URL: `${url}/api/v3`,
      GITHUB_SERVER_URL: url,
      XDG_CACHE_HOME: home,
      PATH: "",
    },
    token: null,
    offline: false,
    signal: new AbortController().signal,
    say: (line) => said.push(line),
    warn: ({ code, text }) => warned.push(`${code}: ${text}`),
    platform: { os: "linux", arch: "x64", glibc: true },
    table: { repository: "ericcurtin/inferrs", releases: {} },
    userAgent: "inferrs-bench/test",
    limits: {
      headersMs: 5_000,
      stretchMs: 300,
      leastBytes: 1000,
      tries: 4,
      longestWaitMs: 120_000,
    },
    now: () => NOW,
    sleep: async (ms) => {
      slept.push(ms);
    },
    random: () => 0,
    ...over,
  };
}

/** Found and fetched, as a run does one after the other. */
export async function provisionInferrs(
  spec: InferrsSpec,
  sha256: string | null,
  world: FetchWorld,
) {
  return await fetchInferrs(await lookUpInferrs(spec, sha256, world), world);
}

export const VERSION = "0.0.20260424164259";
export const ASSET = "inferrs-x86_64-unknown-linux-gnu.tar.gz";

/** A release's archive as inferrs's workflow packs it, with a script in the binary's place. */
export function linuxArchive(says = "inferrs 0.1.0", padding = 0): Buffer {
  const folder = "inferrs-linux-x86_64";
  const noise = Buffer.alloc(padding);
  // Not compressible, so that the archive really has the size; the same in every run.
  for (let at = 0; at < padding; at += 32) sha256Bytes(String(at)).copy(noise, at);
  return tarGz([
    { name: `${folder}/` },
    { name: `${folder}/inferrs`, text: `#!/bin/sh\necho '${says}'\n` },
    { name: `${folder}/libinferrs_backend_cuda.so`, text: "cuda" },
    { name: `${folder}/libinferrs_backend_vulkan.so`, text: noise },
  ]);
}
