/**
 * `npm run pin-openclaw -- VERSION`: what npm must bring of that version of the client, for
 * bench/openclaw-versions.json, and npm's lock file of all that it needs, for bench/openclaw/. The
 * default version is a constant in src/provision/openclaw/spec.ts.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assetPath } from "../src/host/assets.ts";
import { readPins } from "../src/provision/openclaw/pins.ts";
import { DEFAULT_OPENCLAW_VERSION } from "../src/provision/openclaw/spec.ts";

const version = process.argv[2] ?? DEFAULT_OPENCLAW_VERSION;
const dir = mkdtempSync(join(tmpdir(), "pin-openclaw-"));
try {
  const manifest = { name: "client", private: true, dependencies: { openclaw: version } };
  writeFileSync(join(dir, "package.json"), JSON.stringify(manifest));
  const args = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];
  // The addresses are those of whoever installs.
  const anywhere = ["--omit-lockfile-registry-resolved", "--prefix", dir];
  execFileSync("npm", [...args, ...anywhere], { cwd: dir, stdio: "inherit" });
  const lock = readFileSync(join(dir, "package-lock.json"), "utf8");
  const { packages } = JSON.parse(lock) as { packages: Record<string, { integrity?: string }> };
  const integrity = packages["node_modules/openclaw"]?.integrity;
  if (integrity === undefined) throw new Error(`npm's lock file has no integrity of ${version}`);
  const pins = readPins();
  const was = pins.openclaw[version];
  if (was !== undefined && was !== integrity) {
    throw new Error(`${version} was ${was}, and is ${integrity} now`);
  }
  pins.openclaw[version] = integrity;
  writeFileSync(
    join(assetPath("bench"), "openclaw-versions.json"),
    `${JSON.stringify(pins, null, 2)}\n`,
  );
  writeFileSync(join(assetPath("bench"), "openclaw", `${version}.lock.json`), lock);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
