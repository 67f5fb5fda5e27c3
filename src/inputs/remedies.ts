/** What the ladder of remedies starts from, read in the config that the client gets. */
import { modelPath, providerPath, settingPaths } from "../analyze/remedies/rungs.ts";
import { clientConfig } from "../drive/openclaw/client-config.ts";
import { parsePath, valueAt } from "../drive/openclaw/path.ts";
import type { RemedyPlan } from "../plan/types.ts";
import type { Compat } from "../result.ts";

/** For a config that is only looked at. */
const NOWHERE = {
  baseUrl: "http://127.0.0.1:9/v1",
  modelId: null,
  home: { workspaceDir: "/workspace", logPath: "/log" },
};

/**
 * Only values that a rung would change are kept: names of tools and skills, limits and switches.
 * @param most prompts that are captured at most; 0: no ladder
 * @param session name of the scenario whose session grows until it is compacted
 */
export function readRemedies(
  { base, user, compat }: { base: unknown; user: unknown; compat: Compat },
  most: number,
  session: string | null,
): RemedyPlan | null {
  if (most === 0) return null;
  const { config, provider } = clientConfig({ base, user, compat, settings: {}, ...NOWHERE });
  const entries = valueAt(config, ["agents", "entries"]);
  const agents = Object.keys(typeof entries === "object" && entries !== null ? entries : {});
  const model = modelPath({ provider, modelIndex: 0 });
  const paths = [
    ...settingPaths(agents),
    `${model}.contextWindow`,
    `${model}.maxTokens`,
    `${providerPath(provider)}.timeoutSeconds`,
  ];
  const current = paths.flatMap((path): [string, unknown][] => {
    const value = valueAt(config, parsePath(path) ?? []);
    return value === undefined ? [] : [[path, value]];
  });
  return { provider, compat, current: Object.fromEntries(current), agents, session, most };
}
