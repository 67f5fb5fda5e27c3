/** The lock of a run, from what its journal says. Pure. */
import type { RunState } from "../journal/state.ts";
import type { Result } from "../result.ts";
import { lockDigest } from "./canonical.ts";
import type { Lock } from "./schema.ts";

/** Null where something of it was never found out: a run that failed before, an older journal. */
export function lockOfRun({ lockHead, variants }: RunState): Result["lock"] {
  const locked = [...variants.values()].map((variant) => variant.locked);
  if (lockHead === null || locked.length === 0) return null;
  const all = locked.flatMap((each) => (each === null ? [] : [each]));
  if (all.length < locked.length) return null;
  const inputs: Lock = { ...lockHead, variants: all };
  return { digest: lockDigest(inputs), inputs };
}
