/** What a run has of each cell's success, for the rule that says whether head still works. Pure. */
import {
  attemptsOf,
  type CellState,
  hasPassed,
  type RunState,
  type StartState,
} from "../../journal/state.ts";
import { type ComparedCells, isUnseen, twinsOf } from "../../plan/pairs/cells.ts";
import { type MadePair, madePairs } from "../../plan/pairs/made.ts";
import { areBlocks } from "../../plan/pairs/planned.ts";
import { settledAs } from "../../plan/settled.ts";
import { BASE, HEAD } from "../../plan/types.ts";
import type { OutcomeKind } from "../../result.ts";
import type { Look } from "../verdict/looks.ts";
import {
  decideSuccess,
  passes,
  type SuccessDecision,
  type SuccessEvidence,
} from "../verdict/success.ts";
import { attemptsIn, hasFailedKnown } from "./rounds.ts";

/** Refusals of a server that looks at the request alone: the next answer is the same. */
const SAME_EACH_TIME: readonly OutcomeKind[] = [
  "string-content-required",
  "tool-schema-rejected",
  "context-length-exceeded",
  "load-failed",
  "model-missing",
  "wrong-device",
  "http-error",
];

/** Of every cell of head whose twin of base, and which itself, was asked something. */
export function successEvidence(state: RunState): SuccessEvidence[] {
  const pairs = madePairs(state).filter(({ complete }) => complete);
  return twinsOf(state)
    .filter(({ base, head }) => isKnown(state, base) && isKnown(state, head))
    .map((cells) => evidenceOf(state, cells, pairs));
}

/** Of each of them; those that are in pairs share the error of "fails more often". */
export function decideAllSuccess(state: RunState, look: Look | null): SuccessDecision[] {
  const evidence = successEvidence(state);
  const cells = evidence.filter(({ pairs }) => pairs.length > 0).length;
  return evidence.map((each) => decideSuccess(each, look, cells));
}

function evidenceOf(
  state: RunState,
  cells: ComparedCells,
  pairs: readonly MadePair[],
): SuccessEvidence {
  const { base, head } = cells;
  const counted = (confirming: boolean) =>
    pairs.flatMap((made) => {
      if (made.confirming !== confirming || made.base === null || made.head === null) return [];
      const [one, two] = [attemptsIn(state, base, made.base), attemptsIn(state, head, made.head)];
      return one === null || two === null ? [] : [{ base: one, head: two }];
    });
  return {
    cell: head.spec.id,
    basePassed: hasPassed(base),
    deterministic: deterministicOf(state, cells),
    pairs: counted(false),
    confirmation: [
      ...loadsOnlyOnBase(state),
      ...counted(true).map((pair) => ({ base: passes(pair.base), head: passes(pair.head) })),
    ],
    headFailedProbe: !hasPassed(head) && !isUnsent(state, head) && !isUnseen(head),
  };
}

/** It was asked, or couldn't be because no engine came up. */
function isKnown(state: RunState, cell: CellState): boolean {
  return cell.attempts.length > 0 || neverReady(state, cell.spec.variant).length > 0;
}

/** Its prompt doesn't fit by what shorter ones needed: it was not sent. */
export function isUnsent(state: RunState, cell: CellState): boolean {
  return attemptsOf(cell, "probe").length === 0 && settledAs(state, cell) === "not-run";
}

/** The failed starts of a variant that never had another. */
function neverReady({ starts }: RunState, variant: string): StartState[] {
  const own = starts.filter((start) => start.variant === variant);
  return own.some(({ readyMs }) => readyMs !== null)
    ? []
    : own.filter(({ failure }) => failure !== null && failure.kind !== "port-taken");
}

/**
 * Fresh starts of head's that came to nothing beside a base that always came up: where no life of
 * head's is, there is nothing to ask again. A server that isn't ours to start, a taken port and a
 * file that can't be had are none.
 */
function loadsOnlyOnBase(state: RunState): SuccessEvidence["confirmation"] {
  if (!alwaysLoads(state, BASE) || areBlocks(state.plan)) return [];
  return neverReady(state, HEAD)
    .filter(({ failure }) => failure?.kind !== "unreachable")
    .map(() => ({ base: true, head: false }));
}

/** What kept head from ever coming up, in the words of the last such start; null: it came up. */
export function loadFailure(state: RunState): string | null {
  const failure = neverReady(state, HEAD).at(-1)?.failure;
  return failure == null ? null : `${failure.kind}: ${failure.evidence}`;
}

/**
 * A failure of such a kind is deterministic where the same request never got anything else: that
 * of the cell as a whole if it never passed, else of one of its prompts. A server that refuses now
 * and then is none of these, and what base was not asked, or failed as well, is not head's.
 */
function deterministicOf(
  state: RunState,
  { base, head }: ComparedCells,
): SuccessEvidence["deterministic"] {
  const loads = !alwaysLoads(state, base.spec.variant)
    ? []
    : neverReady(state, head.spec.variant).flatMap(({ failure }) =>
        failure !== null && SAME_EACH_TIME.includes(failure.kind) ? [failure.kind] : [],
      );
  const passed = passedPrompts(base);
  const sent = head.attempts.filter(({ phase }) => phase !== "calibrate");
  const asked = sent.filter(({ variation }) => passed.has(variation));
  const groups = sent.some(({ finding }) => finding.kind === "pass")
    ? [...new Set(asked.map(({ requestDigest }) => requestDigest))].map((digest) =>
        asked.filter(({ requestDigest }) => requestDigest === digest),
      )
    : [asked];
  const kinds = groups
    .filter((group) => group.every(({ finding }) => finding.kind !== "pass"))
    .map((group) =>
      group.flatMap(({ finding }) =>
        !finding.transient && SAME_EACH_TIME.includes(finding.kind) ? [finding.kind] : [],
      ),
    );
  const counts = [loads, ...kinds].flatMap(countKinds);
  return counts.sort((a, b) => b.seen - a.seen)[0] ?? null;
}

/** The prompts that it passed, and never failed. */
function passedPrompts({ attempts }: CellState): Set<number> {
  const sent = attempts.filter(({ phase }) => phase !== "calibrate");
  const failed = new Set(sent.filter(hasFailedKnown).map(({ variation }) => variation));
  return new Set(
    sent.flatMap(({ finding, variation }) =>
      finding.kind === "pass" && !failed.has(variation) ? [variation] : [],
    ),
  );
}

/** It came up, and at every start that it had a port for. */
function alwaysLoads({ starts }: RunState, variant: string): boolean {
  const own = starts.filter((start) => start.variant === variant);
  const failed = own.some(({ failure }) => failure !== null && failure.kind !== "port-taken");
  return !failed && own.some(({ readyMs }) => readyMs !== null);
}

function countKinds(kinds: readonly OutcomeKind[]): { kind: OutcomeKind; seen: number }[] {
  return [...new Set(kinds)].map((kind) => ({
    kind,
    seen: kinds.filter((each) => each === kind).length,
  }));
}
