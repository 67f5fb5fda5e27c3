/** What pins a model. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { sha256Of } from "../host/hash.ts";
import type { VariantSpec } from "../plan/types.ts";
import type { FoundModel } from "../provision/hub/types.ts";
import {
  checkModelDirectory,
  directoryName,
  hubDigests,
  type ModelContext,
  syntheticModel,
} from "../provision/model.ts";
import type { ResultVariant } from "../result.ts";
import type { LockedFile, LockedModel } from "./schema.ts";

/**
 * @param found of a model of the hub
 * @param described the model as it was prepared; null: it isn't there yet
 */
export async function lockModel(
  { engine, model }: VariantSpec,
  found: FoundModel | null,
  described: ResultVariant["model"] | null,
  context: ModelContext,
): Promise<LockedModel> {
  switch (model.kind) {
    case "served": {
      const reason = "it is served by somebody else's server";
      return { kind: "served", id: model.id, pinned: false, reason };
    }
    case "hub": {
      if (engine.kind !== "inferrs" || found === null) return { kind: "name", id: model.id };
      const from = described?.provenance ?? (await hubDigests(found, context));
      const repository = ({ id, commit, files }: Omit<typeof from, "tokenizer">) => ({
        ...{ id, commit, files: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })) },
      });
      const tokenizer = from.tokenizer && repository(from.tokenizer);
      return { kind: "hub", ...repository(from), ggufFile: found.ggufFile, tokenizer };
    }
    case "synthetic": {
      const sha256 = described?.digest ?? (await syntheticModel(model.seed, context.env)).digest;
      return { kind: "synthetic", seed: model.seed, sha256 };
    }
    case "directory": {
      const dir = checkModelDirectory(model.path, context.cwd);
      const id = directoryName(model.path, context.cwd);
      return { kind: "directory", id, files: await filesOf(dir) };
    }
  }
}

/** All that the engine sees of a folder: the files in it, each read whole. */
async function filesOf(dir: string): Promise<LockedFile[]> {
  const files: LockedFile[] = [];
  for (const path of readdirSync(dir).sort()) {
    const found = statSync(join(dir, path), { throwIfNoEntry: false });
    if (found?.isFile() !== true) continue;
    files.push({ path, bytes: found.size, sha256: await sha256Of(join(dir, path)) });
  }
  return files;
}
