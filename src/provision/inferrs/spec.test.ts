import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError } from "../../inputs/error.ts";
import { assetFor } from "./platform.ts";
import { parseInferrs, parseSha256, shownUrl } from "./spec.ts";

test("every way to say where inferrs comes from", () => {
  const cases = [
    [null, { kind: "default" }],
    ["latest", { kind: "latest" }],
    ["0.0.20260424164259", { kind: "version", version: "0.0.20260424164259" }],
    ["./target/release/inferrs", { kind: "path", path: "./target/release/inferrs" }],
    ["C:\\inferrs\\inferrs.exe", { kind: "path", path: "C:\\inferrs\\inferrs.exe" }],
    ["inferrs-nightly", { kind: "path", path: "inferrs-nightly" }],
    ["0.0.2026", { kind: "path", path: "0.0.2026" }],
    ["https://x.example/a.zip?sig=1", { kind: "url", url: "https://x.example/a.zip?sig=1" }],
  ] as const;
  for (const [text, spec] of cases) assert.deepEqual(parseInferrs(text), spec);
});

test("a URL that can't be fetched is refused, and what may be secret in it isn't repeated", () => {
  for (const text of [
    "ftp://x.example/a.zip?canary",
    "https://user:canary@x.example/a.zip",
    "https://user:canary@:99999999/a.zip",
    "https://:canary@x.example/a?canary#canary",
  ]) {
    assert.throws(
      () => parseInferrs(text),
      (error: unknown) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, /--inferrs: got .*expected an http or https URL/);
        assert.doesNotMatch(error.message, /canary/);
        return true;
      },
    );
  }
});

test("a URL is shown by host and path", () => {
  assert.equal(
    shownUrl("https://x.example:8443/a/b.zip?sig=1#c"),
    "https://x.example:8443/a/b.zip",
  );
});

test("a digest is 64 hexadecimal digits, as GitHub or as sha256sum writes it", () => {
  const digest = "0123456789abcdef".repeat(4);
  assert.equal(parseSha256(`sha256:${digest}`), digest);
  assert.equal(parseSha256(digest.toUpperCase()), digest);
  for (const bad of ["", digest.slice(1), `${digest}0`, `sha512:${digest}`]) {
    assert.throws(() => parseSha256(bad), { name: "InputError", message: /--inferrs-sha256/ });
  }
});

test("each platform has its asset; the others get told what can be done", () => {
  const asset = (os: string, arch: string, glibc = true) => assetFor({ os, arch, glibc });
  assert.equal(asset("linux", "x64"), "inferrs-x86_64-unknown-linux-gnu.tar.gz");
  assert.equal(asset("linux", "arm64"), "inferrs-aarch64-unknown-linux-gnu.tar.gz");
  assert.equal(asset("darwin", "arm64", false), "inferrs-aarch64-apple-darwin.tar.gz");
  assert.equal(asset("win32", "x64", false), "inferrs-x86_64-pc-windows-msvc.zip");
  assert.equal(asset("win32", "arm64", false), "inferrs-aarch64-pc-windows-msvc.zip");
  for (const [os, arch, glibc, pattern] of [
    ["linux", "riscv64", true, /no release for linux riscv64: there are linux x64/],
    ["linux", "x64", false, /linux x64 without the GNU C library/],
    ["darwin", "x64", false, /Apple silicon.*arm64/],
    ["freebsd", "x64", false, /cargo build --release -p inferrs.*--base-url/],
  ] as const) {
    assert.throws(() => asset(os, arch, glibc), { name: "SetupError", message: pattern });
  }
});
