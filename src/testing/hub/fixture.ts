/** A stand-in hub, a cache folder and a client for tests; all of it is gone after them. */
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { CacheEntry, ModelCache } from "../../provision/hub/cache-entry.ts";
import { ensureModel } from "../../provision/hub/ensure.ts";
import { hubClient } from "../../provision/hub/fetch.ts";
import { lookUpModel } from "../../provision/hub/look-up.ts";
import { hubSettings } from "../../provision/hub/settings.ts";
import type { EnsuredModel, ModelRequest } from "../../provision/hub/types.ts";
import { LEAST_RATE, type LeastRate } from "../../provision/net/stretch.ts";
import type { StandInRepo } from "./repos.ts";
import { type HubRule, type StandInHub, startHub } from "./server.ts";

export interface HubFixture {
  hub: StandInHub;
  /** HF_HOME. */
  home: string;
  /** What was logged, and how long it would have waited, ms. */
  lines: string[];
  pauses: number[];
  ensure(request?: Partial<ModelRequest>, over?: Partial<EnsureOptions>): Promise<EnsuredModel>;
}

interface EnsureOptions {
  env: NodeJS.ProcessEnv;
  offline: boolean;
  signal: AbortSignal;
  silenceMs: number;
  leastRate: LeastRate;
  modelCache: ModelCache | null;
  cacheDir: string;
}

/** Bytes that are never the same in two places, so that a piece in the wrong place shows. */
export function content(bytes: number, seed = 1): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0, state = seed; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    buffer[at] = state >>> 24;
  }
  return buffer;
}

/** A model as inferrs wants it, with weights of so many bytes and a file that nobody needs. */
export function model(over: Partial<StandInRepo> = {}, weights = 300_000): StandInRepo {
  return {
    id: "org/model",
    files: {
      ".gitattributes": Buffer.from("*.safetensors filter=lfs\n"),
      "README.md": Buffer.from("# A model\n"),
      "config.json": Buffer.from('{"model_type":"gemma4"}'),
      "tokenizer.json": content(20_000, 2),
      "tokenizer_config.json": Buffer.from("{}"),
      "model.safetensors": content(weights),
      "onnx/model.bin": content(1000, 3),
    },
    ...over,
  };
}

export async function hubFixture(repos: StandInRepo[], rules: HubRule[] = []): Promise<HubFixture> {
  const hub = await startHub(repos, rules);
  const home = mkdtempSync(join(tmpdir(), "hub-test-"));
  const lines: string[] = [];
  const pauses: number[] = [];
  after(async () => {
    await hub.close();
    rmSync(home, { recursive: true, force: true });
  });
  return {
    hub,
    home,
    lines,
    pauses,
    ensure: async (request = {}, over = {}) => {
      const env = { HOME: home, HF_HOME: home, HF_ENDPOINT: hub.url, ...over.env };
      const read = hubSettings(env, over.offline ?? false);
      const settings = { ...read, cacheDir: over.cacheDir ?? read.cacheDir };
      const client = hubClient({
        settings,
        env,
        signal: over.signal ?? new AbortController().signal,
        log: (line) => lines.push(line),
        silenceMs: over.silenceMs ?? 10_000,
        leastRate: over.leastRate ?? LEAST_RATE,
        pause: async (ms) => {
          pauses.push(ms);
          await new Promise((resolve) => setTimeout(resolve, 5));
        },
      });
      try {
        const context = {
          client,
          ownCache: join(home, "own"),
          modelCache: over.modelCache ?? null,
          progress: () => {},
        };
        const found = await lookUpModel(
          { id: "org/model", revision: "main", ggufFile: null, tokenizerSource: null, ...request },
          context,
        );
        return await ensureModel(found, context);
      } finally {
        await client.close();
      }
    },
  };
}

/** A cache between jobs that really copies: what was kept comes back after the folder was lost. */
export function folderCache(): ModelCache & { entries: CacheEntry[]; save(): void } {
  const dir = mkdtempSync(join(tmpdir(), "model-cache-"));
  after(() => rmSync(dir, { recursive: true, force: true }));
  const saved = new Map<string, string[]>();
  const entries: CacheEntry[] = [];
  return {
    entries,
    restore: async ({ key }) => {
      for (const path of saved.get(key) ?? []) {
        cpSync(join(dir, path), path, { recursive: true, verbatimSymlinks: true });
      }
      return saved.has(key);
    },
    keep: (entry) => {
      entries.push(entry);
    },
    save: () => {
      for (const { key, paths } of entries) {
        const named = paths.map((path) => path.replace(/\/\*$/, ""));
        const kept = named.filter((path) => existsSync(path));
        for (const path of kept) {
          cpSync(path, join(dir, path), { recursive: true, verbatimSymlinks: true });
        }
        saved.set(key, kept);
      }
    },
  };
}
