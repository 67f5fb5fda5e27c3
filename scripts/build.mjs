// Bundles dist/ from empty: CommonJS for Node 20 and up, because bundled ESM-only packages fail as
// plain ESM ("Dynamic require"). The output depends on the sources and the lockfile alone.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
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

/**
 * What both entries are made of and what holds no state of its own (the pure stages, the schema, zod)
 * is one bundle that they load when they get to it, instead of being in each of them. The page and its
 * charts are another. A class that is compared (`InputError`) must be in one place alone, too.
 */
const PURE = ["analyze", "journal", "plan", "report"];
/** Two that read files, and the one that has the page made. */
const NOT_SHARED = ["plan/load-scenario.ts", "journal/journal.ts", "report/renderers.ts"];
const sharedFiles = [
  ...PURE.flatMap((stage) => sources(`src/${stage}`)),
  "src/inputs/error.ts",
  "src/result.ts",
].filter((path) => !NOT_SHARED.some((each) => path.endsWith(each)));
const names = new Map(sharedFiles.map((path, index) => [resolve(path), `m${index}`]));
const PAGE = resolve("src/report/html/page.ts");

/** Packages that both use: each is run when it is first asked for. */
const LIBRARIES = ["json5", "semver", "tar", "undici", "yauzl"];

const fromShared = {
  name: "from the shared bundles",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/(shared|page|libraries)\.cjs$/ }, ({ path }) => ({
      path,
      external: true,
    }));
    onResolve({ filter: /^[@a-z]/ }, ({ path, importer, namespace }) => {
      if (namespace !== "file" || /[/\\]node_modules[/\\]/.test(importer)) return null;
      if (path === "zod") return { path: 'require("./shared.cjs").zod', namespace: "stub" };
      if (!LIBRARIES.includes(path)) return null;
      return { path: `require("./libraries.cjs")[${JSON.stringify(path)}]`, namespace: "stub" };
    });
    onResolve({ filter: /^\..*\.ts$/ }, ({ path, importer, kind }) => {
      if (kind === "entry-point") return null;
      const wanted = resolve(dirname(importer), path);
      if (wanted === PAGE) return { path: 'require("./page.cjs")', namespace: "stub" };
      const name = names.get(wanted);
      return name && { path: `require("./shared.cjs").${name}`, namespace: "stub" };
    });
    onLoad({ filter: /./, namespace: "stub" }, ({ path }) => ({
      contents: `module.exports = ${path};`,
      loader: "js",
    }));
  },
};

/** Of a pure stage, without tests and what is for tests alone, and without the page. */
function sources(dir) {
  return readdirSync(dir, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }) => {
      const path = `${dir}/${name}`;
      if (name === "fixtures" || path === "src/report/html") return [];
      if (/\.test\.ts$/.test(name)) return [];
      if (!/\.ts$/.test(name)) return sources(path);
      return [path];
    });
}

const common = {
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
  logLevel: "warning",
};

/** An entry that is only written here. */
const written = (entry, contents) => ({
  name: `the entry ${entry}`,
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${entry}$`) }, ({ kind }) =>
      kind === "entry-point" ? { path: entry, namespace: "entry" } : null,
    );
    onLoad({ filter: /./, namespace: "entry" }, () => ({
      contents,
      resolveDir: resolve("."),
      loader: "js",
    }));
  },
});
/** Each is run when it is first asked for. */
const lazily = (modules) =>
  modules
    .map(([name, path]) => {
      const [quoted, from] = [JSON.stringify(name), JSON.stringify(path)];
      return `Object.defineProperty(exports, ${quoted}, { get: () => require(${from}) });`;
    })
    .join("\n");
const allOf = lazily([["zod", "zod"], ...[...names].map(([path, name]) => [name, path])]);
const libraries = lazily(LIBRARIES.map((name) => [name, name]));

const results = await Promise.all([
  build({ ...common, entryPoints: entries, plugins: [oneOfEach, english, noOidc, fromShared] }),
  build({ ...common, entryPoints: { page: PAGE }, plugins: [fromShared] }),
  build({
    ...common,
    entryPoints: ["shared"],
    plugins: [english, written("shared", allOf)],
  }),
  build({ ...common, entryPoints: ["libraries"], plugins: [written("libraries", libraries)] }),
]);

// The licences of what is bundled travel with it.
const packages = new Set(
  results
    .flatMap(({ metafile }) => Object.keys(metafile.inputs))
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
