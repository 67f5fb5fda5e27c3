/** Images built and run without a Docker engine: by buildah and podman, in a store of their own. */
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** Why no image can be built here; null: it can. */
export function missingForImages(): string | null {
  const needed = ["buildah", "podman", "runc", "debootstrap"];
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const missing = needed.filter((name) => !folders.some((dir) => existsSync(join(dir, name))));
  if (missing.length > 0) {
    return `no ${missing.join(", ")}: apt-get install --no-install-recommends ${needed.join(" ")}`;
  }
  return process.getuid?.() === 0 ? null : "images are built as root here";
}

export interface Ran {
  code: number;
  output: string;
}

/** A store that is gone with the test. */
export class ImageStore {
  readonly home = mkdtempSync(join(tmpdir(), "inferrs-bench-image-"));
  private readonly where = [
    ...["--root", join(this.home, "store"), "--runroot", join(this.home, "run")],
    ...["--storage-driver", "overlay"],
  ];

  /** `--timestamp 0`: what a layer's time is must not depend on when it was made. */
  build(target: string, tag: string, dir: string, more: string[] = []): Promise<Ran> {
    const args = ["build", "--isolation", "chroot", "--pull-never", "--format", "docker"];
    args.push("--layers", "--timestamp", "0", "--build-arg", `NODE_IMAGE=${STAND_IN}`);
    return this.tool("buildah", [...args, ...more, "--target", target, "-t", tag, dir]);
  }

  /** Read-only, without a network, a capability or a user's name. */
  run(image: string, args: string[], more: string[] = []): Promise<Ran> {
    const strict = ["--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges"];
    const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];
    const own = ["--cgroup-manager", "cgroupfs", "--runtime", "runc", "run", "--rm"];
    return this.tool("podman", [
      ...[...own, "--network", "none", "--no-healthcheck", ...strict, ...limits, ...more],
      ...[image, ...args],
    ]);
  }

  async inspect(image: string): Promise<{ layers: string[]; config: Record<string, unknown> }> {
    const { output } = await this.tool("buildah", ["inspect", "--type", "image", image]);
    const { Docker: docker } = JSON.parse(output) as {
      Docker: { rootfs: { diff_ids: string[] }; config: Record<string, unknown> };
    };
    return { layers: docker.rootfs.diff_ids, config: docker.config };
  }

  async bytesOf(image: string): Promise<number> {
    const args = ["image", "inspect", "--format", "{{.Size}}", image];
    return Number((await this.tool("podman", args)).output.trim());
  }

  /**
   * A stand-in for Node's image, which can't be pulled where there is no registry: Debian of this
   * machine's mirror, with the Node and the npm that run this test.
   */
  async makeBase(): Promise<void> {
    const dir = join(this.home, "base");
    const root = join(dir, "root");
    mkdirSync(dir, { recursive: true });
    const made = await this.command("debootstrap", [
      ...["--variant=minbase", "--include=ca-certificates,tini,libssl3"],
      ...["bookworm", root],
    ]);
    if (made.code !== 0) throw new Error(`debootstrap: ${made.output.slice(-2000)}`);
    // Where this machine gets its packages from, the image's own installation gets them, too.
    for (const name of ["sources.list", "sources.list.d", "apt.conf", "apt.conf.d"]) {
      const from = join("/etc/apt", name);
      if (!existsSync(from)) continue;
      rmSync(join(root, "etc/apt", name), { recursive: true, force: true });
      cpSync(from, join(root, "etc/apt", name), { recursive: true });
    }
    mkdirSync(join(root, "usr/local/bin"), { recursive: true });
    cpSync(process.execPath, join(root, "usr/local/bin/node"), { dereference: true });
    const npm = npmFolder();
    if (npm !== null) {
      cpSync(npm, join(root, "usr/local/lib/node_modules/npm"), { recursive: true });
    }
    for (const name of readdirSync(join(root, "var/cache/apt/archives"))) {
      rmSync(join(root, "var/cache/apt/archives", name), { recursive: true, force: true });
    }
    writeFileSync(join(dir, "Dockerfile"), 'FROM scratch\nADD root /\nCMD ["node"]\n');
    const args = ["build", "--isolation", "chroot", "--format", "docker", "--timestamp", "0"];
    const built = await this.tool("buildah", [...args, "-t", STAND_IN, dir]);
    if (built.code !== 0) throw new Error(`the stand-in: ${built.output.slice(-2000)}`);
    rmSync(root, { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.tool("podman", ["rmi", "--all", "--force"]);
    // Mounts of a container that has just ended may still be on their way out.
    rmSync(this.home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  private tool(name: string, args: string[]): Promise<Ran> {
    return this.command(name, [...this.where, ...args]);
  }

  private async command(name: string, args: string[]): Promise<Ran> {
    const path = `${process.env.PATH}${delimiter}/usr/sbin${delimiter}/sbin`;
    const options = { maxBuffer: 64e6, env: { ...process.env, PATH: path } };
    try {
      const { stdout, stderr } = await run(name, args, options);
      return { code: 0, output: stdout === "" ? stderr : stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: `${stdout}${stderr}` };
    }
  }
}

const STAND_IN = "localhost/node-stand-in";

function npmFolder(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const roots = folders.map((dir) => join(dir, "../lib/node_modules/npm"));
  return roots.find((dir) => existsSync(join(dir, "package.json"))) ?? null;
}
