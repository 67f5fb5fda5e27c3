/** Which file of a release is for which machine. */
import { SetupError } from "../../inputs/error.ts";

export interface Platform {
  /** As `process.platform` says it. */
  os: string;
  /** As `process.arch` says it. */
  arch: string;
  /** Linux: whether the C library is the GNU one, which the releases are linked with. */
  glibc: boolean;
}

/** The assets of inferrs's release workflow, by platform and architecture. */
const ASSETS: Record<string, string> = {
  "linux x64": "inferrs-x86_64-unknown-linux-gnu.tar.gz",
  "linux arm64": "inferrs-aarch64-unknown-linux-gnu.tar.gz",
  "darwin arm64": "inferrs-aarch64-apple-darwin.tar.gz",
  "win32 x64": "inferrs-x86_64-pc-windows-msvc.zip",
  "win32 arm64": "inferrs-aarch64-pc-windows-msvc.zip",
};

/** The machine that this process runs on. */
export function thisPlatform(): Platform {
  return {
    os: process.platform,
    arch: process.arch,
    // Asked for only where something is fetched: it takes some ms.
    get glibc() {
      return hasGlibc();
    },
  };
}

function hasGlibc(): boolean {
  if (process.platform !== "linux") return false;
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  // The report's network part would resolve host names.
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime !== undefined;
}

/** @throws SetupError where there is no release for the machine, with what can be done instead */
export function assetFor({ os, arch, glibc }: Platform): string {
  const asset = ASSETS[`${os} ${arch}`];
  const musl = os === "linux" && !glibc;
  if (asset !== undefined && !musl) return asset;
  const here = `${os} ${arch}${musl ? " without the GNU C library" : ""}`;
  const hint =
    os === "darwin" && arch === "x64"
      ? " If this is an Apple silicon Mac, run it with a Node for arm64."
      : "";
  throw new SetupError(
    `inferrs has no release for ${here}: there are ${Object.keys(ASSETS).join(", ")}.${hint} ` +
      "Build it (cargo build --release -p inferrs) and give its path: --inferrs ./target/release/inferrs; " +
      "or measure a server that runs elsewhere: --base-url URL.",
  );
}

/** The archive for the machine that this process runs on; null where there is none. */
export function assetHere(): string | null {
  try {
    return assetFor(thisPlatform());
  } catch {
    return null;
  }
}

/** The executable's name in an archive. */
export function executableName(os: string): string {
  return os === "win32" ? "inferrs.exe" : "inferrs";
}
