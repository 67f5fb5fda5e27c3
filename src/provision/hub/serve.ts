/** How inferrs is told of a model in the hub's cache. */
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { SetupError } from "../../inputs/error.ts";
import { DEFAULT_ENDPOINT, type HubSettings, userHome } from "./settings.ts";

/** Nothing listens there: what is sent to it fails at once. */
const NOWHERE = "http://127.0.0.1:9";

/**
 * Environment of an inferrs that must find the model where we put it, and fetch nothing when that
 * is what the user wants. inferrs 9535ae3 reads `~/.cache/huggingface/hub` and ignores `HF_HOME`
 * (`Api::new()` of hf-hub 0.4); so with a cache elsewhere it gets a home of its own with a link to it.
 *
 * @param workDir the run's own folder; the home is made in it
 */
export function engineEnvironment(
  settings: HubSettings,
  env: NodeJS.ProcessEnv,
  workDir: string,
): NodeJS.ProcessEnv {
  // It ignores HF_ENDPOINT too, and knows no offline mode: where the hub itself must not be asked,
  // for a file that a model doesn't have, the first proxy that hf-hub looks for leads nowhere.
  const alone = settings.offline || settings.endpoint !== DEFAULT_ENDPOINT;
  const offline = alone ? { ALL_PROXY: NOWHERE } : {};
  const home = userHome(env);
  if (resolve(settings.cacheDir) === resolve(home, ".cache/huggingface/hub")) return offline;
  if (process.platform === "win32") {
    throw new SetupError(
      `inferrs on Windows reads models from ${join(home, ".cache", "huggingface")} alone, and HF_HOME or HF_HUB_CACHE name another folder (${settings.cacheDir}). Unset them, or give the model's directory with --model.`,
    );
  }
  const ownHome = join(workDir, "home");
  const hfHome = join(ownHome, ".cache", "huggingface");
  mkdirSync(hfHome, { recursive: true });
  mkdirSync(settings.cacheDir, { recursive: true });
  rmSync(join(hfHome, "hub"), { force: true });
  symlinkSync(settings.cacheDir, join(hfHome, "hub"));
  return {
    ...offline,
    HOME: ownHome,
    HF_HOME: hfHome,
    // Compiled kernels are kept where they always are: else every start would compile them anew.
    CUDA_CACHE_PATH: env.CUDA_CACHE_PATH || join(home, ".nv", "ComputeCache"),
    XDG_CACHE_HOME: env.XDG_CACHE_HOME || join(home, ".cache"),
  };
}
