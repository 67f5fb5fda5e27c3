/** What has to be fetched for a variant, found out before anything is. */
import type { VariantSpec } from "../plan/types.ts";
import { type Identity, identify } from "./executable.ts";
import { describeFoundModel } from "./hub/describe.ts";
import { quantizationIn } from "./hub/quantized.ts";
import { hubSettings } from "./hub/settings.ts";
import type { FoundModel } from "./hub/types.ts";
import { describeFound, type FoundInferrs } from "./inferrs/found.ts";
import { lookUpInferrs } from "./inferrs/provision.ts";
import { type FetchOptions, fetchWorld } from "./inferrs/world.ts";
import { lookUpHub, type ModelContext } from "./model.ts";
import { type Shared, shared } from "./shared.ts";

export interface FoundVariant {
  inferrs: FoundInferrs;
  /** Null: it has to be fetched first. */
  identity: Identity | null;
  /** Null for a model that isn't of the hub. */
  model: FoundModel | null;
  told: Told;
}

/** For the plan, in words. */
export interface Told {
  engine: string;
  /** Null where nothing was asked about it. */
  model: string | null;
  /** Whether anything has to be fetched. */
  fetches: boolean;
}

/**
 * Asks GitHub's API and the hub, and downloads neither inferrs nor weights: what isn't there, may
 * not be had, can't be run or has no room is told before a byte of the other was fetched.
 *
 * @returns null for an engine that needs neither
 * @throws SetupError
 */
export async function lookUpVariant(
  variant: VariantSpec,
  options: FetchOptions & ModelContext,
  { once }: Shared = shared(),
): Promise<FoundVariant | null> {
  const { engine, model: spec, serverArgs } = variant;
  if (engine.kind !== "inferrs") return null;
  const { env, offline } = options;
  const inferrs = await once(["inferrs", engine], () =>
    lookUpInferrs(engine.inferrs, engine.sha256, fetchWorld(options)),
  );
  const identity = await once(["identity", engine], () => identityOf(inferrs, env));
  const model =
    spec.kind === "hub"
      ? await once(["hub", spec, quantizationIn(serverArgs)], () =>
          lookUpHub(spec, serverArgs, options),
        )
      : null;
  const cached = options.modelCache !== null && (model?.room.fetchBytes ?? 0) > 0;
  return {
    inferrs,
    identity,
    model,
    told: {
      fetches: inferrs.kind === "wanted" || (model?.room.fetchBytes ?? 0) > 0,
      engine: describeFound(inferrs, identity?.version ?? null, env),
      model: model && describeFoundModel(model, hubSettings(env, offline), cached),
    },
  };
}

async function identityOf(found: FoundInferrs, env: NodeJS.ProcessEnv): Promise<Identity | null> {
  if (found.kind === "wanted" || found.kind === "to-build") return null;
  return await identify(found.kind === "file" ? found.executable : found.entry.executable, env);
}
