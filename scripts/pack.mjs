// `npm pack`, the same bytes wherever it is done: npm takes the modes of files as they lie there, and
// those follow the umask that the sources were checked out with. `npm run -s pack [-- FOLDER]` prints
// the SHA-256 and the tarball's path. The same Node (24 or newer) compresses the same.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = resolve(process.argv[2] ?? ".");
mkdirSync(folder, { recursive: true });

const npm = (...args) =>
  execFileSync("npm", ["pack", "--json", "--ignore-scripts", ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
/** npm 12 lists by name what npm 11 lists in an array. */
const only = (json) => Object.values(JSON.parse(json))[0];

for (const { path } of only(npm("--dry-run")).files) {
  const file = join(root, path);
  chmodSync(file, statSync(file).mode & 0o100 ? 0o755 : 0o644);
}
const tarball = join(folder, only(npm("--pack-destination", folder)).filename);
const sha256 = createHash("sha256").update(readFileSync(tarball)).digest("hex");
process.stdout.write(`${sha256}  ${tarball}\n`);
