/**
 * Runs a workflow of docs/examples by act, as it stands but for what a machine without GitHub lacks:
 * the engine is the simulator, `cargo` does nothing, and artifacts are kept in a folder.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import type { Workflow } from "../../src/testing/workflows/read.ts";
import { ActionCopy, type Ended, ended, TOKEN } from "./act-harness.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** What would be served, and what builds it: replaced by the simulator and a small suite. */
const REPLACED = ["inferrs", "build", "device", "model", "base", "suite", "hf-token", "history"];
const SIMULATED = { engine: "sim", scenario: "smoke", starts: "1", rounds: "1", "fit-budget": "0" };

const COMPAT = ["requiresStringContent=true", "supportsTools=true,false"];

export class ExampleRunner {
  readonly copy = new ActionCopy();
  readonly artifacts = join(this.copy.home, "artifacts");
  readonly #standIns: string[];

  constructor() {
    mkdirSync(this.artifacts);
    const bin = join(this.copy.home, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "cargo"), '#!/bin/sh\necho built: "$@"\n', { mode: 0o755 });
    const upload = this.#standIn("upload", ["name", "path", "retention-days", "overwrite"], UPLOAD);
    const download = this.#standIn("download", ["pattern", "path"], DOWNLOAD);
    const uses = readdirSync(join(ROOT, "docs/examples"))
      .filter((name) => name.endsWith(".yml"))
      .map((name) => readFileSync(join(ROOT, "docs/examples", name), "utf8"))
      .join("\n");
    const pinned = (name: string) => new RegExp(`actions/${name}@\\w+`).exec(uses)?.[0] ?? "";
    // act itself knows a checkout of the repository that it runs in, but not one that names a commit.
    const checkout = this.#standIn("checkout", ["ref"], "true");
    this.#standIns = [
      `${pinned("checkout")}=${checkout}`,
      `${pinned("upload-artifact")}=${upload}`,
      `${pinned("download-artifact")}=${download}`,
      `org/inferrs-bench@v1=${this.copy.dir}`,
    ];
  }

  /** @param event its name and payload; null: the pull request's that the copy has */
  run(
    act: string,
    example: string,
    apiUrl: string,
    event: { name: string; payload: unknown } | null = null,
    more: Record<string, string> = {},
  ): Promise<Ended> {
    const workflow = parse(readFileSync(join(ROOT, "docs/examples", example), "utf8")) as Workflow;
    for (const job of Object.values(workflow.jobs)) {
      if (job.uses?.startsWith("org/inferrs-bench/.github/")) {
        job.uses = `./${job.uses.replace(/^org\/inferrs-bench\/|@.*$/g, "")}`;
        // What it can't be told by inputs of its own.
        const config = { ...SIMULATED, scenario: ["smoke", "chat"], compat: COMPAT };
        writeFileSync(join(this.copy.dir, "sim.json5"), JSON.stringify(config));
        job.with = { "comment-id": "reusable", config: "sim.json5", suite: "smoke", shards: "2" };
      }
      for (const step of job.steps ?? []) {
        if (!step.uses?.startsWith("org/inferrs-bench@")) continue;
        const { command = "run", ...given } = step.with ?? {};
        if (command !== "run" && command !== "doctor") continue;
        for (const name of REPLACED) delete given[name];
        step.with =
          command === "run"
            ? { ...given, ...SIMULATED, ...more }
            : { ...given, command, engine: SIMULATED.engine };
      }
    }
    const path = `.github/workflows/example-${example}`;
    writeFileSync(join(this.copy.dir, path), stringify(workflow));
    const payload = join(this.copy.home, event === null ? "event.json" : "example-event.json");
    if (event !== null) writeFileSync(payload, JSON.stringify(event.payload));
    const runners = ["ubuntu-latest", "ubuntu-24.04-arm", "macos-latest", "self-hosted"];
    const args = [
      ...[event?.name ?? "pull_request", "-W", path, "-e", payload, "--no-cache-server"],
      ...runners.flatMap((label) => ["-P", `${label}=-self-hosted`]),
      ...this.#standIns.flatMap((standIn) => ["--local-repository", standIn]),
      ...["-s", `GITHUB_TOKEN=${TOKEN}`, "--env", `GITHUB_API_URL=${apiUrl}`],
    ];
    const path_ = [join(this.copy.home, "bin"), dirname(process.execPath), process.env.PATH ?? ""];
    return ended(
      spawn(act, args, {
        cwd: this.copy.dir,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          PATH: path_.join(delimiter),
          XDG_CACHE_HOME: join(this.copy.home, "cache"),
          XDG_CONFIG_HOME: join(this.copy.home, "config"),
        },
      }),
    );
  }

  /** A composite action in a folder of its own. */
  #standIn(name: string, inputs: string[], script: string): string {
    const dir = join(this.copy.home, `stand-in-${name}`);
    mkdirSync(dir);
    const env = Object.fromEntries(
      inputs.map((input) => [
        input === "path" ? "_PATH" : input.replace("-", "_").toUpperCase(),
        `\${{ inputs.${input} }}`,
      ]),
    );
    const action = {
      ...{ name, description: name },
      inputs: Object.fromEntries(inputs.map((input) => [input, { required: false, default: "" }])),
      runs: {
        using: "composite",
        steps: [{ shell: "bash", run: script, env: { ...env, STORE: this.artifacts } }],
      },
    };
    writeFileSync(join(dir, "action.yml"), stringify(action));
    return dir;
  }
}

const UPLOAD = `[ "$OVERWRITE" = true ] && rm -rf "$STORE/$NAME"
mkdir "$STORE/$NAME"
cp -r "$_PATH/." "$STORE/$NAME/" 2>/dev/null || cp "$_PATH" "$STORE/$NAME/"
`;
const DOWNLOAD = `shopt -s extglob
mkdir -p "$_PATH"
for each in "$STORE"/$PATTERN; do cp -r "$each" "$_PATH/"; done
`;
