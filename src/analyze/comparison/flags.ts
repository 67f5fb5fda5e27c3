/** Server flags of two variants, one beside the other. Pure. */

export interface FlagDifference {
  /** Without dashes. */
  flag: string;
  base: string;
  head: string;
}

/** Flags that only one has, or with another value; in the order in which they are given. */
export function flagsBetween(base: readonly string[], head: readonly string[]): FlagDifference[] {
  const [one, two] = [valuesByFlag(base), valuesByFlag(head)];
  return [...new Set([...one.keys(), ...two.keys()])].flatMap((flag) => {
    const [was, is] = [one.get(flag) ?? "not set", two.get(flag) ?? "not set"];
    return was === is ? [] : [{ flag, base: was, head: is }];
  });
}

/** `--flag=value` and `--flag value` are the same; a flag that is given twice has both values. */
function valuesByFlag(args: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  let flag = "";
  const add = (value: string) => {
    const before = values.get(flag);
    values.set(flag, before === undefined || before === SET ? value : `${before} ${value}`);
  };
  for (const arg of args) {
    const given = /^--?([^=]+)(?:=(.*))?$/s.exec(arg);
    if (given === null) add(arg);
    else {
      flag = given[1] ?? "";
      add(given[2] ?? SET);
    }
  }
  return values;
}

const SET = "set";
