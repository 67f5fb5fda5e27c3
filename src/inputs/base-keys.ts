/** Which options describe a variant, and so can differ between base and head. */
import { InputError } from "./error.ts";
import { suggest } from "./parse.ts";
import { OPTION_TABLE, type OptionName, type OptionRow } from "./table.ts";

/** What an engine of one kind has and another doesn't. */
export const ENGINE_KEYS = [
  ...["engine", "base-url", "api-key-env", "restart-command", "inferrs", "inferrs-sha256", "sim"],
  ...["revision", "gguf-file", "tokenizer-source", "quantize", "dtype", "turbo-quant"],
  ...["paged-attention", "server-arg", "device"],
] as readonly OptionName[];

export const BASE_KEYS: readonly OptionName[] = [
  ...ENGINE_KEYS,
  ...(["model", "openclaw-version", "setting", "compat"] as const),
];

/** The two that are no options: base is head again; base is another commit of this repository. */
export const SELF = "self";
export const REF = "ref";

export function isList(name: OptionName): boolean {
  return OPTION_TABLE.some((row: OptionRow) => row.name === name && row.kind === "list");
}

/** @throws InputError for a key that there isn't, or that is the same for both variants */
export function readBaseKey(key: string, item: string): OptionName | typeof REF {
  const found = BASE_KEYS.find((name) => name === key);
  if (found !== undefined) return found;
  if (key === REF) return REF;
  const option = OPTION_TABLE.some(({ name }) => name === key);
  throw new InputError({
    input: "--base",
    value: item,
    expected: option
      ? `an option that describes what is measured (${BASE_KEYS.join(", ")}); ${key} is the same for base and head`
      : `KEY=VALUE with one of ${[...BASE_KEYS, REF].join(", ")} as key, or ${SELF}`,
    mend: option
      ? `Give it once, for both: --${key}.`
      : suggest(
          key.replace(/^-+/, ""),
          item.includes("=") ? [...BASE_KEYS, REF] : [SELF, ...BASE_KEYS],
        ),
  });
}
