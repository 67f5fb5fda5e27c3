/** What was run: versions, digests, model, machine, plan: what is needed to run it again. Pure. */
import { lockDigest } from "../lock/canonical.ts";
import type { Chosen, EngineSource, Result } from "../result.ts";
import { clip } from "./escape.ts";
import { bytes, count, duration, plural, UNKNOWN } from "./format.ts";
import { guardLine, lockLine, samplingLine } from "./guard.ts";
import { deviceLine, machineLine, platformLine, systemLine } from "./machine.ts";
import { overheadLine, roundsText } from "./summary.ts";
import { clientLine } from "./turns.ts";

/** Running text, or what is shown as code. */
export type Piece = string | { code: string };

export interface Fact {
  what: string;
  /** Never empty. */
  value: Piece[];
}

type Row = [what: string, ...value: (Piece | null)[]];

/** What is not known is left out. */
export function whatWasRunFacts(result: Result): Fact[] {
  const several = result.variants.length > 1;
  const rows = [
    ...result.variants.flatMap((variant) =>
      variantRows(result, variant).map(
        ([what, ...value]): Row => [several ? `${variant.name}: ${what}` : what, ...value],
      ),
    ),
    ...runRows(result),
  ];
  return rows.flatMap(([what, ...value]) => {
    const pieces = value.filter((piece) => piece !== null);
    return pieces.length === 0 || pieces[0] === UNKNOWN ? [] : [{ what, value: pieces }];
  });
}

function variantRows(result: Result, variant: Result["variants"][number]): Row[] {
  const { engine, model, server, openclaw } = variant;
  const knobs = Object.entries(engine.knobs ?? {}).map(([knob, value]) => `${knob}=${value}`);
  const kind = engine.kind === "sim" ? "the bundled simulator" : engine.kind;
  const name = engine.version === null ? kind : `${kind} ${engine.version}`;
  return [
    ["engine", name, ...(engine.baseUrl === null ? [] : [" ", code(engine.baseUrl)])],
    ["engine SHA-256", code(engine.sha256)],
    ["engine from", ...(engine.source === null ? [] : sourcePieces(engine.source))],
    ["simulator's knobs", knobs.length === 0 ? null : code(clip(knobs.join(" "), 600))],
    ["model", code(model.servedId ?? model.id), ` (${model.kind})`],
    ["model digest", code(model.digest)],
    ...provenanceRows(model.provenance),
    ["device", engine.kind === "sim" ? null : deviceLine(server)],
    ["server arguments", server.args.length === 0 ? null : code(clip(server.args.join(" "), 600))],
    ["served with", chosenLine(server.chosen)],
    [
      "OpenClaw",
      ...(openclaw.client === "bench"
        ? ["not run: this tool applies its compat flags"]
        : clientPieces(result, openclaw)),
    ],
  ];
}

/** Of a comparison what was made: it may end before the last pair, and its rounds follow from their cost. */
function startsText(result: Result): string {
  const { plan, comparison } = result;
  return comparison?.design === "alternating-starts"
    ? `${comparison.pairs.made} of ${plural(plan.starts, "pair")} of starts, ${roundsText(result)} each`
    : `${plural(plan.starts, "start")}, ${plural(plan.rounds, "round")} each`;
}

function runRows(result: Result): Row[] {
  const { environment: env, plan, requests } = result;
  return [
    ["machine", machineLine(env)],
    ["system", systemLine(env)],
    ["platform", platformLine(result.platform)],
    ["fingerprint", code(env.fingerprint)],
    [
      "plan",
      `${startsText(result)}, seed ${plan.seed}, silence limit ${duration(plan.timeoutMs)}, memory limit ${bytes(plan.memoryLimitBytes)}`,
    ],
    [
      "requests",
      `${requests.probe} probes, ${requests.calibrate} to count tokens, ${requests.crosscheck} to compare routes, ${requests.look} to see what fits, ${requests.warmup} warm-ups, ${requests.measure} measured, ${requests.settle} to settle`,
    ],
    [
      "took",
      `${duration(result.durationMs)} (${duration(plan.estimateMs)} foretold), from ${result.startedAt}`,
    ],
    ["overhead", overheadLine(result)],
    ["guard", guardLine(result)],
    ["memory sampled", samplingLine(result)],
    ["waited", lockLine(result)],
    ["inferrs-bench", result.tool.version],
    ["lock", result.lock === null ? null : code(lockDigest(result.lock.inputs))],
  ];
}

