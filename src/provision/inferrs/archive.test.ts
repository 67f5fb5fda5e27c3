/** Archives as no release should be: nothing may be written outside, and nothing half. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type ArchiveEntry, tarGz, zip } from "../../testing/archives.ts";
import { scratch } from "../../testing/github/fetch-world.ts";
import { unpack } from "./archive.ts";
import { findRelease } from "./layout.ts";

const home = scratch();

async function unpacked(archive: Buffer, executable = "inferrs") {
  const dir = mkdtempSync(join(home, "a-"));
  const file = join(dir, "archive");
  const inner = join(dir, "inner");
  writeFileSync(file, archive);
  mkdirSync(inner);
  const entries = await unpack("inferrs 0.0.1", file, inner).catch((error: Error) => {
    assert.deepEqual(readdirSync(inner), [], `written before it was refused: ${error.message}`);
    assert.deepEqual(readdirSync(dir).sort(), ["archive", "inner"]);
    throw error;
  });
  return findRelease("inferrs 0.0.1", inner, executable, entries);
}

const BINARY = { name: "d/inferrs", text: "#!/bin/sh\n" };

/** In both kinds of archive, the binary first: it must not be there either. */
const HOSTILE: [string, ArchiveEntry][] = [
  ["a path that leads out", { name: "../evil", text: "x" }],
  ["a path that leads out in the middle", { name: "d/../../evil", text: "x" }],
  ["a path that leads out the Windows way", { name: "d\\..\\..\\evil", text: "x" }],
  ["an absolute path", { name: "/tmp/inferrs-bench-evil", text: "x" }],
  ["a path with a drive", { name: "C:/evil", text: "x" }],
];

for (const [kind, make] of [
  ["tar.gz", tarGz],
  ["zip", zip],
] as const) {
  describe(kind, () => {
    for (const [name, entry] of HOSTILE) {
      test(`${name} is refused`, async () => {
        await assert.rejects(unpacked(make([BINARY, entry])), { name: "SetupError" });
        assert.ok(!existsSync("/tmp/inferrs-bench-evil"));
      });
    }

    test("in a folder, its libraries beside it", async () => {
      const lib = { name: "d/libinferrs_backend_cuda.so", text: "lib" };
      const dir = await unpacked(make([{ name: "d/" }, BINARY, lib]));
      assert.deepEqual(readdirSync(dir).sort(), ["inferrs", "libinferrs_backend_cuda.so"]);
      assert.equal(readFileSync(join(dir, "inferrs"), "utf8"), "#!/bin/sh\n");
    });

    test("flat, as the archives for Windows are", async () => {
      const files = [
        { name: "inferrs.exe", text: "MZ" },
        { name: "inferrs_backend_cuda.dll", text: "lib" },
      ];
      const dir = await unpacked(make(files), "inferrs.exe");
      assert.deepEqual(readdirSync(dir).sort(), ["inferrs.exe", "inferrs_backend_cuda.dll"]);
    });

    test("without the binary: what is there instead", async () => {
      const files = [
        { name: "README.md", text: "" },
        { name: "bin/deep/inferrs", text: "" },
      ];
      await assert.rejects(unpacked(make(files)), {
        name: "SetupError",
        message: /holds README\.md, bin\/deep\/inferrs; expected one inferrs, in a folder or at/,
      });
    });

    test("with two binaries it can't be told which", async () => {
      const files = [BINARY, { name: "e/inferrs", text: "" }];
      await assert.rejects(unpacked(make(files)), { message: /expected one inferrs/ });
    });

    test("empty", async () => {
      await assert.rejects(unpacked(make([])), { name: "SetupError" });
    });

    test("cut off in the middle", async () => {
      const whole = make([BINARY, { name: "d/lib", text: Buffer.alloc(9_000, "ab") }]);
      await assert.rejects(unpacked(whole.subarray(0, whole.length - 60)), {
        name: "SetupError",
        message: /can't be unpacked/,
      });
    });
  });
}

test("a tar's links: to the file beside it yes, elsewhere no", async () => {
  const link = (linkTo: string, type = "2") =>
    unpacked(tarGz([BINARY, { name: "d/lib.so", type, linkTo }]));
  assert.ok((await link("inferrs")).endsWith("d"));
  for (const target of ["/etc/passwd", "../../x", "..", "e/x", ""]) {
    await assert.rejects(link(target), { message: /link that leads elsewhere|can't be unpacked/ });
  }
  await assert.rejects(link("d/inferrs", "1"), { message: /neither a file nor a folder/ });
  await assert.rejects(link("", "3"), { message: /neither a file nor a folder/ });
});

test("writing through a link that the archive brings is refused", async () => {
  const files = [
    { name: "d", type: "2", linkTo: "/tmp" },
    { name: "d/inferrs-bench-evil", text: "x" },
  ];
  await assert.rejects(unpacked(tarGz(files)), { name: "SetupError" });
  assert.ok(!existsSync("/tmp/inferrs-bench-evil"));
});

test("a zip made on Unix says what is a file and what a folder", async () => {
  const files = [
    { name: "d/", mode: 0o040755 },
    { ...BINARY, mode: 0o100755 },
  ];
  assert.deepEqual(readdirSync(await unpacked(zip(files))), ["inferrs"]);
});

test("a zip's symbolic link is refused", async () => {
  const link = { name: "d/lib.so", text: "/etc/passwd", mode: 0o120777 };
  await assert.rejects(unpacked(zip([BINARY, link])), { message: /neither a file nor a folder/ });
});

test("what is no archive says how it begins", async () => {
  await assert.rejects(unpacked(Buffer.from("<!doctype html>")), {
    name: "SetupError",
    message: /neither a \.tar\.gz nor a \.zip archive: it starts with the bytes 3c21646f/,
  });
  await assert.rejects(unpacked(Buffer.alloc(0)), { message: /neither/ });
});
