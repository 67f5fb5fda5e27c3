/** What several runs that are one are called. Pure. */
import { list, plural } from "../../report/format.ts";
import type { MergedGroup } from "./merged.ts";

/** What a group is called: a run's name, or of several parts what they have in common. */
export function nameOfGroup({ runs }: Pick<MergedGroup, "runs">): string {
  const names = runs.map(({ name }) => name);
  const [first] = names;
  if (names.length < 2) return first ?? "";
  const stems = new Set(names.map((name) => name.replace(/[-_ ]?\d+-of-\d+$/, "")));
  const [stem] = stems;
  const parts = plural(names.length, "part");
  if (stems.size === 1 && stem !== undefined)
    return stem === "" ? `all ${parts}` : `${stem} (${parts})`;
  return names.length <= 3 ? list(names) : `${first} and ${names.length - 1} more`;
}
