/** The config that a run recommends, from what its journal says. */

import type { ResultContext } from "./analyze/result.ts";
import { type OpenClawConfig, renderOpenClawConfig } from "./drive/openclaw/config.ts";
import type { RunState } from "./journal/state.ts";
import { mainVariantOf } from "./plan/types.ts";
import type { Compat, ResultCell } from "./result.ts";

/** How the recommended settings are written for this run. */
export function configOf(state: RunState): ResultContext {
  const config = state.openclawConfig as OpenClawConfig;
  const spec = mainVariantOf(state.plan);
  const served = spec === undefined ? null : state.variants.get(spec.name)?.provisioned?.model;
  return {
    guideCompat: config.guideCompat,
    clientTimeoutMs: timeoutOf(config),
    renderConfig: (compat, settings) =>
      renderFor(config, {
        modelId: served?.servedId ?? served?.id ?? null,
        baseUrl: spec?.engine.kind === "external" ? spec.engine.baseUrl : null,
        compat,
        settings,
        simulated: spec?.engine.kind === "sim",
      }),
  };
}

/** With who wrote it, and of what. */
export function renderFor(
  config: OpenClawConfig,
  of: {
    modelId: string | null;
    baseUrl: string | null;
    compat: Compat;
    settings: ResultCell["settings"];
    simulated: boolean;
  },
): string {
  const { simulated, ...what } = of;
  return renderOpenClawConfig(config, {
    ...what,
    header: [
      "Written by inferrs-bench: merge this into OpenClaw's config.",
      ...(simulated ? ["SIMULATED: measured on the simulator, not on a real server."] : []),
    ],
  });
}

function timeoutOf(config: OpenClawConfig): number | null {
  const seconds = config.providerEntry?.timeoutSeconds;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : null;
}
