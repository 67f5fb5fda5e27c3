/** What pins a variant: the same before anything was fetched and after. */
import type { VariantSpec } from "../plan/types.ts";
import type { FoundVariant } from "../provision/look-up.ts";
import type { ModelContext } from "../provision/model.ts";
import type { Shared } from "../provision/shared.ts";
import type { ResultVariant } from "../result.ts";
import { lockInferrs, lockServer } from "./engine.ts";
import { lockModel } from "./model.ts";
import type { LockedClient, LockedEngine, LockedVariant } from "./schema.ts";

export interface VariantInputs {
  /** What was found out of an inferrs and its model; null for other engines. */
  found: FoundVariant | null;
  /** As it was prepared; null: it isn't yet. */
  described: ResultVariant | null;
  /** The client that takes the turns; null: none is run. */
  client: LockedClient | null;
}

/** @throws SetupError for what can't be asked */
export async function lockVariant(
  variant: VariantSpec,
  { found, described, client }: VariantInputs,
  context: ModelContext,
  { once }: Shared,
): Promise<LockedVariant> {
  const { name, engine, device, serverArgs } = variant;
  const model = await once(["locked model", variant.model, engine.kind, serverArgs], () =>
    lockModel(variant, found?.model ?? null, described?.model ?? null, context),
  );
  return {
    name,
    engine: await lockEngine(variant, found, described, context),
    model,
    device: engine.kind === "inferrs" ? device : null,
    serverArgs,
    openclaw: client,
  };
}

async function lockEngine(
  { engine }: VariantSpec,
  found: FoundVariant | null,
  described: ResultVariant | null,
  context: ModelContext,
): Promise<LockedEngine> {
  switch (engine.kind) {
    case "sim":
      return { kind: "sim", knobs: engine.knobs };
    case "external":
      return await lockServer(engine, context);
    case "inferrs": {
      if (found === null) throw new Error("inferrs is always looked up");
      const { version = null, sha256 = null } = described?.engine ?? {};
      const used = sha256 === null ? null : { version, sha256 };
      return lockInferrs(found.inferrs, used ?? found.identity);
    }
  }
}
