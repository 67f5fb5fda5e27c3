/** Files that come with the tool, found from the bundle in dist/ and from the source alike. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const HERE = typeof __dirname === "string" ? __dirname : import.meta.dirname;

/** The package's root: the nearest folder above that holds bench/openclaw.json5. */
function packageRoot(): string {
  for (let dir = HERE; dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, "bench", "openclaw.json5"))) return dir;
  }
  throw new Error(`bench/ was not found above ${HERE}; the package is incomplete`);
}

/** `bench`: the folder of scenarios, prompts and schemas. `sim`: the simulator's entry. */
export function assetPath(asset: "bench" | "sim"): string {
  if (asset === "bench") return join(packageRoot(), "bench");
  const bundled = join(HERE, "sim.cjs");
  return existsSync(bundled) ? bundled : join(packageRoot(), "src", "sim", "entry.ts");
}

/** The folder of the bundles that run; null: the sources do. */
export function bundleDir(): string | null {
  return existsSync(join(HERE, "sim.cjs")) ? HERE : null;
}

/** This tool's version, from package.json. */
export function toolVersion(): string {
  const text = readFileSync(join(packageRoot(), "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
