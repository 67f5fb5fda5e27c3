/**
 * JSON bytes to a value of a given shape, refusing what serde would refuse, in its words and with
 * the path that serde_path_to_error puts before them: what axum's `Json` extractor answers.
 */
import { JsonError, type JsonNumber, JsonReader } from "./json-reader.ts";

/** How a value must look. */
export type Shape =
  | { type: "string" }
  | { type: "boolean" }
  | { type: "float" }
  | { type: "integer"; name: string; max: bigint; min?: bigint }
  | { type: "variant"; names: readonly string[] }
  | { type: "option"; of: Shape }
  | { type: "list"; of: Shape }
  | { type: "map"; of: Shape }
  | { type: "struct"; name: string; fields: Record<string, Shape>; required: readonly string[] }
  /** A string, a list of parts, or null; all other kinds are refused in these words. */
  | { type: "text-or-parts"; part: Shape; expected: string }
  /** Tried one after the other; the error names the enum. */
  | { type: "untagged"; name: string; accepts: (value: unknown) => boolean }
  /** Anything, with the path followed inside. */
  | { type: "any" }
  /** Anything, read past. */
  | { type: "ignored" };

/** A body that can't be read: the status and the plain text that inferrs answers. */
export interface Refusal {
  status: 400 | 422;
  text: string;
}

/** Reads `bytes` as `shape`; what follows the value is left alone, as axum does. */
export function deserialize(
  bytes: Uint8Array,
  shape: Shape,
): { value: unknown; refusal: null } | { value: null; refusal: Refusal } {
  const reader = new JsonReader(bytes);
  try {
    return { value: read(reader, shape, ""), refusal: null };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const prefix = error.path ? `${error.path}: ` : "";
    const place = reader.place(error.position ?? reader.position);
    const text = `${prefix}${error.message} at ${place}`;
    return error.kind === "syntax"
      ? {
          value: null,
          refusal: { status: 400, text: `Failed to parse the request body as JSON: ${text}` },
        }
      : {
          value: null,
          refusal: {
            status: 422,
            text: `Failed to deserialize the JSON body into the target type: ${text}`,
          },
        };
  }
}

function read(reader: JsonReader, shape: Shape, path: string): unknown {
  try {
    return readShape(reader, shape, path);
  } catch (error) {
    if (error instanceof JsonError) error.path ??= path;
    throw error;
  }
}

function readShape(reader: JsonReader, shape: Shape, path: string): unknown {
  const next = reader.peek();
  if (next === null) throw reader.errorAtNext("EOF while parsing a value");
  switch (shape.type) {
    case "option":
      if (next !== "n") return readShape(reader, shape.of, path);
      reader.word("null");
      return null;
    case "string":
      if (next === '"') return reader.string();
      throw unexpected(reader, next, "a string");
    case "boolean":
      if (next !== "t" && next !== "f") throw unexpected(reader, next, "a boolean");
      reader.word(next === "t" ? "true" : "false");
      return next === "t";
    case "float":
      if (!isNumber(next)) throw unexpected(reader, next, "f64");
      return plain(reader.number());
    case "integer": {
      if (!isNumber(next)) throw unexpected(reader, next, shape.name);
      const number = reader.number();
      if ("float" in number)
        throw reader.errorHere("data", `invalid type: ${told(number)}, expected ${shape.name}`);
      if (number.integer < (shape.min ?? 0n) || number.integer > shape.max)
        throw reader.errorHere("data", `invalid value: ${told(number)}, expected ${shape.name}`);
      return Number(number.integer);
    }
    case "variant": {
      if (next !== '"') throw reader.errorAtNext("expected value");
      const name = reader.string();
      if (shape.names.includes(name)) return name;
      const names = shape.names.map((known) => `\`${known}\``).join(", ");
      throw reader.errorHere("data", `unknown variant \`${name}\`, expected one of ${names}`);
    }
    case "list":
      if (next !== "[") throw unexpected(reader, next, "a sequence");
      return readList(reader, path, shape.of);
    case "map":
      if (next !== "{") throw unexpected(reader, next, "a map");
      return readMap(reader, path, () => shape.of);
    case "struct":
      if (next === "[") return readListAsStruct(reader, path, shape);
      if (next !== "{") throw unexpected(reader, next, `struct ${shape.name}`);
      return readStruct(reader, path, shape);
    case "text-or-parts":
      if (next === '"') return reader.string();
      if (next === "[") return readList(reader, path, shape.part);
      if (next === "n") {
        reader.word("null");
        return null;
      }
      throw next === "{"
        ? refuseMap(reader, shape.expected)
        : unexpected(reader, next, shape.expected);
    case "untagged": {
      const value = readShape(reader, { type: "any" }, path);
      if (shape.accepts(value)) return value;
      throw new JsonError(
        "data",
        `data did not match any variant of untagged enum ${shape.name}`,
        null,
      );
    }
    case "any":
      return readAny(reader, next, path, true);
    case "ignored":
      return readAny(reader, next, path, false);
  }
}

type StructShape = Extract<Shape, { type: "struct" }>;

function readStruct(reader: JsonReader, path: string, shape: StructShape): unknown {
  const seen = new Set<string>();
  return closing(reader, () => {
    const value = readMap(
      reader,
      path,
      (key) =>
        (Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined) ?? { type: "ignored" },
      (key) => {
        if (Object.hasOwn(shape.fields, key) && seen.has(key))
          throw new JsonError("data", `duplicate field \`${key}\``, reader.position);
        seen.add(key);
      },
      false,
    );
    const missing = shape.required.find((field) => !seen.has(field));
    if (missing !== undefined) throw new JsonError("data", `missing field \`${missing}\``, null);
    return value;
  });
}

