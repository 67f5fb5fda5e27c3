/**
 * The lock: every input of a run, so that another machine can run the same thing or refuse to. The
 * published JSON schema (`bench/schema/lock.v1.schema.json`) is generated from this one.
 *
 * What is of one machine alone (its processor, its memory, its driver) is no input: the fingerprint
 * of the result tells that.
 */
import { z } from "zod";

export const LOCK_SCHEMA_ID = "inferrs-bench/lock/v1";

/** Longer texts than any option, id or path has; a lock may come from anybody. */
const text = z.string().max(20_000);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const commit = z.string().regex(/^[0-9a-f]{40,64}$/);

const file = z.strictObject({ path: text, bytes: z.int().nonnegative(), sha256 });
const files = z.array(file).max(10_000);
/** What can't be pinned, and why. */
const unpinned = { pinned: z.literal(false), reason: text };

const engine = z.discriminatedUnion("kind", [
  /** Digests of the archives, by name: of every platform of which one is known. */
  z.strictObject({
    kind: z.literal("release"),
    version: text,
    tag: text,
    commit: commit.nullable(),
    assets: z.record(text, sha256),
  }),
  z.strictObject({ kind: z.literal("url"), url: text, archiveSha256: sha256 }),
  /** A file: what it is, not where. */
  z.strictObject({ kind: z.literal("path"), executableSha256: sha256, version: text.nullable() }),
  /** Built on the spot; what a compiler makes of a commit is another file on another machine. */
  z.strictObject({ kind: z.literal("built"), commit, command: text }),
  /** Part of this tool: `tool.sha256` pins it. */
  z.strictObject({ kind: z.literal("sim"), knobs: z.array(text).max(200) }),
  z.strictObject({
    kind: z.literal("external"),
    ...unpinned,
    /** As `/v1/models` lists them, sorted; null: it didn't answer when the lock was made. */
    models: z.array(text).max(10_000).nullable(),
    /** Headers in which a server says what it is. */
    headers: z.record(text, text),
  }),
]);

const repository = { id: text, commit, files };

const model = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hub"),
    ...repository,
    /** The one that is served; null: safetensors. */
    ggufFile: text.nullable(),
    /** Where config and tokenizer of a GGUF file come from. */
    tokenizer: z.strictObject(repository).nullable(),
  }),
  /** `id`: the folder's name, which is part of the id in every request. */
  z.strictObject({ kind: z.literal("directory"), id: text, files }),
  z.strictObject({ kind: z.literal("synthetic"), seed: z.int(), sha256 }),
  /** The simulator takes the name alone. */
  z.strictObject({ kind: z.literal("name"), id: text }),
  z.strictObject({ kind: z.literal("served"), id: text.nullable(), ...unpinned }),
]);

const openclaw = z.strictObject({
  version: text,
  /** npm's; null: given by path, and nothing pins its files. */
  integrity: text.nullable(),
  /** Major version of the Node that it runs on. */
  node: text,
});

const variant = z.strictObject({
  name: text,
  engine,
  model,
  /** As it was asked for; null for an engine that isn't inferrs started here. */
  device: text.nullable(),
  serverArgs: z.array(text).max(200),
  /** Null: not run. */
  openclaw: openclaw.nullable(),
});

export const lockSchema = z
  .strictObject({
    schema: z.literal(LOCK_SCHEMA_ID),
    tool: z.strictObject({
      version: text,
      /** Over its bundles, prompts and tables; null: it ran from its sources. */
      sha256: sha256.nullable(),
    }),
    /** Major version of the Node that runs this tool. */
    node: text,
    /** What asks for the run: `["run", "--model=synthetic", …]`, without what is of one place. */
    command: z.array(text).min(1).max(1000),
    variants: z.array(variant).min(1).max(2),
    scenarios: z.array(z.strictObject({ name: text, scale: z.number(), sha256 })).max(200),
    /** Of the OpenClaw config in force, its secrets out. */
    openclawConfigSha256: sha256,
  })
  .meta({ title: "inferrs-bench lock", $id: LOCK_SCHEMA_ID });

export type Lock = z.infer<typeof lockSchema>;
/** What is known before any engine or model was looked at. */
export type LockHead = Omit<Lock, "variants">;
export type LockedVariant = z.infer<typeof variant>;
export type LockedEngine = z.infer<typeof engine>;
export type LockedModel = z.infer<typeof model>;
export type LockedFile = z.infer<typeof file>;
export type LockedClient = z.infer<typeof openclaw>;

/** As text, the way it is committed (draft 2020-12). */
export function lockJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(lockSchema, { target: "draft-2020-12" }), null, 2)}\n`;
}
