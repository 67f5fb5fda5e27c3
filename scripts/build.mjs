// Bundles dist/ from empty: CommonJS for Node 20 and up, because bundled ESM-only packages fail as
// plain ESM ("Dynamic require"). The output depends on the sources and the lockfile alone.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve, sep } from "node:path";
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
/** npm puts one and the same version beside each package that wants it: the first by name is taken. */
const lock = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
const copies = Object.keys(lock)
  .filter((path) => path.endsWith("/node_modules/undici"))
  .sort();
const oneOfEach = {
  name: "one of each version",
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]node_modules[/\\]undici[/\\]/ }, ({ path }) => {
      const folder = copies.find((copy) => path.startsWith(`${resolve(copy)}${sep}`));
      const first = copies.find((copy) => lock[copy].version === lock[folder]?.version);
      if (first === folder) return null;
      const target = resolve(first) + path.slice(resolve(folder).length);
      return { contents: `module.exports = require(${JSON.stringify(target)});`, loader: "js" };
    });
  },
};

/** Of zod's error messages in fifty languages, which no import can leave out, English is enough. */
const english = {
  name: "english",
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.[cm]?js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
      loader: "js",
    }));
  },
};

/** Tokens of OpenID Connect are not asked for; their client would bring 400 kB of HTTP into every bundle. */
const noOidc = {
  name: "no OpenID Connect",
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]@actions[/\\]core[/\\]lib[/\\]oidc-utils\.js$/ }, () => ({
      contents:
        'export class OidcClient { static getIDToken() { throw new Error("not part of this bundle"); } }',
      loader: "js",
    }));
  },
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
  // CommonJS knows no import.meta: without this it is undefined, and @actions/cache fails on it.
  define: { "import.meta.dirname": "__dirname", "import.meta.url": "__bundleUrl" },
  banner: {
    js: '"use strict";var __bundleUrl=require("node:url").pathToFileURL(__filename).href;',
  },
  metafile: true,
  plugins: [oneOfEach, english, noOidc],
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
