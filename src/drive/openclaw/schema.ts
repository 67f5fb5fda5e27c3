/** What the installed client's own schema says of a path, and of the compat flags. Pure. */
import { InputError } from "../../inputs/error.ts";
import { suggest } from "../../inputs/parse.ts";
import type { CompatValue } from "../../result.ts";
import type { ConfigPath } from "./path.ts";

/** As `openclaw config schema` prints it (JSON Schema). */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** Where the flags of a model stand, in any provider. */
const COMPAT: ConfigPath = ["models", "providers", "any", "models", 0, "compat"];

/** The compat flags of the installed version by name. */
export function compatFlagsOf(schema: JsonSchema): Record<string, JsonSchema> {
  return followed(schema, COMPAT)[0]?.properties ?? {};
}

/**
 * A flag's value from text, by the installed version's own schema. A list is written with `+`.
 * @throws InputError for a flag or a value that this version doesn't know
 */
export function compatValueOf(
  schema: JsonSchema,
  version: string,
): (name: string, text: string) => CompatValue {
  const flags = compatFlagsOf(schema);
  return (name, text) => {
    const flag = flags[name];
    if (flag === undefined) {
      throw new InputError({
        input: "--compat",
        value: name,
        expected: `a compat flag of OpenClaw ${version}`,
        mend: suggest(name, Object.keys(flags)) || `It has ${Object.keys(flags).join(", ")}.`,
      });
    }
    const wrong = (expected: string, mend: string) =>
      new InputError({ input: `--compat ${name}`, value: text, expected, mend });
    const types = typesOf(flag);
    if (types.includes("boolean")) {
      if (text === "true" || text === "false") return text === "true";
      throw wrong("true or false", `For example --compat ${name}=true.`);
    }
    if (types.includes("array")) return text.split("+").filter((each) => each !== "");
    const choices = choicesOf(flag);
    if (choices.length > 0) {
      if (choices.includes(text)) return text;
      throw wrong(choices.join(" or "), suggest(text, choices));
    }
    if (types.includes("string")) return text;
    throw wrong(
      "a flag with one value",
      `It takes an object: --setting 'models.providers.PROVIDER.models[0].compat.${name}={…}'.`,
    );
  };
}

/**
 * Whether the schema has such a path.
 * @throws InputError that names the first part that isn't there, with the nearest that is
 */
export function checkPath(
  schema: JsonSchema,
  path: ConfigPath,
  text: string,
  version: string,
): void {
  for (let length = 1; length <= path.length; length++) {
    if (followed(schema, path.slice(0, length)).length > 0) continue;
    const parent = path.slice(0, length - 1);
    const key = String(path[length - 1]);
    const known = followed(schema, parent).flatMap((each) => Object.keys(each.properties ?? {}));
    const near = suggest(key, known);
    const there =
      known.length === 0
        ? "Nothing can be set below it."
        : `There is ${known.slice(0, 12).join(", ")}${known.length > 12 ? ", …" : ""}.`;
    throw new InputError({
      input: "--setting",
      value: text,
      expected: `a setting of OpenClaw ${version}; it knows no ${key}${parent.length === 0 ? "" : ` in ${parent.join(".")}`}`,
      mend: near || there,
    });
  }
}

/** Every schema that a value at the path may follow. */
function followed(root: JsonSchema, path: ConfigPath): JsonSchema[] {
  return path.reduce<JsonSchema[]>(
    (all, key) => all.flatMap((each) => step(root, each, key)),
    resolved(root, root),
  );
}

function step(root: JsonSchema, schema: JsonSchema, key: string | number): JsonSchema[] {
  if (typeof key === "number")
    return schema.items === undefined ? [] : resolved(root, schema.items);
  const own = schema.properties?.[key];
  if (own !== undefined) return resolved(root, own);
  const { additionalProperties: others } = schema;
  if (typeof others === "object") return resolved(root, others);
  // A schema that says nothing of its keys takes any.
  const open =
    others === true ||
    (schema.properties === undefined && schema.type === "object" && others === undefined);
  return open || Object.keys(schema).length === 0 ? [{}] : [];
}

/** A reference by what it stands for, and each of several alternatives. */
function resolved(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  if (schema.$ref !== undefined) {
    const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref)?.[1];
    const found = name === undefined ? undefined : root.$defs?.[name];
    return found === undefined ? [{}] : resolved(root, found);
  }
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return parts.length === 0 ? [schema] : parts.flatMap((part) => resolved(root, part));
}

function typesOf(schema: JsonSchema): string[] {
  const parts = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return parts.flatMap(({ type }) => type ?? []);
}

function choicesOf(schema: JsonSchema): string[] {
  const parts = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return parts.flatMap((part) =>
    [...(part.enum ?? []), ...(part.const === undefined ? [] : [part.const])].map(String),
  );
}
