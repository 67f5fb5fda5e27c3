// Fetches a release of inferrs into a folder, by the digests of bench/inferrs-releases.json:
//   node fetch-inferrs.mjs VERSION ARCH DIR      (ARCH as Docker names it: amd64, arm64)
// INFERRS_RELEASES names a mirror of the releases. Nothing is unpacked before its digest was compared.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";

const [version, arch, dir] = process.argv.slice(2);
const machine = { amd64: "x86_64", arm64: "aarch64" }[arch];
if (machine === undefined) fail(`there is no release of inferrs for ${arch}`);
const table = JSON.parse(
  readFileSync(new URL("../bench/inferrs-releases.json", import.meta.url), "utf8"),
);
const asset = `inferrs-${machine}-unknown-linux-gnu.tar.gz`;
const expected = table.releases[version]?.assets[asset]?.sha256;
if (expected === undefined)
  fail(`bench/inferrs-releases.json has no digest of ${asset} ${version}`);
const releases =
  process.env.INFERRS_RELEASES || `https://github.com/${table.repository}/releases/download`;
const url = `${releases}/${version}/${asset}`;
const answer = await fetch(url);
if (!answer.ok) fail(`${url}: HTTP ${answer.status}`);
const bytes = Buffer.from(await answer.arrayBuffer());
const actual = createHash("sha256").update(bytes).digest("hex");
if (actual !== expected) fail(`${url} has SHA-256 ${actual}; the table says ${expected}`);
mkdirSync(dir, { recursive: true });
const plain = ["--strip-components=1", "--no-same-owner", "--no-same-permissions"];
execFileSync("tar", ["-xz", "-C", dir, ...plain], { input: bytes });
process.stdout.write(`inferrs ${version} (${asset}, SHA-256 ${actual})\n`);

function fail(words) {
  process.stderr.write(`${words}\n`);
  process.exit(1);
}
