/** What a run is called that nobody named: by where it lies. */
import { basename, dirname, resolve } from "node:path";
import { DEFAULT_OUT_DIR } from "./inputs/action.ts";
import { clip, plain } from "./report/escape.ts";

const LONGEST = 80;

/** `inferrs-bench-metal` is `metal`; a folder that every run has is called as the one around it. */
export function nameOfFolder(path: string): string {
  const own = basename(path);
  const around = dirname(resolve(path));
  if (own === DEFAULT_OUT_DIR && basename(around) !== "") return nameOfFolder(around);
  const short = own.replace(/^inferrs-bench(?:-results?)?[-_.]+(?=.)/, "");
  return clip(plain(short), LONGEST) || "a folder without a name";
}

/** Two of one name are told apart by a number. */
export function distinctNames<T extends { name: string }>(items: readonly T[]): T[] {
  const taken = new Set<string>();
  return items.map((item) => {
    let name = clip(plain(item.name), LONGEST) || "unnamed";
    for (let n = 2; taken.has(name); n++) name = `${clip(plain(item.name), LONGEST)} (${n})`;
    taken.add(name);
    return { ...item, name };
  });
}
