/**
 * What a lock would have this machine run or ask: a lock from a comment is anybody's, and none of it
 * happens before somebody has read it. What the user gives beside the lock is the user's own. Pure.
 */
import { isList } from "../inputs/base-keys.ts";
import type { OptionName, RawOptions } from "../inputs/table.ts";
import { baseItem } from "./read-command.ts";

const MEANS: Partial<Record<OptionName, string>> = {
  build: "a command for your shell",
  "restart-command": "a command for your shell",
  "base-url": "a server that is sent requests, with your key where one is set",
  "server-arg": "an argument that is handed to inferrs as it is",
  setting: "a setting of OpenClaw's, which can name commands",
};

/** @returns a line for each, the lock's own text at its end */
export function asksFor(locked: RawOptions, beside: RawOptions): string[] {
  const said = new Set(
    Array.isArray(beside.base) ? beside.base.map((each) => baseItem(each)[0]) : [],
  );
  const own = Object.keys(locked).flatMap((key) => {
    const name = key as OptionName;
    if (beside[name] !== undefined && !isList(name)) return [];
    const value = locked[name];
    const values = Array.isArray(value) ? value : [String(value)];
    return values.flatMap((each) => {
      if (name !== "base") return told(name, each, `--${name}=${each}`);
      const [option, text] = baseItem(each);
      if (said.has(option)) return [];
      return told(option as OptionName, text, `--base ${each}`);
    });
  });
  const simulated = locked.engine === "sim" || locked.command === "demo";
  const model = typeof locked.model === "string" ? locked.model : "the server's model";
  return locked.turn === "real" && !simulated
    ? [
        ...own,
        `an agent whose tools do on this machine what ${model} answers: --turn=real --model=${model}`,
      ]
    : own;
}

function told(name: OptionName, value: string, text: string): string[] {
  if (value === "") return [];
  const means = MEANS[name];
  if (means !== undefined) return [`${means}: ${text}`];
  if (name === "inferrs") {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(value)) {
      return [`a program that is fetched and run: ${text}`];
    }
    // `inferrs` on PATH is what is taken anyhow.
    return /^(latest|inferrs|0\.0\.\d{14})$/.test(value)
      ? []
      : [`a file that is run (${mine(text, "PATH")}): ${text}`];
  }
  const path = name === "openclaw-version" && /[/\\]/.test(value);
  return path ? [`a file that is run (${mine(text, "PATH")}): ${text}`] : [];
}

/** A lock has no paths: what is given beside it says where the same file is, and needs no consent. */
function mine(text: string, place: string): string {
  const [option = ""] = /^--(base )?[\w-]+/.exec(text) ?? [];
  const base = option.startsWith("--base ");
  return `give yours beside the lock instead: ${option}${base ? "=" : " "}${place}`;
}
