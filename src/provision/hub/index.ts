/** Models of the hub: fetched, checked, and handed to inferrs. */
import type { PreparedModel } from "../../engine/command.ts";
import type { ResultVariant } from "../../result.ts";
import type { ModelCache } from "./cache-entry.ts";
import { ensureModel } from "./ensure.ts";
import { hubClient } from "./fetch.ts";
import { engineEnvironment } from "./serve.ts";
import { hubSettings } from "./settings.ts";
import type { EnsuredModel, ModelRequest } from "./types.ts";

export interface HubContext {
  env: NodeJS.ProcessEnv;
  workDir: string;
  /** This tool's own cache folder. */
  ownCache: string;
  offline: boolean;
  signal: AbortSignal;
  /** One line for the user; `passing`: the next of its kind replaces it. */
  note: (line: string, passing: boolean) => void;
  modelCache: ModelCache | null;
}

/**
 * Brings the model into the hub's cache and says how inferrs is started on it.
 * @throws InputError for environment variables, before anything is done; SetupError
 */
export async function provisionHubModel(
  request: ModelRequest,
  context: HubContext,
): Promise<{ prepared: PreparedModel; described: ResultVariant["model"] }> {
  const { env, signal, note, ownCache, modelCache, workDir } = context;
  const settings = hubSettings(env, context.offline);
  const log = (line: string) => note(line, false);
  const engineEnv = engineEnvironment(settings, env, workDir);
  const client = hubClient({ settings, env, signal, log });
  try {
    const progress = (line: string) => note(line, true);
    const model = await ensureModel(request, { client, ownCache, modelCache, progress });
    return {
      prepared: {
        name: model.id,
        cwd: workDir,
        args: engineArgs(model),
        env: engineEnv,
      },
      described: describe(model),
    };
  } finally {
    await client.close();
  }
}

/** With the commit as revision inferrs looks into the cache and doesn't ask what `main` is. */
function engineArgs({ commit, ggufFile, tokenizer }: EnsuredModel): string[] {
  return [
    ...["--revision", commit],
    ...(ggufFile === null ? [] : ["--gguf-file", ggufFile]),
    ...(tokenizer === null ? [] : ["--tokenizer-source", tokenizer.id]),
  ];
}

function describe(model: EnsuredModel): ResultVariant["model"] {
  const { id, revision, commit, files, tokenizer } = model;
  const provenance = { kind: "hub" as const, id, revision, commit, files, tokenizer };
  return { kind: "hub", id, servedId: null, digest: null, provenance };
}
