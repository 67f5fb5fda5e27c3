/** The model: one of the hub is fetched, a directory is linked, a synthetic one is made. */
import { createHash } from "node:crypto";
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { PreparedModel } from "../engine/command.ts";
import { InputError, SetupError } from "../inputs/error.ts";
import type { ModelSpec } from "../plan/types.ts";
import type { ResultVariant } from "../result.ts";
import type { HubDigests } from "./hub/digests.ts";
import type { HubContext } from "./hub/index.ts";
import type { FoundModel } from "./hub/types.ts";
import type { SyntheticModel } from "./synthetic/index.ts";

export interface ProvisionedModel {
  prepared: PreparedModel;
  described: ResultVariant["model"];
}

/** Where what can be used again is kept: XDG_CACHE_HOME, else ~/.cache. */
export function cacheDir(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache");
  return join(base, "inferrs-bench");
}

/** @throws InputError when the directory is no model. Nothing is written. */
export function checkModelDirectory(path: string, cwd: string): string {
  const dir = resolve(cwd, path.replace(/^~(?=\/|$)/, homedir()));
  const found = statSync(dir, { throwIfNoEntry: false });
  const wrong = (expected: string, mend: string) =>
    new InputError({ input: "--model", value: path, expected, mend });
  if (found === undefined) {
    throw wrong(
      "a hub id (owner/name), a model's directory, or synthetic",
      `There is no directory ${dir}.`,
    );
  }
  if (!found.isDirectory()) throw wrong("a directory", "Give the folder that holds config.json.");
  for (const file of ["config.json", "tokenizer.json"]) {
    if (statSync(join(dir, file), { throwIfNoEntry: false })?.isFile() !== true) {
      throw wrong(
        `a directory with ${file}`,
        `${dir} has none; inferrs needs config.json, tokenizer.json and the weights.`,
      );
    }
  }
  const weights = readdirSync(dir).some((file) => /\.(safetensors|gguf)$/.test(file));
  if (!weights)
    throw wrong("a directory with weights", `${dir} has no .safetensors or .gguf file.`);
  return dir;
}

export type ModelContext = Omit<HubContext, "ownCache"> & { cwd: string };

/**
 * Asks the hub about a model of it; nothing big is fetched.
 *
 * @param serverArgs inferrs's, which say whether it writes a quantized file
 * @throws SetupError when it isn't there, may not be had, or the disk has no room for it
 */
export async function lookUpHub(
  spec: ModelSpec & { kind: "hub" },
  serverArgs: readonly string[],
  context: ModelContext,
): Promise<FoundModel> {
  const { lookUpHubModel } = await import("./hub/index.ts");
  const { quantizationIn } = await import("./hub/quantized.ts");
  const { id, revision = "main", ggufFile = null, tokenizerSource = null } = spec;
  const quantization = quantizationIn(serverArgs);
  const request = { id, revision, ggufFile, tokenizerSource, quantization };
  return await lookUpHubModel(request, { ...context, ownCache: cacheDir(context.env) });
}

/** The files of what was found, with digests; the weights aren't fetched for it. */
export async function hubDigests(found: FoundModel, context: ModelContext): Promise<HubDigests> {
  const { hubModelDigests } = await import("./hub/index.ts");
  return await hubModelDigests(found, { ...context, ownCache: cacheDir(context.env) });
}

/** Fetches what was found of it. */
export async function provisionHub(
  found: FoundModel,
  context: ModelContext,
): Promise<ProvisionedModel> {
  const { provisionHubModel } = await import("./hub/index.ts");
  return await provisionHubModel(found, { ...context, ownCache: cacheDir(context.env) });
}

/** Prepares a model that is here, or made here, for an engine that we start. */
export async function provisionModel(
  spec: Exclude<ModelSpec, { kind: "hub" }>,
  options: Pick<ModelContext, "cwd" | "workDir" | "env">,
): Promise<ProvisionedModel> {
  switch (spec.kind) {
    case "served":
      throw new SetupError("an attached server brings its own model");
    case "directory": {
      const source = checkModelDirectory(spec.path, options.cwd);
      const name = safeName(basename(source));
      linkModel(source, join(options.workDir, name));
      return {
        prepared: { name, cwd: options.workDir },
        described: describeLocal("directory", name, digestOf(source)),
      };
    }
    case "synthetic": {
      const written = await syntheticModel(spec.seed, options.env);
      const name = "synthetic-gemma4";
      linkModel(written.dir, join(options.workDir, name));
      return {
        prepared: { name, cwd: options.workDir },
        described: describeLocal("synthetic", name, written.digest),
      };
    }
  }
}

/** Written into the cache, or found there whole. */
export async function syntheticModel(
  seed: number,
  env: NodeJS.ProcessEnv,
): Promise<SyntheticModel> {
  const { writeSyntheticModel } = await import("./synthetic/index.ts");
  const dir = join(cacheDir(env), "models", `synthetic-${seed}`);
  mkdirSync(join(dir, ".."), { recursive: true });
  return await writeSyntheticModel(dir, { seed });
}

/** The name under which a directory is served. */
export function directoryName(path: string, cwd: string): string {
  return safeName(basename(checkModelDirectory(path, cwd)));
}

function describeLocal(kind: "directory" | "synthetic", id: string, digest: string) {
  return { kind, id, servedId: null, digest, provenance: null };
}

/**
 * A folder of links: inferrs writes a quantized file beside the weights, and the user's folder
 * stays as it was. Symbolic links where they are allowed, hard links or copies where not.
 */
function linkModel(source: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const file of readdirSync(source)) {
    const from = join(source, file);
    if (!statSync(from).isFile()) continue;
    link(from, join(target, file));
  }
}

function link(from: string, to: string): void {
  for (const way of [symlinkSync, linkSync]) {
    try {
      way(from, to);
      return;
    } catch {
      // Not permitted here (Windows without the right, another file system): the next way.
    }
  }
  cpSync(from, to);
}

/** A model's name becomes part of a path and of the id that the server lists. */
function safeName(text: string): string {
  return text.replace(/[^\w.-]+/g, "-").replace(/^[-.]+/, "") || "model";
}

/** SHA-256 over config and tokenizer, and the weights' names and sizes: the weights can be huge. */
function digestOf(dir: string): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(dir).sort()) {
    const path = join(dir, file);
    const { size } = statSync(path);
    if (/\.(safetensors|gguf)$/.test(file)) hash.update(`${file}\0${size}\0`);
    else if (/^(config|tokenizer)\.json$/.test(file))
      hash.update(`${file}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}
