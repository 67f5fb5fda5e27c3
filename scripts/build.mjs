// Bundles dist/ from empty: CommonJS for Node 20 and up, because bundled ESM-only packages fail as
// plain ESM ("Dynamic require"). The output depends on the sources and the lockfile alone.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const out = process.argv[2] ?? "dist";
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const entries = {
  cli: "src/cli.ts",
  action: "src/action.ts",
  post: "src/post.ts",
  sim: "src/sim/entry.ts",
};
const result = await build({
  entryPoints: entries,
  outdir: out,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  minify: true,
  keepNames: false,
  charset: "utf8",
  legalComments: "none",
  define: { "import.meta.dirname": "__dirname" },
  metafile: true,
  logLevel: "warning",
});

// The licences of what is bundled travel with it.
const packages = new Set(
  Object.keys(result.metafile.inputs)
    .map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    .filter((name) => name !== undefined),
);
const notices = [...packages].sort().map((name) => {
  const { version, license } = JSON.parse(
    readFileSync(`node_modules/${name}/package.json`, "utf8"),
  );
  const files = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "LICENCE", "License.md"];
  const text = files
    .map((file) => read(`node_modules/${name}/${file}`))
    .find((each) => each !== null);
  return `${name} ${version} (${license})\n\n${(text ?? "").trim().replaceAll("\r\n", "\n")}\n`;
});
writeFileSync(`${out}/THIRD-PARTY-LICENSES.txt`, notices.join(`\n${"-".repeat(72)}\n\n`));

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
