/** The config that a run recommends, from what its journal says. */

import type { ResultContext } from "./analyze/result.ts";
import { type OpenClawConfig, renderOpenClawConfig } from "./drive/openclaw/config.ts";
import type { RunState } from "./journal/state.ts";
import { mainVariantOf } from "./plan/types.ts";

/** How the recommended settings are written for this run. */
export function configOf(state: RunState): ResultContext {
  const config = state.openclawConfig as OpenClawConfig;
  const spec = mainVariantOf(state.plan);
  const served = spec === undefined ? null : state.variants.get(spec.name)?.provisioned?.model;
  const simulated = spec?.engine.kind === "sim";
  return {
    guideCompat: config.guideCompat,
    clientTimeoutMs: timeoutOf(config),
    renderConfig: (compat, settings) =>
      renderOpenClawConfig(config, {
        modelId: served?.servedId ?? served?.id ?? null,
        baseUrl: spec?.engine.kind === "external" ? spec.engine.baseUrl : null,
        compat,
        settings,
        header: [
          "Written by inferrs-bench: merge this into OpenClaw's config.",
          ...(simulated ? ["SIMULATED: measured on the simulator, not on a real server."] : []),
        ],
      }),
  };
}

function timeoutOf(config: OpenClawConfig): number | null {
  const seconds = config.providerEntry?.timeoutSeconds;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : null;
}
