/** The workflows of this repository and of the examples, read as YAML. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export interface Step {
  id?: string;
  name?: string;
  uses?: string;
  run?: string;
  if?: string;
  with?: Record<string, unknown>;
  env?: Record<string, unknown>;
}

export interface Job {
  if?: string;
  uses?: string;
  with?: Record<string, unknown>;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  "runs-on"?: unknown;
  steps?: Step[];
}

export interface Workflow {
  name?: string;
  on: string | Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

export interface WorkflowFile {
  path: string;
  name: string;
  example: boolean;
  text: string;
  workflow: Workflow;
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export function workflowFiles(): WorkflowFile[] {
  return [".github/workflows", "docs/examples"].flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => {
        const path = `${ROOT}${folder}/${name}`;
        const text = readFileSync(path, "utf8");
        const workflow = parse(text) as Workflow;
        return { path, name: basename(name), example: folder.startsWith("docs"), text, workflow };
      }),
  );
}

/** The events it runs on. */
export function eventsOf({ on }: Workflow): string[] {
  return typeof on === "string" ? [on] : Object.keys(on);
}

/** All that can be read of `action.yml`. */
export function actionYml(): {
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
} {
  return parse(readFileSync(`${ROOT}action.yml`, "utf8")) as ReturnType<typeof actionYml>;
}