function code(text: string): { code: string };
function code(text: string | null): { code: string } | null;
function code(text: string | null): { code: string } | null {
  return text === null ? null : { code: text };
}

function clientPieces(
  result: Result,
  { version, node, integrity }: Result["variants"][number]["openclaw"],
): Piece[] {
  const which = `${version ?? UNKNOWN} on Node ${node ?? UNKNOWN}, `;
  const from: Piece[] =
    integrity === null ? [`${which}given by path`] : [`${which}from npm, `, code(integrity)];
  return [...from, clientLine(result, "")];
}

/** Who said what a fetched engine must be. */
export const VERIFIED_BY = {
  table: "the table of digests in this tool",
  api: "the digest that GitHub's API gives",
  user: "the digest that was given",
};

function sourcePieces(source: EngineSource): Piece[] {
  switch (source.kind) {
    case "path":
      return ["a file of the user's"];
    case "release":
      return [
        "release ",
        code(source.version),
        ", tag ",
        code(source.tag),
        ...(source.commit === null
          ? [", commit unknown, "]
          : [", commit ", code(source.commit), ", "]),
        code(source.asset),
        " with SHA-256 ",
        code(source.assetSha256),
        `, verified by ${VERIFIED_BY[source.verifiedBy]}`,
      ];
    case "url":
      return [
        code(source.url),
        " with SHA-256 ",
        code(source.assetSha256),
        ", verified by the digest that was given",
      ];
    case "built":
      return [
        "built of ",
        code(source.ref),
        ", commit ",
        code(source.commit),
        ", by ",
        code(source.command),
      ];
  }
}

type Provenance = Result["variants"][number]["model"]["provenance"];

/** Which commit and which files: a model of the hub changes under its name. */
function provenanceRows(provenance: Provenance): Row[] {
  if (provenance === null) return [];
  const { tokenizer } = provenance;
  const rows: Row[] = [
    ["model revision", ...revision(provenance)],
    ["model files", ...files(provenance.files)],
  ];
  if (tokenizer === null) return rows;
  const from = [code(tokenizer.id), " at ", ...revision(tokenizer), ": "];
  return [...rows, ["config and tokenizer", ...from, ...files(tokenizer.files)]];
}

function revision({ revision, commit }: { revision: string; commit: string }): Piece[] {
  return revision === commit ? [code(commit)] : [code(revision), ", commit ", code(commit)];
}

/** The largest are the weights: their digests tell models apart. */
function files(all: { path: string; bytes: number; sha256: string }[]): Piece[] {
  const [largest] = all.toSorted((a, b) => b.bytes - a.bytes);
  const total = all.reduce((sum, file) => sum + file.bytes, 0);
  if (largest === undefined) return [UNKNOWN];
  return [
    `${count(all.length)}, ${bytes(total)}; `,
    code(largest.path),
    " has SHA-256 ",
    code(largest.sha256),
  ];
}

/** What the engine chose by itself, as its log says; null where it says nothing. */
export function chosenLine(chosen: Chosen): string | null {
  const parts = [
    ["quantization", chosen.quantization],
    ["dtype", chosen.dtype],
    ["TurboQuant bits", chosen.turboQuant],
    ["paged attention", chosen.pagedAttention],
  ].filter(([, value]) => value !== null);
  const text = parts.map(([name, value]) => `${name} ${value}`).join(", ");
  return text === "" ? null : `${text} (by the engine's log)`;
}
