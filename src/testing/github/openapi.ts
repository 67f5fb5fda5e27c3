/**
 * GitHub's own description of the part of its REST API that is used (`rest-api.json`): what a client
 * may send, and what GitHub answers.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

interface Parameter {
  name: string;
  required: boolean;
  schema: Schema;
}

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  pattern?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  minItems?: number;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

export interface Operation {
  /** `GET /repos/{owner}/{repo}/pulls` */
  name: string;
  pattern: RegExp;
  pathParameters: Parameter[];
  query: Parameter[];
  request: ValidateFunction | null;
  status: number;
  schema: Schema;
  response: ValidateFunction;
}

type Described = Pick<Operation, "pathParameters" | "query" | "status"> & {
  method: string;
  path: string;
  request: object | null;
  response: Schema;
};

const ajv = new Ajv.default({ strict: false, allErrors: true });
addFormats.default(ajv);
/** Texts of an address are numbers where the description wants them. */
const addresses = new Ajv.default({ strict: false, coerceTypes: true });
addFormats.default(addresses);
const ofParameters = new Map<Parameter, ValidateFunction>();
let operations: Operation[] | null = null;

function read(): Operation[] {
  const path = join(import.meta.dirname, "rest-api.json");
  const described = JSON.parse(readFileSync(path, "utf8")) as { operations: Described[] };
  return described.operations.map(({ method, path, request, response, ...rest }) => ({
    ...rest,
    name: `${method} ${path}`,
    pattern: new RegExp(`^${method} ${path.replace(/\{\w+\}/g, "([^/?]+)")}$`),
    request: request === null ? null : ajv.compile(request),
    schema: response,
    response: ajv.compile(response),
  }));
}

/** The operation that an address is, and its path's values in order; null: GitHub has none of them here. */
export function operationOf(
  method: string,
  url: URL,
): { operation: Operation; values: string[] } | null {
  operations ??= read();
  for (const operation of operations) {
    const found = operation.pattern.exec(`${method} ${url.pathname}`);
    if (found !== null) return { operation, values: found.slice(1).map(decodeURIComponent) };
  }
  return null;
}

/** What the description doesn't allow of a request, in words; empty: it is as GitHub wants it. */
export function wrongIn(
  { operation, values }: { operation: Operation; values: string[] },
  url: URL,
  body: unknown,
): string[] {
  const wrong: string[] = [];
  const check = (parameter: Parameter, value: string): void => {
    const validate = ofParameters.get(parameter) ?? addresses.compile(wrapped(parameter));
    ofParameters.set(parameter, validate);
    if (!validate({ value })) {
      wrong.push(`${parameter.name}=${value}: ${addresses.errorsText(validate.errors)}`);
    }
  };
  operation.pathParameters.forEach((parameter, at) => {
    check(parameter, values[at] ?? "");
  });
  for (const [name, value] of url.searchParams) {
    const parameter = operation.query.find((each) => each.name === name);
    if (parameter === undefined) wrong.push(`${name}: no such parameter`);
    else check(parameter, value);
  }
  for (const { name, required } of operation.query) {
    if (required && !url.searchParams.has(name)) wrong.push(`${name}: missing`);
  }
  const perPage = Number(url.searchParams.get("per_page") ?? 30);
  if (perPage > 100) wrong.push(`per_page=${perPage}: 100 at most`);
  if (operation.request !== null && !operation.request(body)) {
    wrong.push(`body: ${ajv.errorsText(operation.request.errors)}`);
  }
  if (operation.request === null && body !== null) wrong.push("body: none is taken");
  return wrong;
}

function wrapped({ schema }: Parameter): object {
  return { type: "object", properties: { value: schema } };
}

/**
 * An answer with everything in it that GitHub always sends, and what is given on top.
 *
 * @throws Error when it isn't as GitHub answers
 */
export function asGithubAnswers({ name, schema, response }: Operation, given: unknown): unknown {
  const whole = over(sample(schema), given, schema);
  if (!response(whole)) {
    throw new Error(`not as GitHub answers ${name}: ${ajv.errorsText(response.errors)}`);
  }
  return whole;
}

/** The least that a schema takes. */
function sample(schema: Schema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  const one = (schema.anyOf ?? schema.oneOf)?.[0];
  if (one !== undefined && schema.properties === undefined) return sample(one);
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map(sample));
  const types = [schema.type ?? (schema.properties === undefined ? "string" : "object")].flat();
  if (types.includes("null")) return null;
  switch (types[0]) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sample(schema.properties?.[name] ?? {})]),
      );
    case "array":
      return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}));
    case "integer":
    case "number":
      return 1;
    case "boolean":
      return false;
    default:
      if (schema.format === "uri") return "https://github.test/";
      if (schema.format === "date-time") return "2026-01-01T00:00:00Z";
      return schema.pattern === undefined ? "x" : "";
  }
}

function over(least: unknown, given: unknown, schema: Schema): unknown {
  if (Array.isArray(given)) {
    const { items = {} } = schema;
    return given.map((each) => over(sample(items), each, items));
  }
  if (given === null || typeof given !== "object") return given;
  const base = typeof least === "object" && least !== null && !Array.isArray(least) ? least : {};
  const filled: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(given)) {
    const inner = schema.properties?.[key] ?? {};
    const whole = inner.properties === undefined ? (inner.anyOf?.[0] ?? inner) : inner;
    // What may be null is sampled as null: with something in it, all of it must be there.
    const full = whole.properties === undefined ? whole : { ...whole, type: "object" };
    filled[key] = over(sample(full), value, full);
  }
  return filled;
}
