/**
 * Where the user's OpenClaw config is, by the rules of OpenClaw 2026.9.6 (`openclaw config file`):
 * OPENCLAW_CONFIG_PATH; else openclaw.json, or clawdbot.json of old, in OPENCLAW_STATE_DIR; else in
 * .openclaw (or .clawdbot) of the home, which OPENCLAW_HOME moves. OPENCLAW_PROFILE alone moves
 * nothing there: only the client's own --profile does.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { InputError } from "../inputs/error.ts";

export type Located =
  | { kind: "found"; path: string; by: string }
  /** None of the places holds one. */
  | { kind: "none"; looked: string[] };

const CONFIG_NAMES = ["openclaw.json", "clawdbot.json"];
const STATE_NAMES = [".openclaw", ".clawdbot"];

/**
 * @param given `--openclaw-config`; it wins
 * @throws InputError when a file that was named isn't there
 */
export function locateConfig(given: string | null, env: NodeJS.ProcessEnv, cwd: string): Located {
  if (given !== null) return named(resolve(cwd, given), "--openclaw-config");
  const home = homeOf(env, cwd);
  const override = valueIn(env.OPENCLAW_CONFIG_PATH);
  if (override !== null) return named(expand(override, home, cwd), "OPENCLAW_CONFIG_PATH");
  const stateDir = valueIn(env.OPENCLAW_STATE_DIR);
  const folders = STATE_NAMES.map((name) => ({ dir: join(home, name), by: "the default place" }));
  if (stateDir !== null) {
    folders.unshift({ dir: expand(stateDir, home, cwd), by: "OPENCLAW_STATE_DIR" });
  }
  const places = folders.flatMap(({ dir, by }) =>
    CONFIG_NAMES.map((name) => ({ path: join(dir, name), by })),
  );
  const found = places.find(({ path }) => existsSync(path));
  return found === undefined
    ? { kind: "none", looked: places.map(({ path }) => path) }
    : { kind: "found", ...found };
}

function named(path: string, by: string): Located {
  if (existsSync(path)) return { kind: "found", path, by };
  throw new InputError({
    input: by,
    value: path,
    expected: "an existing file",
    mend:
      by === "--openclaw-config"
        ? "Check the path; without it the doctor looks where OpenClaw does."
        : "Correct the variable, or unset it.",
  });
}

function homeOf(env: NodeJS.ProcessEnv, cwd: string): string {
  const own = valueIn(env.HOME) ?? valueIn(env.USERPROFILE) ?? homedir();
  const moved = valueIn(env.OPENCLAW_HOME);
  return resolve(cwd, moved === null ? own : moved.replace(/^~(?=$|[\\/])/, () => own));
}

function expand(path: string, home: string, cwd: string): string {
  return resolve(
    cwd,
    path.replace(/^~(?=$|[\\/])/, () => home),
  );
}

/** OpenClaw takes these words, which a broken script writes, for nothing. */
function valueIn(value: string | undefined): string | null {
  const text = value?.trim() ?? "";
  return ["", "undefined", "null"].includes(text) ? null : text;
}
