/**
 * The user's own OpenClaw config, read as OpenClaw reads it: JSON5, `$include` (docs/gateway/
 * config-secrets-env.md of the client: one file stands in the object's place, several are merged in
 * order, keys beside it win, lists are joined; nothing outside the config's folder unless
 * OPENCLAW_INCLUDE_ROOTS allows it), and the variables that it refers to, also from the `.env`
 * beside it. References stay references: what they stand for goes into the client's environment.
 */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { parseEnv } from "node:util";
import { referencedVariables } from "../drive/openclaw/variables.ts";
import { readJson5 } from "./config-file.ts";
import { InputError } from "./error.ts";

const INPUT = "--openclaw-config";
const DEEPEST = 10;
const MOST_BYTES = 2 * 1024 * 1024;

type Json = Record<string, unknown>;

export interface OpenClawFile {
  /** With every include in its place. */
  config: unknown;
  /** It and what it includes, absolute. */
  files: string[];
  /** The variables that it refers to and that are set, with their values: secrets. */
  variables: Record<string, string>;
  /** Those that are set nowhere. */
  missing: string[];
}

/** @throws InputError for a file that can't be read, is no JSON5, or includes what it may not */
export function readOpenClawFile(path: string, env: NodeJS.ProcessEnv, cwd: string): OpenClawFile {
  const file = resolve(cwd, path);
  const roots = [dirname(file), ...rootsOf(env)];
  const files = [file];
  const config = included(readJson5(INPUT, file, cwd), { file, chain: [file], roots, files });
  const beside = dotEnv(join(dirname(file), ".env"));
  const own = ((config as Json | null)?.env as Json | undefined)?.vars as Json | undefined;
  const variables: Record<string, string> = {};
  const missing: string[] = [];
  for (const name of referencedVariables(config)) {
    const value = env[name] || beside[name];
    if (value) variables[name] = value;
    else if (typeof own?.[name] !== "string") missing.push(name);
  }
  return { config, files, variables, missing };
}

interface Place {
  file: string;
  /** Files that are being read, outermost first. */
  chain: readonly string[];
  /** Folders in which an included file may be. */
  roots: readonly string[];
  /** Every file that was read so far. */
  files: string[];
}

function included(value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((each) => included(each, place));
  if (!isObject(value)) return value;
  const { $include: named, ...beside } = value;
  const rest = Object.fromEntries(
    Object.entries(beside).map(([key, each]) => [key, included(each, place)]),
  );
  if (!Object.hasOwn(value, "$include")) return rest;
  const names = Array.isArray(named) ? named : [named];
  const parts = names.map((each) => load(each, place));
  const whole = Array.isArray(named) ? parts.reduce(merged, {}) : parts[0];
  if (Object.keys(rest).length === 0) return whole;
  if (!isObject(whole)) {
    throw wrong(String(named), "an object there, because keys stand beside the $include", "");
  }
  return merged(whole, rest);
}

function load(named: unknown, { file, chain, roots, files }: Place): unknown {
  if (typeof named !== "string") {
    throw wrong(
      String(JSON.stringify(named)),
      "a path or a list of paths after $include",
      `In ${file}.`,
    );
  }
  const path = isAbsolute(named) ? named : resolve(dirname(file), named);
  if (!roots.some((root) => contains(root, path) && contains(real(root), real(path)))) {
    throw wrong(
      named,
      `a file within ${roots.join(" or ")}`,
      "OpenClaw includes nothing outside the config's folder; OPENCLAW_INCLUDE_ROOTS names others that it may.",
    );
  }
  if (chain.includes(path))
    throw wrong(named, "no file that includes itself", `${[...chain, path].join(" -> ")}.`);
  if (chain.length > DEEPEST)
    throw wrong(named, `at most ${DEEPEST} includes within each other`, "");
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MOST_BYTES) throw wrong(named, "a file of at most 2 MB", `It has ${size} bytes.`);
  const value = readJson5(`${INPUT}, $include in ${file}`, path, dirname(file));
  if (!files.includes(path)) files.push(path);
  return included(value, { file: path, chain: [...chain, path], roots, files });
}

/** Later over earlier; lists are joined, unlike those of the user's config over the guide's. */
function merged(base: unknown, over: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(over)) return [...base, ...over];
  if (!isObject(base) || !isObject(over)) return over;
  const all: Json = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (key !== "__proto__") all[key] = merged(base[key], value);
  }
  return all;
}

function rootsOf(env: NodeJS.ProcessEnv): string[] {
  const home = env.HOME ?? "";
  return (env.OPENCLAW_INCLUDE_ROOTS ?? "")
    .split(delimiter)
    .map((root) => root.replace(/^~(?=\/|$)/, home))
    .filter((root) => isAbsolute(root));
}

function dotEnv(path: string): Record<string, string | undefined> {
  return existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
}

function contains(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(value: string, expected: string, mend: string): InputError {
  return new InputError({ input: `${INPUT}, $include`, value, expected, mend });
}
