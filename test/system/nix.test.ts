/**
 * The flake, evaluated for every platform and built for this one, with a stand-in for nixpkgs: it shows
 * the flake's shape and that its own build steps do what they say. That the real nixpkgs builds it is
 * for .github/workflows/nix-docker.yml to show.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readTable } from "../../src/provision/inferrs/table.ts";
import { readPins } from "../../src/provision/openclaw/pins.ts";
import { ROOT, resultIn } from "./harness.ts";
import { findNix, makeNix } from "./nix/harness.ts";

const NIX = findNix();
/** Only where there is one. */
const flake = NIX === null ? (null as never) : makeNix(NIX);
const HOW = "no nix here: apt-get install -y --no-install-recommends nix-bin";
const LINUX = ["aarch64-linux", "x86_64-linux"];
const SYSTEMS = ["aarch64-darwin", ...LINUX];
const ASSETS: Record<string, string> = {
  "aarch64-darwin": "inferrs-aarch64-apple-darwin.tar.gz",
  "aarch64-linux": "inferrs-aarch64-unknown-linux-gnu.tar.gz",
  "x86_64-linux": "inferrs-x86_64-unknown-linux-gnu.tar.gz",
};
const HERE = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-${process.platform}`;

describe("the flake", { skip: NIX === null ? HOW : false }, () => {
  /** `nix eval --json`, with a function over what is there. */
  async function evaluated<T>(attribute: string, apply: string): Promise<T> {
    const { code, stdout, stderr } = await flake.nix("eval", attribute, "--json", "--apply", apply);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  }

  async function built(attribute: string): Promise<string> {
    const link = join(flake.mirror, "..", `result-${attribute.slice(1)}`);
    const { code, stderr } = await flake.nix("build", attribute, "-o", link, "-L");
    assert.equal(code, 0, stderr);
    return realpathSync(link);
  }

  test("every output of every platform can be evaluated", async () => {
    const paths =
      "builtins.mapAttrs (_: builtins.mapAttrs (_: each: each.drvPath or each.program))";
    type Outputs = Record<string, Record<string, string>>;
    const packages = await evaluated<Outputs>("#packages", paths);
    assert.deepEqual(Object.keys(packages), SYSTEMS);
    const names = [
      "bench",
      "default",
      "inferrs",
      "inferrs-bench",
      "model",
      "model-gemma",
      "openclaw",
    ];
    for (const [system, outputs] of Object.entries(packages)) {
      const own = LINUX.includes(system) ? [...names, "image"] : names;
      assert.deepEqual(Object.keys(outputs), own.sort(), system);
      assert.equal(outputs.default, outputs["inferrs-bench"]);
    }
    const all = Object.values(packages).map((outputs) => outputs["inferrs-bench"]);
    assert.equal(new Set(all).size, SYSTEMS.length, "one and the same for two platforms");
    for (const output of ["#apps", "#checks", "#devShells"]) {
      assert.deepEqual(Object.keys(await evaluated<Outputs>(output, paths)), SYSTEMS, output);
    }
    const overlay = await evaluated<string[]>(
      "#overlays",
      "o: builtins.attrNames (builtins.functionArgs (o.default { }))",
    );
    assert.deepEqual(overlay, []);
  });

  test("what is fetched is fetched by the hashes that this repository has", async () => {
    const table = readTable().releases;
    const newest = Object.keys(table).sort().at(-1) ?? "";
    for (const system of SYSTEMS) {
      const asset = ASSETS[system] ?? "";
      assert.deepEqual(
        await evaluated(`#packages.${system}.inferrs`, "p: { inherit (p.src) url sha256; }"),
        {
          url: `https://github.com/ericcurtin/inferrs/releases/download/${newest}/${asset}`,
          sha256: table[newest]?.assets[asset]?.sha256,
        },
        system,
      );
    }
    const client = await evaluated<{ version: string; integrity: string }>(
      "#packages.x86_64-linux.openclaw",
      "p: { inherit (p) version integrity; }",
    );
    assert.equal(client.integrity, readPins().openclaw[client.version]);
  });

  test("of the lock files, each platform gets what runs there, and all of it has a hash", async () => {
    interface Entry {
      integrity?: string;
      resolved?: string;
      os?: string[];
      inBundle?: boolean;
    }
    type Lock = { package: object; packageLock: { packages: Record<string, Entry> } };
    for (const [system, esbuild] of [
      ["x86_64-linux", "linux-x64"],
      ["aarch64-darwin", "darwin-arm64"],
    ] as const) {
      for (const name of ["inferrs-bench", "openclaw"]) {
        const file = await evaluated<string>(`#packages.${system}.${name}`, "p: p.npmDeps");
        const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
        assert.ok(!("workspaces" in lock.package));
        const { "": root, ...entries } = lock.packageLock.packages;
        assert.ok(root !== undefined && Object.keys(entries).length > 100);
        for (const [path, entry] of Object.entries(entries)) {
          assert.match(path, /^node_modules\//);
          if (entry.inBundle === true) continue;
          assert.match(entry.resolved ?? "", /^https:\/\/registry\.npmjs\.org\/.+\.tgz$/, path);
          assert.match(entry.integrity ?? "", /^sha512-/, path);
        }
        if (name === "openclaw") continue;
        const tools = Object.keys(entries).filter((path) => /\/@esbuild\//.test(path));
        assert.deepEqual(tools, [`node_modules/@esbuild/${esbuild}`]);
        assert.deepEqual(
          Object.keys(entries).filter((path) => /test-node|node-(linux|win)/.test(path)),
          [],
        );
      }
    }
  });

  test("nix flake check: the demo runs, dist is the committed one, the model has its digests", async () => {
    const { code, stderr } = await flake.nix("flake check", "", "-L");
    assert.equal(code, 0, stderr.slice(-3000));
    for (const name of ["inferrs-bench-demo", "synthetic-model-digests", "inferrs-bench-dist"]) {
      assert.match(stderr, new RegExp(`-${name}\\.drv`));
    }
    assert.match(stderr, /model\.safetensors: OK/);
  });

  test("a check that doesn't hold fails", async () => {
    const pins = join(flake.flake, "nix", "models.json");
    const text = readFileSync(pins, "utf8");
    writeFileSync(pins, text.replace("792bb524", "00000000"));
    const { code, stderr } = await flake.nix("flake check", "", "-L");
    writeFileSync(pins, text);
    assert.notEqual(code, 0);
    assert.match(stderr, /model\.safetensors: FAILED/);
  });

  test("the package: built twice the same, and run", async () => {
    const path = await built("#default");
    const again = await flake.nix("build", "#default", "--rebuild");
    assert.equal(again.code, 0, again.stderr);
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const ran = await flake.nix("run", "", "--", "--version");
    assert.deepEqual([ran.code, ran.stdout.trim()], [0, version]);
    const out = join(flake.mirror, "..", "demo");
    const demo = await flake.nix("run", "", "--", "demo", "--quiet", "--out", out);
    assert.equal(demo.code, 0, demo.stderr);
    assert.equal(resultIn(out).status, "complete");
    execFileSync("diff", [
      "-r",
      join(ROOT, "dist"),
      join(path, "lib/node_modules/inferrs-bench/dist"),
    ]);
  });

  test("the release of inferrs, and the locked run that takes it", async () => {
    const asset = ASSETS[HERE] ?? "";
    const folder = join(flake.mirror, "inferrs-here");
    mkdirSync(folder);
    writeFileSync(join(folder, "inferrs"), "#!/bin/sh\necho inferrs 0.1.0\n");
    chmodSync(join(folder, "inferrs"), 0o755);
    writeFileSync(join(folder, "libinferrs_backend_cuda.so"), "a backend");
    execFileSync("tar", ["-czf", join(flake.mirror, asset), "-C", flake.mirror, "inferrs-here"]);
    const path = await built("#inferrs");
    assert.equal(readFileSync(join(path, "bin/libinferrs_backend_cuda.so"), "utf8"), "a backend");

    const plan = await flake.nix(
      "run",
      "#bench",
      "--",
      "--engine",
      "sim",
      "--suite=smoke",
      "--plan",
    );
    assert.equal(plan.code, 0, plan.stderr);
    const lock = join(flake.mirror, "..", "bench.lock.json");
    writeFileSync(lock, "no lock");
    const locked = await flake.nix("run", "#bench");
    assert.equal(locked.code, 2, "a lock in the working folder is taken, and this one is none");
    assert.match(locked.stderr, /--locked/);
    const named = await flake.nix("run", "#bench", "--", "--locked=elsewhere.json");
    assert.match(named.stderr, /--locked: got "elsewhere\.json"/);
  });

  test("the image: not root, with an init, dated by no clock", {
    skip: !LINUX.includes(HERE),
  }, async () => {
    const image = JSON.parse(readFileSync(await built("#image"), "utf8"));
    const { User, Entrypoint, Labels, Volumes } = image.config;
    assert.equal(User, "10001:10001");
    assert.match(Entrypoint[0], /\/bin\/tini$/);
    assert.deepEqual(Object.keys(Volumes), ["/out"]);
    assert.equal(Labels["org.opencontainers.image.licenses"], "MIT");
    assert.equal(image.created, "1970-01-01T00:00:01Z");
  });

  test("the lock of nixpkgs is one, and names the branch that the flake does", async () => {
    const { nodes } = JSON.parse(readFileSync(join(ROOT, "flake.lock"), "utf8"));
    assert.deepEqual(Object.keys(nodes), ["nixpkgs", "root"]);
    const { locked, original } = nodes.nixpkgs;
    assert.match(locked.rev, /^[0-9a-f]{40}$/);
    assert.match(locked.narHash, /^sha256-[A-Za-z0-9+/]{43}=$/);
    const flakeText = readFileSync(join(ROOT, "flake.nix"), "utf8");
    assert.ok(flakeText.includes(`github:${original.owner}/${original.repo}/${original.ref}`));
  });
});
