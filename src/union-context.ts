/** What one recommendation over several results needs of this tool's own files. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { UnionContext } from "./analyze/merged/union.ts";
import { mainVariant } from "./analyze/recommended-cells.ts";
import { mergeOpenClawConfig, type OpenClawConfig } from "./drive/openclaw/config.ts";
import { assetPath } from "./host/assets.ts";
import { readJson5 } from "./inputs/config-file.ts";
import { renderFor } from "./openclaw-config.ts";

export function unionContext(): UnionContext {
  const path = join(assetPath("bench"), "openclaw.json5");
  const guide = readJson5("bench/openclaw.json5", path, process.cwd());
  const configs = (["known", "any"] as const).map((flags) =>
    mergeOpenClawConfig(guide, null, flags),
  );
  const [config] = configs;
  return {
    guideCompat: config?.guideCompat ?? {},
    renderConfig: (compat, settings, like) => {
      const variant = mainVariant(like);
      // A config of the user's own is in no result.
      const own = configs.find((each) => digestOf(each) === variant?.openclaw.configDigest);
      if (own === undefined || variant === null) return null;
      const { engine, model } = variant;
      const baseUrl = engine.kind === "external" ? engine.baseUrl : null;
      const modelId = model.servedId ?? model.id;
      return renderFor(own, { modelId, baseUrl, compat, settings, simulated: like.simulated });
    },
  };
}

function digestOf(config: OpenClawConfig): string {
  return createHash("sha256").update(JSON.stringify(config)).digest("hex");
}
