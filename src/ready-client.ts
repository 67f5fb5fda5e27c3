/** The real client of a run, and what it sends when it is answered by script. */
import { clientConfig } from "./drive/openclaw/client-config.ts";
import { writeClientConfig } from "./drive/openclaw/home.ts";
import { withValue } from "./drive/openclaw/path.ts";
import { validateClientConfig } from "./drive/openclaw/validate.ts";
import { type CapturedTurns, keepCapture, readCapture } from "./drive/real/captures.ts";
import { type Combination, RealClient, type RealClientOptions } from "./drive/real/client.ts";
import { InputError } from "./inputs/error.ts";
import type { Prepared } from "./inputs/prepare.ts";
import type { Scenario } from "./plan/scenario.ts";
import type { CellSpec } from "./plan/types.ts";

export interface ReadyClient {
  client: RealClient;
  /** From the cache, or asked now. */
  captured(combination: Omit<Combination, "maxTokens">, scenario: Scenario): Promise<CapturedTurns>;
  /** What the client says against a config; null: it takes it. */
  complaint(combination: Pick<CellSpec, "compat" | "settings">): Promise<string | null>;
}

/** For a config that is only looked at: nothing is asked there. */
const NOWHERE = "http://127.0.0.1:9/v1";
/** Stands for what differs from run to run: the same config has the same capture. */
const ANYWHERE = { workspaceDir: "/workspace", logPath: "/log" };

/** The client was found, and has said that it takes the configs, before the plan. */
export function readyClient(
  { plan, client: prepared }: Pick<Prepared, "plan" | "client">,
  world: Pick<RealClientOptions, "dir" | "env" | "signal" | "onSpawned">,
): ReadyClient {
  if (prepared === null) throw new Error("the run was prepared without a client");
  const { install, base, user, variables } = prepared;
  const configOf: RealClientOptions["configOf"] = ({ maxTokens, ...combination }, at) => {
    const made = clientConfig({ ...{ base, user }, ...combination, ...at });
    if (maxTokens === null) return made;
    const path = ["models", "providers", made.provider, "models", 0, "maxTokens"];
    return { ...made, config: withValue(made.config, path, maxTokens) as typeof made.config };
  };
  const { keepBodies } = plan;
  const client = new RealClient({ ...world, install, variables, configOf, keepBodies });
  return {
    client,
    captured: async (asked, scenario) => {
      const combination = { ...asked, maxTokens: null };
      const { config } = configOf(combination, { baseUrl: NOWHERE, modelId: null, home: ANYWHERE });
      const key = { version: install.version, config, scenarioDigest: scenario.digest };
      const kept = readCapture(key, world.env);
      if (kept !== null) return kept;
      const turns = await client.capture(combination, scenario);
      keepCapture(key, turns, world.env);
      return turns;
    },
    complaint: async ({ compat, settings = {} }) => {
      const home = client.home("check");
      const asked = { compat, settings, maxTokens: null };
      writeClientConfig(home, configOf(asked, { baseUrl: NOWHERE, modelId: null, home }).config);
      try {
        await validateClientConfig(install, home, { compat, settings, signal: world.signal });
        return null;
      } catch (error) {
        if (error instanceof InputError) return error.message;
        throw error;
      }
    },
  };
}
