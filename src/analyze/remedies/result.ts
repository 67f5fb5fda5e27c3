/** The ladder of remedies as it was climbed, for the Result, and what it recommends. Pure. */
import type { CellState, RunState } from "../../journal/state.ts";
import { type Climbing, climbing, type TriedRungs } from "../../plan/remedies/climbing.ts";
import { settledAs } from "../../plan/settled.ts";
import { mainVariantOf } from "../../plan/types.ts";
import { count } from "../../report/format.ts";
import type {
  Compat,
  OutcomeKind,
  Recommendation,
  RemedyLadder,
  ResultCell,
  RungTried,
} from "../../result.ts";
import { toRecommendation } from "./recommendation.ts";
import { modelPath, rungsOf } from "./rungs.ts";

/** @returns null where none was climbed */
export function laddersOf(state: RunState, cells: readonly ResultCell[]): RemedyLadder[] | null {
  const ladders = climbed(state).map((climbing) => toLadder(state, climbing, cells));
  return ladders.length === 0 ? null : ladders;
}

/**
 * The chosen rungs as settings, each with why, its cost and the evidence.
 * @returns null where no ladder was climbed, or no rung works
 */
export function climbedRecommendation(
  state: RunState,
  cells: readonly ResultCell[],
  renderConfig: (compat: Compat, settings: ResultCell["settings"]) => string,
): Recommendation | null {
  const main = mainVariantOf(state.plan)?.name;
  const [found] = climbed(state).filter(
    ({ end, variant }) => end.kind === "chosen" && variant === main,
  );
  if (found?.end.kind !== "chosen") return null;
  const { ladder, context, from, end } = found;
  const own = from.spec.settings ?? {};
  const made = toRecommendation(ladder, end.rungs, {
    ...{ provider: context.provider, modelIndex: context.modelIndex },
    mended: mendedBy(found),
    sizeOf: found.sizeOf,
    sizesFrom: sizesFrom(state, found.variant),
    fitting: found.fitting(end.rungs),
    configured: from.spec.compat,
    render: ({ compat, settings }) => {
      const set = Object.fromEntries(settings.map(({ path, value }) => [path, value]));
      return renderConfig(compat, { ...own, ...set } as ResultCell["settings"]);
    },
  });
  const asked = Object.entries(own)
    .filter(([path]) => made.settings.every((each) => each.path !== path))
    .map(([path, value]) => ({ path, value, because: "it was asked with it", cost: "" }));
  return {
    ...made,
    settings: [...asked, ...made.settings],
    because: [made.because, found.roomWanted ? sessionWords(end.session, context, cells) : CRAMPED]
      .join(" ")
      .trim(),
  };
}

function climbed(state: RunState): Climbing[] {
  return state.plan.variants.flatMap(({ name }) => climbing(state, name) ?? []);
}

function sizesFrom(state: RunState, variant: string): string {
  const version = state.variants.get(variant)?.provisioned?.openclaw.version;
  return `captured from OpenClaw${version == null ? "" : ` ${version}`}`;
}

const CRAMPED =
  "A turn is all that fits: no session can grow from it until OpenClaw compacts it, so each needs a new one.";

/** What failed before a rung was added. */
function mendedBy({ tried }: Climbing): Record<string, OutcomeKind> {
  const mended: Record<string, OutcomeKind> = {};
  for (const [index, { rungs }] of tried.entries()) {
    const before = tried[index - 1];
    if (before === undefined) continue;
    const failure = sessionKind(before) ?? before.outcome;
    for (const id of rungs) {
      if (!before.rungs.includes(id) && failure !== null) mended[id] ??= failure;
    }
  }
  return mended;
}

function sessionKind({ session }: TriedRungs): OutcomeKind | null {
  if (session === null) return null;
  return session.attempts[0]?.finding.kind ?? "client-refused";
}

function sessionWords(
  session: CellState | null,
  context: Climbing["context"],
  cells: readonly ResultCell[],
): string {
  if (session === null) return "";
  const { kind, evidence } = outcomeIn(cells, session);
  const window = windowOf(session, context);
  const what = `A session that grew until OpenClaw compacted it${window === null ? "" : `, with a window of ${count(window)} tokens,`}`;
  return kind === "pass"
    ? `${what} came to a good end with it.`
    : `${what} did not come to a good end, whatever was tried: ${kind}${evidence === null ? "" : ` (${evidence})`}.`;
}

function windowOf({ spec }: CellState, context: Climbing["context"]): number | null {
  const value = spec.settings?.[`${modelPath(context)}.contextWindow`];
  return typeof value === "number" ? value : null;
}

