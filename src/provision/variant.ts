/** Everything a variant needs before it can be started. */
import type { PreparedModel } from "../engine/command.ts";
import type { LockedVariant } from "../lock/schema.ts";
import type { VariantSpec } from "../plan/types.ts";
import { NOTHING_CHOSEN, type ResultVariant } from "../result.ts";
import { identify } from "./executable.ts";
import { fetchInferrs } from "./inferrs/provision.ts";
import { type FetchOptions, fetchWorld } from "./inferrs/world.ts";
import { type FoundVariant, lookUpVariant } from "./look-up.ts";
import { type ModelContext, type ProvisionedModel, provisionHub, provisionModel } from "./model.ts";
import type { OpenClawInstall } from "./openclaw/types.ts";
import { type Shared, shared } from "./shared.ts";

export interface ProvisionedVariant {
  executable: string;
  model: PreparedModel;
  described: ResultVariant;
  /** What pins it, and what the run is held to where it is locked. */
  locked?: LockedVariant;
}

/**
 * Gets the engine and prepares the model.
 *
 * @param given what was found out of them; absent: it is found out first
 */
export async function provisionVariant(
  variant: VariantSpec,
  options: FetchOptions &
    ModelContext & {
      toolVersion: string;
      configDigest: string;
      /** The client that takes the turns; it was found before the plan. Null: none is run. */
      client?: OpenClawInstall | null;
    },
  given?: FoundVariant | null,
  { once }: Shared = shared(),
): Promise<ProvisionedVariant> {
  const { engine } = variant;
  const server = {
    device: engine.kind === "external" ? null : variant.device,
    deviceSeen: null,
    args: variant.serverArgs,
    chosen: NOTHING_CHOSEN,
  };
  const base = {
    name: variant.name,
    server,
    openclaw: clientOf(options.client ?? null, options.configDigest),
  };
  if (engine.kind === "external") {
    const id = variant.model.kind === "served" ? variant.model.id : null;
    return {
      executable: "",
      model: { name: id ?? "", cwd: options.workDir },
      described: {
        ...base,
        engine: {
          kind: "external",
          version: null,
          sha256: null,
          source: null,
          baseUrl: engine.baseUrl,
          knobs: null,
        },
        model: { kind: "served", id: id ?? "", servedId: null, digest: null, provenance: null },
      },
    };
  }
  if (engine.kind === "sim") {
    const { prepared, described } = await once(["model", variant.model, options.workDir], () =>
      simulatedModel(variant, options),
    );
    const knobs = Object.fromEntries(
      engine.knobs.map((knob) => {
        const at = knob.indexOf("=");
        return at < 0 ? [knob, "true"] : [knob.slice(0, at), knob.slice(at + 1)];
      }),
    );
    return {
      executable: process.execPath,
      model: prepared,
      described: {
        ...base,
        engine: {
          kind: "sim",
          version: options.toolVersion,
          sha256: null,
          source: null,
          baseUrl: null,
          knobs,
        },
        model: described,
      },
    };
  }
  const found = given ?? (await lookUpVariant(variant, options, { once }));
  if (found === null) throw new Error("inferrs is always looked up");
  const { executable, source } = await once(["fetched", engine], () =>
    fetchInferrs(found.inferrs, fetchWorld(options)),
  );
  // Before the model: many GB are not fetched for a program that can't be run here.
  const { version, sha256 } =
    found.identity ??
    (await once(["identified", executable], () => identify(executable, options.env)));
  const { prepared, described } = await once(["model", variant.model, options.workDir], () =>
    modelOf(variant, found, options),
  );
  return {
    executable,
    model: prepared,
    described: {
      ...base,
      engine: { kind: "inferrs", version, sha256, source, baseUrl: null, knobs: null },
      model: described,
    },
  };
}

function clientOf(client: OpenClawInstall | null, configDigest: string): ResultVariant["openclaw"] {
  if (client === null) {
    return { client: "bench", version: null, integrity: null, node: null, configDigest };
  }
  const { version, integrity, nodeVersion: node } = client;
  return { client: "openclaw", version, integrity, node, configDigest };
}

async function modelOf(
  { model }: VariantSpec,
  found: FoundVariant,
  options: ModelContext,
): Promise<ProvisionedModel> {
  if (found.model !== null) return await provisionHub(found.model, options);
  if (model.kind === "hub") throw new Error("a model of the hub is always looked up");
  return await provisionModel(model, options);
}

/** The simulator reads no weights: of a model of the hub it needs the name alone. */
async function simulatedModel(
  { model }: VariantSpec,
  options: ModelContext,
): Promise<ProvisionedModel> {
  if (model.kind !== "hub") return provisionModel(model, options);
  return {
    prepared: { name: model.id, cwd: options.workDir },
    described: { kind: "hub", id: model.id, servedId: null, digest: null, provenance: null },
  };
}
