/**
 * How large an agent turn's prompt is as configured and on each rung, without the client: by this
 * project's own prompts of the same shape and size. The real client's are captured where it is there.
 */
import { join } from "node:path";
import { type PromptSize, settingsOf } from "../analyze/remedies/climb.ts";
import type { Rung } from "../analyze/remedies/rungs.ts";
import { buildRequests } from "../drive/openclaw/request.ts";
import { assetPath } from "../host/assets.ts";
import { readJson5 } from "../inputs/config-file.ts";
import { loadScenario } from "../plan/load-scenario.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { Compat } from "../result.ts";

export const SIZES_FROM = "by our own prompts of OpenClaw's size";

const SCENARIO = "agent-turn";
/** What stands for which of OpenClaw's own parts. */
const SKILLS = ["agent-skills.md"];
const FILES = ["agent-workspace.md", "agent-notebook.md", "agent-checklist.md"];
/** Told of the tools one by one: as many of them, as much of it. */
const OF_TOOLS = ["agent-tool-guide.md", "agent-worked.md"];
const OF_EXEC = ["agent-sandbox.md"];
/** The tools of OpenClaw's profile "coding", and those that lean mode leaves out, of ours. */
const CODING = ["read", "write", "edit", "patch", "exec", "process", "web_search", "web_fetch"];
const LEAN_OUT = ["message", "schedule", "delegate"];

interface Part {
  file: string;
  text: string;
  when: "always" | "tools";
}

export class ScriptedSizes {
  readonly #scenario: Scenario;
  readonly #parts: Part[];
  readonly #ladder: readonly Rung[];
  readonly #configured: Compat;
  readonly #sizes = new Map<string, PromptSize>();
  #tokensPerByte: number | null = null;

  /** @param configured the config's own flags */
  constructor(ladder: readonly Rung[], configured: Compat) {
    const benchDir = assetPath("bench");
    this.#ladder = ladder;
    this.#configured = configured;
    this.#scenario = loadScenario(SCENARIO, { benchDir, cwd: benchDir, scale: 1 });
    const file = readJson5(SCENARIO, join(benchDir, "scenarios", `${SCENARIO}.json5`), benchDir);
    const { system } = file as { system: { text: { file: string } }[] };
    this.#parts = this.#scenario.system.map((section, index) => ({
      ...section,
      file: system[index]?.text.file ?? "",
    }));
  }

  /** Learned from the server: bytes alone say little. */
  learn(tokensPerByte: number): void {
    this.#tokensPerByte = tokensPerByte;
    this.#sizes.clear();
  }

  /** Of the turn's request with these rungs. */
  of(rungs: readonly string[]): PromptSize {
    const key = rungs.join();
    const known = this.#sizes.get(key);
    if (known !== undefined) return known;
    const bytes = Buffer.byteLength(this.bodyOf(rungs));
    const tokens = this.#tokensPerByte === null ? null : Math.ceil(bytes * this.#tokensPerByte);
    const size = { bytes, tokens };
    this.#sizes.set(key, size);
    return size;
  }

  /** The request itself. */
  bodyOf(rungs: readonly string[], modelId = "model"): string {
    const { compat, settings } = settingsOf(this.#ladder, rungs);
    const set = new Map(settings.map(({ path, value }) => [path, value]));
    const tools = toolsWith(this.#scenario, set);
    const kept = tools.length / Math.max(1, this.#scenario.tools.length);
    const exec = tools.some((tool) => tool.function.name === "exec");
    const system = this.#parts.flatMap(({ file, text, when }) => {
      if (SKILLS.includes(file) && set.has("agents.defaults.skills")) return [];
      if (FILES.includes(file)) {
        if (set.get("agents.defaults.contextInjection") === "never") return [];
        const most = set.get("agents.defaults.bootstrapMaxChars");
        return [{ text: typeof most === "number" ? text.slice(0, most) : text, when }];
      }
      if (OF_EXEC.includes(file) && !exec) return [];
      if (!OF_TOOLS.includes(file)) return [{ text, when }];
      return [{ text: text.slice(0, Math.ceil(text.length * kept)), when }];
    });
    const scenario = { ...this.#scenario, system, tools };
    const all = { ...this.#configured, ...compat };
    const context = { modelId, compat: all, maxTokens: null, seed: 1 };
    return buildRequests(scenario, context)[0]?.body ?? "";
  }
}

function toolsWith(scenario: Scenario, set: ReadonlyMap<string, unknown>): Scenario["tools"] {
  const allowed = set.get("tools.allow");
  if (Array.isArray(allowed)) {
    return scenario.tools.filter((tool) => allowed.includes(tool.function.name));
  }
  const coding = set.get("tools.profile") === "coding";
  const lean = set.get("agents.defaults.experimental.localModelLean") === true;
  return scenario.tools.filter(
    ({ function: { name } }) =>
      (!coding || CODING.includes(name)) && (!lean || !LEAN_OUT.includes(name)),
  );
}
