/** Models of the hub: looked up, fetched, checked, and handed to inferrs. */
import type { PreparedModel } from "../../engine/command.ts";
import type { ResultVariant } from "../../result.ts";
import type { ModelCache } from "./cache-entry.ts";
import { digestsOf, type HubDigests } from "./digests.ts";
import { ensureModel } from "./ensure.ts";
import { hubClient } from "./fetch.ts";
import { lookUpModel } from "./look-up.ts";
import { engineEnvironment } from "./serve.ts";
import { type HubSettings, hubSettings } from "./settings.ts";
import type { EnsureContext, EnsuredModel, FoundModel, ModelRequest } from "./types.ts";

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
 * Asks the hub what there is of the model, and what of it is missing here.
 * @throws InputError for environment variables, before anything is done; SetupError
 */
export async function lookUpHubModel(
  request: ModelRequest,
  context: HubContext,
): Promise<FoundModel> {
  const settings = hubSettings(context.env, context.offline);
  return await withClient(settings, context, (inner) => lookUpModel(request, inner));
}

/**
 * Brings the model into the hub's cache and says how inferrs is started on it.
 * @throws SetupError
 */
export async function provisionHubModel(
  found: FoundModel,
  context: HubContext,
): Promise<{ prepared: PreparedModel; described: ResultVariant["model"] }> {
  const settings = hubSettings(context.env, context.offline);
  const env = engineEnvironment(settings, context.env, context.workDir);
  const model = await withClient(settings, context, (inner) => ensureModel(found, inner));
  return {
    prepared: { name: model.id, cwd: context.workDir, args: engineArgs(model), env },
    described: describe(model),
  };
}

/**
 * Which files it consists of, and the SHA-256 of each; small ones are fetched for it.
 * @throws SetupError
 */
export async function hubModelDigests(found: FoundModel, context: HubContext): Promise<HubDigests> {
  const settings = hubSettings(context.env, context.offline);
  return await withClient(settings, context, (inner) => digestsOf(found, inner));
}

async function withClient<T>(
  settings: HubSettings,
  { env, signal, note, ownCache, modelCache }: HubContext,
  work: (inner: EnsureContext) => Promise<T>,
): Promise<T> {
  const client = hubClient({ settings, env, signal, log: (line) => note(line, false) });
  try {
    const progress = (line: string) => note(line, true);
    return await work({ client, ownCache, modelCache, progress });
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
