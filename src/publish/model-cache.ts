/**
 * Hub models in the Action's cache (`cache-model: true`). Without it, or when it fails, the model is
 * fetched from the hub: the cache never fails a run.
 */
import type { CacheEntry, ModelCache } from "../provision/hub/cache-entry.ts";
import type { Core } from "./actions-core.ts";

/** The part of @actions/cache that is used. */
export interface ActionsCache {
  isFeatureAvailable(): boolean;
  restoreCache(paths: string[], key: string): Promise<string | undefined>;
  saveCache(paths: string[], key: string): Promise<number>;
}

export interface ActionsModelCache extends ModelCache {
  /** Saves what is kept, with what inferrs has written beside it meanwhile. Never throws. */
  save(): Promise<void>;
}

/**
 * @param load - loads @actions/cache, which is large, when it is first needed
 */
export function actionsModelCache(
  core: Pick<Core, "info" | "warning">,
  load: () => Promise<ActionsCache> = () => import("./actions-cache.ts"),
): ActionsModelCache {
  const toSave = new Map<string, CacheEntry>();
  const available = async (): Promise<ActionsCache | null> => {
    const cache = await load();
    if (cache.isFeatureAvailable()) return cache;
    core.warning("cache-model: this runner has no cache service; the model is not kept.");
    return null;
  };
  return {
    restore: async (entry, signal) => {
      try {
        const cache = await available();
        if (cache === null || signal.aborted) return false;
        // It knows no signal.
        const hit = await untilStopped(cache.restoreCache([...entry.paths], entry.key), signal);
        if (signal.aborted) return false;
        core.info(
          `cache-model: ${hit === undefined ? "nothing found" : "found"} under ${entry.key}`,
        );
        return hit !== undefined;
      } catch (error) {
        core.warning(`cache-model: could not be looked up (${String(error)}); the hub is asked.`);
        return false;
      }
    },
    keep: (entry) => {
      toSave.set(entry.key, entry);
    },
    save: async () => {
      for (const { key, paths } of toSave.values()) {
        try {
          const cache = await available();
          if (cache === null) return;
          const id = await cache.saveCache([...paths], key);
          if (id !== -1) core.info(`cache-model: saved as ${key}`);
        } catch (error) {
          core.warning(`cache-model: could not be saved (${String(error)}).`);
        }
      }
      toSave.clear();
    },
  };
}

/** @returns undefined as soon as the run is stopped */
async function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  // What it comes to afterwards is nobody's business any more.
  work.catch(() => {});
  let stop = () => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