function outcomeIn(cells: readonly ResultCell[], { spec, refused }: CellState) {
  const outcome = cells.find(({ id }) => id === spec.id)?.outcome;
  return { kind: outcome?.kind ?? null, evidence: refused ?? outcome?.evidence ?? null };
}

function toLadder(state: RunState, climbing: Climbing, cells: readonly ResultCell[]): RemedyLadder {
  const { variant, from, ladder, tried, passedOver, end } = climbing;
  const titles = (rungs: readonly string[]) => rungsOf(ladder, rungs).map(({ title }) => title);
  const about = (rungs: readonly string[]) => {
    const size = climbing.sizeOf(rungs);
    return {
      ...{ rungs: [...rungs], titles: titles(rungs) },
      keepsTools: rungsOf(ladder, rungs).every(({ keepsTools }) => keepsTools),
      requestBytes: size?.bytes ?? null,
      promptTokens: size?.tokens ?? null,
    };
  };
  const all: RungTried[] = [
    ...tried.map((each) => ({
      ...about(each.rungs),
      verdict: verdictOf(each),
      outcome: each.outcome,
      evidence: outcomeIn(cells, each.cell).evidence,
      cell: each.cell.spec.id,
      session: each.session === null ? null : toSession(each.session, climbing, cells),
    })),
    ...dropped(state, climbing).map((cell) => {
      const outcome = settledAs(state, cell);
      return {
        ...about(cell.spec.rung?.rungs ?? []),
        verdict: outcome === "pass" ? ("no-room" as const) : verdictOf({ outcome }),
        outcome,
        evidence: outcomeIn(cells, cell).evidence,
        cell: cell.spec.id,
        session: sessionOfDropped(state, climbing, cell, cells),
      };
    }),
    ...passedOver
      .filter(({ rungs }) => !wasDropped(state, climbing, rungs))
      .map(({ rungs, because }) => ({
        ...about(rungs),
        ...{ verdict: because, outcome: null, evidence: null, cell: null, session: null },
      })),
    ...(state.variants.get(variant)?.rungSizes ?? []).flatMap(({ rungs, bytes, why }) =>
      bytes === null
        ? [
            {
              ...about(rungs),
              ...{ verdict: "not-captured" as const, outcome: null, evidence: why },
              ...{ cell: null, session: null },
            },
          ]
        : [],
    ),
  ];
  const place = ({ rungs }: RungTried) => ladder.findLastIndex(({ id }) => rungs.includes(id));
  return {
    variant,
    scenario: from.spec.scenario,
    from: from.spec.id,
    sizesFrom: sizesFrom(state, variant),
    tried: all.toSorted((a, b) => place(a) - place(b)),
    chosen:
      end.kind === "chosen"
        ? { rungs: end.rungs, keepsTools: end.keepsTools, cell: end.cell.spec.id }
        : null,
    because: becauseNone(climbing),
  };
}

/** Turns that were asked before what became of a session, or of a longer prompt, ruled them out. */
function dropped(state: RunState, { variant, tried }: Climbing): CellState[] {
  return [...state.cells.values()].filter(
    (cell) =>
      cell.spec.variant === variant &&
      cell.spec.rung?.part === "turn" &&
      tried.every((each) => each.cell !== cell),
  );
}

function wasDropped(state: RunState, climbing: Climbing, rungs: readonly string[]): boolean {
  return dropped(state, climbing).some(({ spec }) => spec.rung?.rungs.join() === rungs.join());
}

function sessionOfDropped(
  state: RunState,
  climbing: Climbing,
  { spec }: CellState,
  cells: readonly ResultCell[],
) {
  const session = [...state.cells.values()].find(
    ({ spec: other }) =>
      other.variant === spec.variant &&
      other.rung?.part === "session" &&
      other.rung.rungs.join() === spec.rung?.rungs.join(),
  );
  return session === undefined ? null : toSession(session, climbing, cells);
}

function verdictOf({ outcome }: Pick<TriedRungs, "outcome">): RungTried["verdict"] {
  if (outcome === null) return "unfinished";
  if (outcome === "not-run") return "too-long";
  return outcome === "pass" ? "works" : "fails";
}

function toSession(
  session: CellState,
  { context }: Climbing,
  cells: readonly ResultCell[],
): NonNullable<RungTried["session"]> {
  const { kind, evidence } = outcomeIn(cells, session);
  const outcome = session.refused === undefined ? (kind ?? "not-run") : "client-refused";
  return { cell: session.spec.id, outcome, evidence, windowTokens: windowOf(session, context) };
}

/** Null where a rung was chosen. */
function becauseNone({ end }: Climbing): string | null {
  if (end.kind === "chosen") return null;
  if (end.kind === "none") return end.because;
  return "The ladder was not climbed to its end: time, lives of the engine or captures were used up.";
}
