/** A folder that holds the client: what it is, which Node it wants, how it is run. */
import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../../inputs/error.ts";

export interface ClientPackage {
  dir: string;
  version: string;
  /** The range of Node that it wants. */
  engines: string;
  /** Absolute path of its command. */
  entry: string;
}

/** @returns null when the folder holds no OpenClaw */
export async function readClientPackage(dir: string): Promise<ClientPackage | null> {
  const text = await readFile(join(dir, "package.json"), "utf8").catch(() => "null");
  const said = parse(text);
  const bin = typeof said?.bin === "string" ? said.bin : said?.bin?.openclaw;
  if (said?.name !== "openclaw" || typeof said.version !== "string" || bin === undefined) {
    return null;
  }
  const entry = join(dir, bin);
  if ((await stat(entry).catch(() => null))?.isFile() !== true) return null;
  return { dir, version: said.version, engines: said.engines?.node ?? "*", entry };
}

/**
 * The client that a path names: the package's folder, its command (also by the link that npm makes),
 * or a folder that it is installed in.
 * @throws InputError when there is none
 */
export async function findClientPackage(path: string, cwd: string): Promise<ClientPackage> {
  const place = await realpath(resolve(cwd, path)).catch(() => null);
  if (place === null) throw wrong(path, "There is nothing of that name.");
  const isFile = (await stat(place)).isFile();
  const dir = isFile ? dirname(place) : place;
  const places = isFile
    ? [dir]
    : [dir, join(dir, "node_modules", "openclaw"), join(dir, "lib", "node_modules", "openclaw")];
  for (const each of places) {
    const found = await readClientPackage(each);
    if (found !== null) return found;
  }
  throw wrong(path, `${isFile ? dir : place} holds no package.json of openclaw with its command.`);
}

function wrong(path: string, why: string): InputError {
  return new InputError({
    input: "--openclaw-version",
    value: path,
    expected: "the folder of an installed openclaw package, or its command",
    mend: `${why} For example node_modules/openclaw, or what npm root -g prints, with /openclaw after it.`,
  });
}

interface Manifest {
  name?: unknown;
  version?: unknown;
  bin?: string | { openclaw?: string };
  engines?: { node?: string };
}

function parse(text: string): Manifest | null {
  try {
    return JSON.parse(text) as Manifest | null;
  } catch {
    return null;
  }
}
