/** The served model's id in the place of another: where a config names it. Pure. */
import { asArray, asObject, asString } from "../analyze/json.ts";
import { modelPath } from "../analyze/remedies/rungs.ts";
import type { Recommendation } from "../result.ts";
import { type UserConfig, valueOfPath } from "./user-config.ts";

/** @returns none where the config names the served id, or nothing */
export function identitySettings(
  config: UserConfig | null,
  servedId: string,
): Recommendation["settings"] {
  const target = config?.picked.target ?? null;
  if (config === null || target?.modelId == null || target.modelId === servedId) return [];
  const { provider, modelId } = target;
  const [old, served] = [`${provider}/${modelId}`, `${provider}/${servedId}`];
  const at = (path: string) => valueOfPath(config.config, path);
  const because = `the server serves ${servedId}, not ${modelId}`;
  const settings: Recommendation["settings"] = [];
  const set = (path: string, value: unknown) =>
    settings.push({ path, value, because, cost: "nothing" });
  if (target.modelIndex !== null) {
    const { modelIndex } = target;
    set(`${modelPath({ provider, modelIndex })}.id`, servedId);
  }
  const known = asObject(at("agents.defaults.models")) ?? {};
  if (known[old] !== undefined)
    set(`agents.defaults.models[${JSON.stringify(served)}]`, known[old]);
  // Without a list of its own OpenClaw makes one of the models that it knows, at its next write.
  const allowed = asArray(at("agents.defaults.modelPolicy.allow"));
  const allow = allowed.length > 0 ? allowed : Object.keys(known);
  if (allow.length > 0 && !allow.includes(served)) {
    set("agents.defaults.modelPolicy.allow", [...allow, served]);
  }
  const model = at("agents.defaults.model");
  if (asString(model) === old) set("agents.defaults.model", served);
  else if (asString(asObject(model)?.primary) === old) set("agents.defaults.model.primary", served);
  return settings;
}
