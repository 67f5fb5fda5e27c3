/**
 * A stand-in for an installed OpenClaw: a package with a command that knows `config set --batch-json`,
 * `--dry-run` and `config validate`, on plain JSON, and asks the server a question for `infer` and
 * `agent`, as far as the doctor uses them. It has no gateway.
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const COMMAND = `
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
const [, , ...args] = process.argv;
const path = process.env.OPENCLAW_CONFIG_PATH;
const flag = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : null);
appendFileSync(new URL("calls.log", import.meta.url), JSON.stringify(args) + "\\n");
if (args[0] === "infer" || args[0] === "agent") {
  const config = JSON.parse(readFileSync(path, "utf8"));
  const [, provider, id] = /^([^/]+)\\/(.*)$/.exec(config.agents.defaults.model.primary);
  const { baseUrl, models } = config.models.providers[provider];
  const text = "What is 17 + 25?";
  const parts = models[0].compat?.requiresStringContent ? text : [{ type: "text", text }];
  const body = { model: id, messages: [{ role: "user", content: parts }], stream: true, max_tokens: 4 };
  const headers = { "content-type": "application/json" };
  const answer = await fetch(baseUrl + "/chat/completions", { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.text();
  if (answer.ok) console.log(JSON.stringify({ ok: true, outputs: [{ text: "42" }], meta: {} }));
  else console.log(JSON.stringify({ ok: false, error: { message: said } }));
  process.exit(answer.ok ? 0 : 1);
}
if (args[0] === "gateway") process.exit(1);
if (args.includes("--version")) console.log("OpenClaw 2099.1.1");
else if (args[1] === "validate") {
  const broken = process.env.FAKE_OPENCLAW === "breaks";
  console.log(JSON.stringify(broken ? { ok: false } : { valid: true, path }));
  process.exit(broken ? 1 : 0);
} else if (args[1] === "set") {
  const batch = JSON.parse(flag("--batch-json"));
  if (process.env.FAKE_OPENCLAW === "refuses") {
    console.log(JSON.stringify({ ok: false, errors: [{ kind: "schema", message: "no such key" }] }));
    process.exit(1);
  }
  if (args.includes("--dry-run")) {
    console.log(JSON.stringify({ ok: true, operations: batch.length, configPath: path }));
    process.exit(0);
  }
  const config = JSON.parse(readFileSync(path, "utf8"));
  for (const { path: at, value } of batch) {
    const keys = at.split(/[.[\\]]+/).filter((key) => key !== "");
    const last = keys.pop();
    let object = config;
    for (const key of keys) object = object[key] ??= {};
    object[last] = value;
  }
  writeFileSync(path, JSON.stringify(config, null, 2));
  console.log("Updated " + batch.length + " config paths.");
}
`;

/** @returns the package's folder, and a folder for PATH that has `openclaw` in it */
export function fakeOpenClaw(dir: string): { path: string; bin: string; calls: string } {
  const path = join(dir, "node_modules", "openclaw");
  const bin = join(dir, "bin");
  mkdirSync(path, { recursive: true });
  mkdirSync(bin, { recursive: true });
  const manifest = { name: "openclaw", version: "2099.1.1", type: "module", bin: "command.mjs" };
  writeFileSync(join(path, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(path, "command.mjs"), COMMAND, { mode: 0o755 });
  symlinkSync(join(path, "command.mjs"), join(bin, "openclaw"));
  return { path, bin, calls: join(path, "calls.log") };
}
