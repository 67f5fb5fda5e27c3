/**
 * The Action's cache of models as a process of its own: @actions/cache reads its settings from the
 * environment and writes commands to the runner on stdout.
 *
 * `node model-cache-process.ts save|restore ENTRY-AS-JSON`; ends with 0 when it was saved or found.
 */
import type { CacheEntry } from "../../provision/hub/cache-entry.ts";
import { actionsModelCache } from "../../publish/model-cache.ts";

const [what, json = "{}"] = process.argv.slice(2);
const entry = JSON.parse(json) as CacheEntry;
const say = (text: string | Error) => console.error(String(text));
const cache = actionsModelCache({ info: say, warning: say });
if (what === "save") {
  cache.keep(entry);
  await cache.save();
} else if (!(await cache.restore(entry, new AbortController().signal))) process.exitCode = 1;
