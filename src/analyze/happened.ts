/** What of a run `--fail-on` may name. Pure. */
import type { FailOn } from "../inputs/options.ts";
import type { Result } from "../result.ts";
import { mainVariant } from "./recommended-cells.ts";

/** A head that breaks everything has failed in all, too. */
export function happened(
  result: Pick<Result, "verdict" | "exitReason" | "cells" | "variants">,
): FailOn[] {
  const { verdict, exitReason, cells } = result;
  const own = cells.filter((cell) => cell.variant === mainVariant(result)?.name);
  const nothing = own.length > 0 && own.every(({ outcome }) => outcome.kind !== "pass");
  return [
    ...(verdict === "regression" || verdict === "broken" ? [verdict] : []),
    ...(exitReason === "all-failed" || (verdict === "broken" && nothing)
      ? (["all-failed"] as const)
      : []),
  ];
}
