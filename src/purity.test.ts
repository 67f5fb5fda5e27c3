/** The pure stages import nothing of the machine: what they compute can be computed again anywhere. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const SRC = import.meta.dirname;
/** Parts that act in the world. Types of theirs may be used. */
const IMPURE = ["host", "drive", "engine", "provision", "publish", "sim"];
const NODE_ALLOWED = ["node:crypto", "node:util"];
/** They read files: the loader of scenarios; the journal's own file. */
const EXCEPT = ["plan/load-scenario.ts", "journal/journal.ts"];
/** What is asked is pure data too, though it lives with the client. */
const PURE_DRIVE = "drive/openclaw/";

for (const stage of ["plan", "journal", "analyze", "report"]) {
  test(`${stage} is pure`, () => {
    for (const file of sources(join(SRC, stage))) {
      if (EXCEPT.some((path) => file.endsWith(path))) continue;
      for (const from of valueImports(readFileSync(file, "utf8"))) {
        const impure = IMPURE.some((part) => from.includes(`/${part}/`));
        const node = from.startsWith("node:") && !NODE_ALLOWED.includes(from);
        const allowed = from.includes(PURE_DRIVE);
        assert.ok(allowed || (!impure && !node), `${file} imports ${from}`);
      }
    }
  });
}

test("the check itself finds an import of the machine", () => {
  const text =
    'import type { A } from "../host/a.ts";\nimport { b, type C } from "../host/b.ts";\n';
  assert.deepEqual(valueImports(text), ["../host/b.ts"]);
});

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return entry.name === "fixtures" ? [] : sources(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

function valueImports(text: string): string[] {
  return [...text.matchAll(/^import\s+(?!type\b)[^;]*?from\s+"([^"]+)"/gm)].map(
    (match) => match[1] ?? "",
  );
}
