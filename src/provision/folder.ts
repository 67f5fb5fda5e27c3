/** In which folder a variant's engine runs, below the run's own: paths of one length for base and head. */
import type { Plan, VariantSpec } from "../plan/types.ts";
import { quantizationIn } from "./hub/quantized.ts";

/** As long as the names of the two variants. */
const BOTH = "both";

/**
 * inferrs writes a quantized file beside the weights and serves one that is there already. Two
 * executables therefore get a folder of links each, or head would be measured with base's file; what
 * is equal is made once.
 * @returns empty where nothing is compared
 */
export function folderOf({ comparison, variants }: Plan, variant: VariantSpec): string {
  if (comparison == null || variant.engine.kind === "external") return "";
  const writes = variants.map(({ engine, serverArgs }) =>
    JSON.stringify([engine, quantizationIn(serverArgs)]),
  );
  return writes.every((each) => each === writes[0]) ? BOTH : variant.name;
}
