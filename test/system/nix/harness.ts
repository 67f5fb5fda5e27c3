/** Nix in folders of its own, with a stand-in for nixpkgs (`nixpkgs/` here). */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ROOT, scratch } from "../harness.ts";

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Nix {
  /** Where the flake is: the tracked files of this repository, and new ones that git doesn't ignore. */
  flake: string;
  /** Files that the stand-in's fetchurl finds by name. */
  mirror: string;
  /** `nix COMMAND path:FLAKE#ATTRIBUTE ARGS`, without a network. */
  nix(command: string, attribute: string, ...args: string[]): Promise<Ran>;
}

/** @returns null where there is no Nix */
export function findNix(): string | null {
  return find("nix");
}

function find(name: string): string | null {
  try {
    return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

const MOST_OUTPUT = 64 * 1024 * 1024;

export function makeNix(nix: string): Nix {
  const dir = realpathSync(scratch());
  const [flake, mirror, nixpkgs] = ["flake", "mirror", "nixpkgs"].map((name) =>
    join(dir, name),
  ) as [string, string, string];
  copyTracked(flake);
  mkdirSync(mirror);
  cpSync(join(import.meta.dirname, "nixpkgs"), nixpkgs, { recursive: true });
  writeFileSync(join(nixpkgs, "host.nix"), host(mirror));
  const own = Object.fromEntries(
    ["STORE_DIR", "STATE_DIR", "LOG_DIR", "CONF_DIR"].map((name) => {
      const place = join(dir, name.toLowerCase());
      mkdirSync(place);
      return [`NIX_${name}`, place];
    }),
  );
  const env = { ...process.env, ...own, HOME: dir, INFERRS_BENCH_LOCK_DIR: join(dir, "lock") };
  const settings = [
    ["substitute", "false"],
    ["sandbox", "false"],
    ["build-users-group", ""],
    ["flake-registry", "/dev/null"],
    ["experimental-features", "nix-command flakes"],
  ].flatMap(([name, value]) => ["--option", name, value] as string[]);
  return {
    flake,
    mirror,
    nix: (command, attribute, ...args) =>
      new Promise((resolve) => {
        const features = ["--extra-experimental-features", "nix-command flakes"];
        const pinned = ["--override-input", "nixpkgs", `path:${nixpkgs}`, "--no-write-lock-file"];
        const all = [
          ...[...features, ...settings, ...command.split(" "), `path:${flake}${attribute}`],
          ...[...pinned, "--offline", ...args],
        ];
        const options = { cwd: dir, env, maxBuffer: MOST_OUTPUT };
        execFile(nix, all, options, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
        });
      }),
  };
}

/** What a commit of the working tree would hold. */
export function copyTracked(target: string): void {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const path of new Set(listed.split("\0").filter((each) => each !== ""))) {
    const to = join(target, path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(ROOT, path), to);
  }
}

function host(mirror: string): string {
  const text = (value: string | null) => JSON.stringify(value ?? "/bin/true");
  const path = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((each) => /^(\/usr|\/bin)/.test(each));
  return `{
  bash = ${text(find("bash"))};
  path = ${text([...path, "/usr/bin", "/bin"].join(delimiter))};
  node = ${text(process.execPath)};
  nodeVersion = ${text(process.versions.node)};
  nodeModules = ${text(join(ROOT, "node_modules"))};
  mirror = ${text(mirror)};
  true = ${text(find("true"))};
  programs = { deadnix = ${text(find("deadnix"))}; nixfmt = ${text(find("nixfmt"))}; };
}
`;
}
