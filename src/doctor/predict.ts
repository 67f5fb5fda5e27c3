/** What is known of a turn before it is sent: most that can't work is known by small requests and the fit. */
import type { PromptSize } from "../analyze/remedies/climb.ts";
import { sessionFits } from "../analyze/remedies/fitting.ts";
import type { OutcomeKind } from "../result.ts";
import { toolsTaken } from "./checks-tools.ts";
import type { DoctorFit } from "./fit-step.ts";
import type { Subject } from "./options.ts";
import type { TriedTurn } from "./remedy.ts";
import type { TurnSizes } from "./sizes.ts";
import type { Walk } from "./walk-state.ts";

/** What the small requests and the fit say of such a turn; nothing large is sent for it. */
export async function predict(
  walk: Walk,
  found: DoctorFit | null,
  { compat, settings, keepsTools, size }: TriedTurn,
  sizes: TurnSizes,
): Promise<OutcomeKind> {
  const { compat: needed, calls } = walk.learned;
  for (const [flag, value] of Object.entries(needed)) {
    if (JSON.stringify(compat[flag]) === JSON.stringify(value)) continue;
    return /Content|ToolResult/.test(flag) ? "string-content-required" : "http-error";
  }
  if (keepsTools && calls === "refused") {
    const plain = Array.isArray(compat.unsupportedToolSchemaKeywords);
    if (!plain || !(await toolsTaken(walk, true))) return "tool-schema-rejected";
  }
  if (keepsTools && calls === "text") return "tool-call-as-text";
  const whole = size ?? sizes.of([]);
  if (whole === null || found === null) return "pass";
  const { fits, longestTokens } = {
    fits: found.fits.bind(found),
    longestTokens: found.longestTokens,
  };
  const window = walk.target?.contextWindow ?? null;
  if (sessionFits({ fits, longestTokens }, whole, window) === false) return "not-run";
  // A limit of its own is made for what reading takes here.
  if (settings.some(({ path }) => path.endsWith(".timeoutSeconds"))) return "pass";
  return found.turn("", whole)?.fitsTime === "no" ? "client-timeout" : "pass";
}

/** An engine of our own is guarded; on somebody's running one only what surely fits is sent. */
export function maySend(
  found: DoctorFit | null,
  size: PromptSize | null,
  subject: Subject,
): boolean {
  if (size === null || found === null) return subject.kind === "own";
  const fits = found.fits(size);
  return fits === true || (fits === null && subject.kind === "own");
}
