/** A model that lies in a folder here: found by its name, and known for what it is. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { ModelSpec } from "../plan/types.ts";
import { isSyntheticModel } from "../provision/synthetic/record.ts";
import type { Options } from "./options.ts";

/**
 * The model as it is to be taken here: a folder of that name with a config.json is it, though a
 * model of the hub may have the same name; and a folder of random weights is a synthetic model.
 */
export function withLocalModel(options: Options, cwd: string): Options {
  const model = localModel(options, cwd);
  return model === options.model ? options : { ...options, model };
}

function localModel({ engine, model }: Options, cwd: string): ModelSpec {
  if (engine.kind !== "inferrs") return model;
  const directory = model.kind === "hub" ? asDirectory(model, cwd) : model;
  if (directory?.kind !== "directory") return model;
  const dir = resolve(cwd, directory.path.replace(/^~(?=\/|$)/, homedir()));
  return isSyntheticModel(dir) ? { ...directory, synthetic: true } : directory;
}

/** Null where it is the hub's: nothing of that name is here, or what was asked of it is the hub's. */
function asDirectory(model: ModelSpec & { kind: "hub" }, cwd: string): ModelSpec | null {
  const { id, revision, ggufFile, tokenizerSource } = model;
  const named = (revision ?? "main") !== "main";
  if (named || ggufFile != null || tokenizerSource != null) return null;
  const config = statSync(join(cwd, id, "config.json"), { throwIfNoEntry: false });
  return config?.isFile() === true ? { kind: "directory", path: `./${id}` } : null;
}
