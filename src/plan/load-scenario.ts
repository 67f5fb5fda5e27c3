/** Scenario files to scenarios: read, checked, texts put in, scaled. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import JSON5 from "json5";
import { z } from "zod";
import { InputError } from "../inputs/error.ts";
import { suggest } from "../inputs/parse.ts";
import { scaleScenario } from "./scale.ts";
import {
  type Scenario,
  type ScenarioFile,
  type ScenarioMessage,
  type ScenarioStep,
  scenarioFileSchema,
  type ToolDefinition,
} from "./scenario.ts";

const toolsSchema = z.array(
  z.strictObject({
    type: z.literal("function"),
    function: z.strictObject({
      name: z.string(),
      description: z.string(),
      parameters: z.record(z.string(), z.unknown()),
    }),
  }),
);

/** Names of the scenarios that come with the tool. */
export function listScenarios(benchDir: string): string[] {
  return readdirSync(join(benchDir, "scenarios"))
    .filter((file) => file.endsWith(".json5"))
    .map((file) => basename(file, ".json5"))
    .sort();
}

/**
 * Loads a scenario by its name, or by its path when it has a slash or ends in `.json5`.
 * @throws InputError that names the file and the place in it
 */
export function loadScenario(
  nameOrPath: string,
  options: { benchDir: string; cwd: string; scale: number },
): Scenario {
  const path = find(nameOrPath, options);
  const value = readJson5(path, nameOrPath);
  const parsed = scenarioFileSchema.safeParse(value);
  if (!parsed.success) throw schemaError(nameOrPath, parsed.error);
  const folders = [dirname(path), join(options.benchDir, "prompts")];
  const whole = putTextsIn(basename(path, ".json5"), parsed.data, folders, nameOrPath);
  const scaled =
    parsed.data.scalable && options.scale !== 1 ? scaleScenario(whole, options.scale) : whole;
  const { name: _name, digest: _digest, ...content } = scaled;
  return { ...scaled, digest: createHash("sha256").update(JSON.stringify(content)).digest("hex") };
}

function find(nameOrPath: string, options: { benchDir: string; cwd: string }): string {
  const isPath = /[/\\]|\.json5$/.test(nameOrPath);
  const path = isPath
    ? resolve(options.cwd, nameOrPath)
    : join(options.benchDir, "scenarios", `${nameOrPath}.json5`);
  if (existsSync(path)) return path;
  const known = listScenarios(options.benchDir);
  throw new InputError({
    input: "--scenario",
    value: nameOrPath,
    expected: isPath
      ? "an existing file"
      : `one of ${known.join(", ")}, or the path of a JSON5 file`,
    mend: isPath ? "Check the path." : suggest(nameOrPath, known),
  });
}

function readJson5(path: string, input: string): unknown {
  try {
    return JSON5.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const { lineNumber, columnNumber } = cause as { lineNumber?: number; columnNumber?: number };
    const place = lineNumber === undefined ? "" : `:${lineNumber}:${columnNumber}`;
    throw new InputError({
      input: `scenario ${input}`,
      value: `${basename(path)}${place}`,
      expected: "valid JSON5 there",
      mend: `${(cause as Error).message}.`,
    });
  }
}

function schemaError(input: string, error: z.ZodError): InputError {
  // A misspelt key is the cause of what is then missing.
  const unknown = error.issues.find((each) => each.code === "unrecognized_keys");
  const issue = unknown ?? error.issues[0];
  return new InputError({
    input: `scenario ${input}`,
    value: issue?.path.join(".") || "(the whole file)",
    expected: "a scenario as docs/scenarios.md describes it",
    mend: `${issue?.message ?? "It does not fit"}.`,
  });
}

type TextSource = string | { file: string };

function putTextsIn(name: string, file: ScenarioFile, folders: string[], input: string): Scenario {
  const text = (source: TextSource) =>
    typeof source === "string" ? source : readText(source.file, folders, input);
  const steps = file.steps.map((step): ScenarioStep => {
    if ("get" in step) return { kind: "get", path: step.get };
    const messages = step.send.map((message): ScenarioMessage => {
      if (message.role === "assistant") {
        const content = message.content === undefined ? null : text(message.content);
        return { role: "assistant", content, toolCalls: message.toolCalls ?? [] };
      }
      return { ...message, content: text(message.content) };
    });
    return { kind: "send", messages, stream: step.stream };
  });
  return {
    name,
    title: file.title,
    description: file.description,
    combinations: file.combinations,
    needsTools: file.needsTools,
    vary: file.vary,
    maxTokens: file.maxTokens,
    scale: 1,
    system: file.system.map((section) => ({ text: text(section.text), when: section.when })),
    context: file.context === null ? null : text(file.context),
    tools: file.tools === null ? [] : readTools(file.tools.file, folders, input),
    steps,
    turns: file.turns.map(({ text: below, message, ...turn }) => ({
      ...turn,
      message: below === undefined ? message : `${message}\n\n${text(below).trim()}`,
    })),
    workspace: file.workspace,
    digest: "",
  };
}

function readText(file: string, folders: string[], input: string): string {
  return readFileSync(pathOf(file, folders, input), "utf8").replaceAll("\r\n", "\n");
}

function readTools(file: string, folders: string[], input: string): ToolDefinition[] {
  const parsed = toolsSchema.safeParse(readJson5(pathOf(file, folders, input), input));
  if (parsed.success) return parsed.data;
  throw schemaError(`${input} (${file})`, parsed.error);
}

/** Beside the scenario first, then in bench/prompts. */
function pathOf(file: string, folders: string[], input: string): string {
  const path = folders.map((folder) => resolve(folder, file)).find((each) => existsSync(each));
  if (path !== undefined) return path;
  throw new InputError({
    input: `scenario ${input}`,
    value: file,
    expected: "a file beside the scenario or in bench/prompts",
    mend: `Looked in ${folders.join(" and ")}.`,
  });
}
