/** Two variants in a prepared run, as if the command line had named them. */
import type { Prepared } from "../inputs/prepare.ts";
import type { ComparisonPlan, Plan, VariantSpec } from "../plan/types.ts";
import { BASE, HEAD } from "../plan/types.ts";
import { withTwins } from "./fake-run.ts";

/**
 * @param prepared a run of one variant
 * @param base what base has instead of head's
 */
export function compared(
  prepared: Prepared,
  base: Partial<VariantSpec>,
  over: Partial<Plan> = {},
  comparison: Partial<ComparisonPlan> = {},
): Prepared {
  const { plan } = prepared;
  const [head] = plan.variants;
  if (head === undefined) throw new Error("no variant");
  const cells = plan.cells.map((cell) => ({
    ...cell,
    id: `${BASE}${cell.id.slice(HEAD.length)}`,
    variant: BASE,
  }));
  return {
    ...prepared,
    plan: {
      ...plan,
      variants: [{ ...head, ...base, name: BASE }, head],
      cells: [...cells, ...withTwins(plan.cells)],
      comparison: {
        ...{ kind: "variants", intended: [], thresholds: { default: 0.05 }, rounds: null },
        ...comparison,
      },
      ...over,
    },
  };
}
