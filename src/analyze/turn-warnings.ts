/** What a reader must know of turns that OpenClaw took, or that were replayed. Pure. */
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import type { Attempt, CellState, RunState } from "../journal/state.ts";
import { isJudged } from "../plan/types.ts";
import type { Warning } from "../result.ts";
import { proxyStyleWarnings } from "./proxy-checks.ts";
import { persistenceOf } from "./retries.ts";

/** Each in a sentence that names what it concerns; none where the requests were our own. */
export function turnWarnings(state: RunState): Warning[] {
  const { turn = "scripted" } = state.plan;
  const cells = [...state.cells.values()];
  if (turn === "scripted") return [];
  if (turn === "replayed") {
    const text =
      "OpenClaw itself was not run: the requests are those that it sent when it was answered by script. Whether it would have waited so long, and done what it was asked to do, --turn real tells.";
    return [{ code: "replayed", text }];
  }
  return [
    ...notJudged(state),
    ...proxyStyleWarnings(
      cells.map(({ spec, attempts }) => ({
        id: spec.id,
        compat: spec.compat,
        breaches: [...new Set(attempts.flatMap(proxied).flatMap(({ breaches }) => breaches))],
      })),
    ),
    ...hiddenFailures(cells),
    ...differing(cells),
    ...cells.flatMap((cell) => replayPassed(cell)),
  ];
}

function proxied({ turns, calls }: Attempt): ProxiedExchange[] {
  return turns === null ? [] : calls.map(({ exchange }) => exchange as ProxiedExchange);
}

function notJudged({ plan }: RunState): Warning[] {
  const random = plan.variants.filter((variant) => !isJudged(variant));
  if (random.length === 0) return [];
  const names = random.map(({ name }) => name).join(", ");
  const text = `${names}: a model of random weights can't do what it is asked, so a turn passes when it was answered; what the scenarios expect of it was not judged.`;
  return [{ code: "expectations-not-judged", text }];
}

/** A turn that came to a good end after failures looks well to its user. */
function hiddenFailures(cells: readonly CellState[]): Warning[] {
  return cells.flatMap(({ spec, attempts }) => {
    const hidden = attempts.flatMap((attempt) => {
      if (attempt.finding.kind !== "pass") return [];
      const exchanges = proxied(attempt);
      const steps = [...new Set(exchanges.map(({ step }) => step))];
      return steps.flatMap(
        (step) => persistenceOf(exchanges.filter((each) => each.step === step)).sentence ?? [],
      );
    });
    const [first] = hidden;
    if (first === undefined) return [];
    const passed = attempts.filter(({ finding }) => finding.kind === "pass").length;
    const text = `${spec.id}: in ${hidden.length} turns of ${passed} attempts that passed, OpenClaw hid a failure: ${first}.`;
    return [{ code: "client-retried", text }];
  });
}

/** The command line's prompt differs a little from the gateway's. */
function differing(cells: readonly CellState[]): Warning[] {
  return cells.flatMap(({ spec, attempts, confirmed = [] }) => {
    const gateway = attempts.filter(({ turns }) => turns !== null).at(-1)?.finding.kind;
    const agent = confirmed.find(({ driver }) => driver === "agent");
    if (agent === undefined || gateway === undefined || agent.finding.kind === gateway) return [];
    const why = agent.finding.evidence === null ? "" : ` (${agent.finding.evidence})`;
    const text = `${spec.id}: by its gateway OpenClaw's turn ends in ${gateway}, by its command line (openclaw agent) in ${agent.finding.kind}${why}.`;
    return [{ code: "client-differs", text }];
  });
}

function replayPassed({ spec, attempts, replayed }: CellState): Warning[] {
  const real = attempts.at(-1)?.finding.kind;
  if (replayed?.kind !== "pass" || real === undefined || real === "pass") return [];
  const text = `${spec.id}: the same requests are answered when they are sent without OpenClaw, but its own turn ends in ${real}: it is not the server that fails.`;
  return [{ code: "replay-passes", text }];
}
