import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { readOpenClawFile } from "./openclaw-file.ts";

const root = mkdtempSync(join(tmpdir(), "openclaw-file-"));
after(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const read = (path: string, env: NodeJS.ProcessEnv = {}) => readOpenClawFile(path, env, root);

test("an included file stands in its object's place, keys beside it win, lists are joined", () => {
  write("one/agents.json5", "{ defaults: { skills: ['a'], x: 1 } }");
  write("one/more.json5", "{ defaults: { skills: ['b'], y: { $include: './deep/y.json5' } } }");
  write("one/deep/y.json5", "{ z: 3 }");
  const path = write(
    "one/openclaw.json",
    `{ agents: { $include: ["./agents.json5", "./more.json5"], defaults: { x: 2 } },
       tools: { $include: "deep/y.json5" }, // a comment
     }`,
  );
  assert.deepEqual(read(path).config, {
    agents: { defaults: { skills: ["a", "b"], x: 2, y: { z: 3 } } },
    tools: { z: 3 },
  });
});

test("nothing outside the config's folder, also not by a link, unless it is allowed", () => {
  write("outside.json5", "{ a: 1 }");
  const path = write("two/openclaw.json", '{ x: { $include: "../outside.json5" } }');
  assert.throws(() => read(path), /\$include: got "\.\.\/outside\.json5"; expected a file within/);
  assert.deepEqual(read(path, { OPENCLAW_INCLUDE_ROOTS: root }).config, { x: { a: 1 } });
  symlinkSync(join(root, "outside.json5"), join(root, "two", "link.json5"));
  const linked = write("two/linked.json", '{ x: { $include: "./link.json5" } }');
  assert.throws(() => read(linked), /expected a file within/);
});

test("a circle, a missing file and a broken one are told with their place", () => {
  write("three/a.json5", '{ $include: "./b.json5" }');
  write("three/b.json5", '{ $include: "./a.json5" }');
  write("three/broken.json5", "{ a: ");
  const config = (name: string) => write("three/openclaw.json", `{ x: { $include: "./${name}" } }`);
  assert.throws(() => read(config("a.json5")), /no file that includes itself/);
  assert.throws(
    () => read(config("none.json5")),
    /\$include in .*openclaw\.json.*a file that can be read/,
  );
  assert.throws(() => read(config("broken.json5")), /broken\.json5:1:6.*valid JSON5/);
});

test("references stay in the text; their values come from the environment or the .env beside it", () => {
  write("four/.env", "FROM_FILE=file-secret\nBOTH=file\n");
  const path = write(
    "four/openclaw.json",
    `{ env: { vars: { OWN: "literal" } }, a: "\${FROM_FILE}", b: "\${BOTH}", c: "\${NOWHERE}",
       d: "$\${ESCAPED}", e: "\${OWN}" }`,
  );
  const { config, variables, missing } = read(path, { BOTH: "env-secret", UNRELATED: "x" });
  assert.equal((config as { a: string }).a, "${FROM_FILE}");
  assert.deepEqual(variables, { FROM_FILE: "file-secret", BOTH: "env-secret" });
  assert.deepEqual(missing, ["NOWHERE"]);
});