/** serde also reads a struct from a list of its fields' values. */
function readListAsStruct(reader: JsonReader, path: string, shape: StructShape): unknown {
  reader.position++;
  const count = Object.keys(shape.fields).length;
  const value: Record<string, unknown> = {};
  let index = 0;
  for (const [name, field] of Object.entries(shape.fields)) {
    if (reader.peek() === "]") {
      if (index > 0 && !shape.required.includes(name)) break;
      reader.position++;
      throw reader.errorHere(
        "data",
        `invalid length ${index}, expected struct ${shape.name} with ${count} elements`,
      );
    }
    if (index > 0) reader.position++;
    value[name] = read(reader, field, `${path}[${index}]`);
    index++;
  }
  if (reader.peek() === "]") reader.position++;
  return value;
}

function readList(reader: JsonReader, path: string, item: Shape | null): unknown[] {
  reader.position++;
  const values: unknown[] = [];
  for (;;) {
    let next = reader.peek();
    if (next === null) throw reader.errorAtNext("EOF while parsing a list");
    if (next === "]") {
      reader.position++;
      return values;
    }
    if (values.length > 0) {
      if (next !== ",") throw reader.errorAtNext("expected `,` or `]`");
      reader.position++;
      next = reader.peek();
      if (next === "]") throw reader.errorAtNext("trailing comma");
      if (next === null) throw reader.errorAtNext("EOF while parsing a value");
    }
    values.push(
      item === null
        ? readShape(reader, { type: "ignored" }, path)
        : read(reader, item, `${path}[${values.length}]`),
    );
  }
}

function readMap(
  reader: JsonReader,
  path: string,
  shapeOf: (key: string) => Shape | null,
  onKey: (key: string) => void = () => {},
  close = true,
): Record<string, unknown> {
  reader.position++;
  const value: Record<string, unknown> = {};
  const fail = (message: string): JsonError => {
    const error = reader.errorAtNext(message);
    error.path = path === "" ? "" : `${path}.?`;
    return error;
  };
  for (let first = true; ; first = false) {
    let next = reader.peek();
    if (next === null) throw fail("EOF while parsing an object");
    if (next === "}") {
      if (close) reader.position++;
      return value;
    }
    if (!first) {
      if (next !== ",") throw fail("expected `,` or `}`");
      reader.position++;
      next = reader.peek();
      if (next === "}") throw fail("trailing comma");
      if (next === null) throw fail("EOF while parsing a value");
    }
    if (next !== '"') throw fail("key must be a string");
    const key = reader.string();
    onKey(key);
    const colon = reader.peek();
    if (colon === null) throw reader.errorAtNext("EOF while parsing an object");
    if (colon !== ":") throw reader.errorAtNext("expected `:`");
    reader.position++;
    const inner = path === "" ? key : `${path}.${key}`;
    const shape = shapeOf(key);
    value[key] =
      shape === null ? readShape(reader, { type: "ignored" }, path) : read(reader, shape, inner);
  }
}

function readAny(reader: JsonReader, next: string, path: string, tracked: boolean): unknown {
  if (next === '"') return reader.string();
  if (next === "[") return readList(reader, path, tracked ? { type: "any" } : null);
  if (next === "{") return readMap(reader, path, () => (tracked ? { type: "any" } : null));
  if (isNumber(next)) return plain(reader.number());
  const word = { n: "null", t: "true", f: "false" }[next];
  if (word === undefined) throw reader.errorAtNext("expected value");
  reader.word(word);
  return word === "null" ? null : word === "true";
}

/**
 * A struct's visitor is done before its closing brace: errors without a place get the one reached
 * after trying to read that brace.
 */
function closing<T>(reader: JsonReader, visit: () => T): T {
  const close = () => {
    const closed = reader.peek() === "}";
    if (closed) reader.position++;
    return closed;
  };
  let value: T;
  try {
    value = visit();
  } catch (error) {
    if (error instanceof JsonError && error.position === null) {
      close();
      error.position = reader.position;
    }
    throw error;
  }
  close();
  return value;
}

function refuseMap(reader: JsonReader, expected: string): JsonError {
  reader.position++;
  if (reader.peek() === "}") reader.position++;
  return reader.errorHere("data", `invalid type: map, expected ${expected}`);
}

function unexpected(reader: JsonReader, next: string, expected: string): JsonError {
  const found = (what: string) =>
    reader.errorHere("data", `invalid type: ${what}, expected ${expected}`);
  if (next === "[") return found("sequence");
  if (next === "{") return found("map");
  if (next === '"') return found(`string ${JSON.stringify(reader.string())}`);
  if (isNumber(next)) return found(told(reader.number()));
  if (next === "n") {
    reader.word("null");
    return found("null");
  }
  if (next === "t" || next === "f") {
    reader.word(next === "t" ? "true" : "false");
    return found(`boolean \`${next === "t"}\``);
  }
  return reader.errorAtNext("expected value");
}

function isNumber(next: string): boolean {
  return next === "-" || (next >= "0" && next <= "9");
}

function plain(number: JsonNumber): number {
  return "integer" in number ? Number(number.integer) : number.float;
}

function told(number: JsonNumber): string {
  if ("integer" in number) return `integer \`${number.integer}\``;
  const text = String(number.float);
  return `floating point \`${/^-?\d+$/.test(text) ? `${text}.0` : text}\``;
}
