/** What must be equal before two runs may be compared over time. Pure. */
import { createHash } from "node:crypto";
import { nameOfLoad } from "../../plan/load.ts";
import { name as nameOfCompat } from "../../plan/matrix.ts";
import type { Result, ResultVariant } from "../../result.ts";
import { mainVariant } from "../recommended-cells.ts";

/** Raised when figures of the same name are measured or computed in another way. */
export const MEASUREMENT_VERSION = 1;

/** The parts of the key, and how each is called where it differs. */
export const PART_LABELS = {
  machine: "machine",
  engine: "engine and its settings",
  model: "model",
  quantization: "quantization",
  dtype: "dtype",
  turboQuant: "KV cache bits (TurboQuant)",
  pagedAttention: "paged attention",
  device: "device",
  serverArgs: "server flags",
  client: "client",
  scenarios: "scenarios",
  combination: "recommended combination",
  amount: "starts, rounds and length",
  measurement: "way of measuring",
} as const;
export type KeyPart = keyof typeof PART_LABELS;
export type KeyParts = Record<KeyPart, string>;

const UNKNOWN = "unknown";
const short = (digest: string) => digest.slice(0, 12);

/** @param variant the one whose figures are followed; default: `head`, else the first */
export function keyParts(result: Result, variant = mainVariant(result)): KeyParts {
  const chosen = variant?.server.chosen;
  const { rounds, starts, maxTokens, seed } = result.plan;
  return {
    machine: result.environment.fingerprint,
    engine: variant === null ? UNKNOWN : engineText(variant),
    model: variant === null ? UNKNOWN : modelText(variant),
    quantization: chosen?.quantization ?? UNKNOWN,
    dtype: chosen?.dtype ?? UNKNOWN,
    turboQuant: chosen?.turboQuant ?? UNKNOWN,
    pagedAttention: chosen?.pagedAttention ?? UNKNOWN,
    device: variant?.server.deviceSeen ?? `asked for: ${variant?.server.device ?? UNKNOWN}`,
    serverArgs: variant?.server.args.join(" ") || "none",
    client: variant === null ? UNKNOWN : clientText(variant),
    scenarios: scenariosText(result, variant?.name ?? null),
    combination: combinationText(result),
    amount: `${starts} × ${rounds}, ${maxTokens ?? "the scenario's"} tokens, seed ${seed}`,
    measurement: String(MEASUREMENT_VERSION),
  };
}

/** 16 hexadecimal digits over all parts, whatever their order. */
export function keyOf(parts: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 16);
}

/** For the reader: what the fingerprint is made of, and what is under test. */
export function aboutOf(result: Result, variant = mainVariant(result)): Record<string, string> {
  const { os, cpu, memoryBytes, gpus } = result.environment;
  return {
    tool: result.tool.version,
    "engine version": variant?.engine.version ?? UNKNOWN,
    "engine SHA-256": variant?.engine.sha256 ?? UNKNOWN,
    os: `${os.image ?? os.platform} ${os.arch}`,
    cpu: `${cpu.limitCores ?? cpu.cores} × ${cpu.model}`,
    "cpu governor": cpu.governor ?? UNKNOWN,
    memory: `${Math.round(memoryBytes / 2 ** 30)} GiB`,
    gpus: gpus.map((gpu) => `${gpu.name} (driver ${gpu.driver ?? UNKNOWN})`).join(", ") || "none",
  };
}

function engineText({ engine }: ResultVariant): string {
  if (engine.kind === "external") return `external at ${engine.baseUrl ?? UNKNOWN}`;
  const knobs = Object.entries(engine.knobs ?? {}).map(([knob, value]) => `${knob}=${value}`);
  return [engine.kind, ...knobs.sort()].join(" ");
}

export function modelText({ model }: ResultVariant): string {
  const { provenance } = model;
  const of = (files: { id: string; commit: string }) => `${files.id}@${short(files.commit)}`;
  return [
    model.kind,
    provenance === null ? model.id : of(provenance),
    provenance?.tokenizer ? `tokenizer ${of(provenance.tokenizer)}` : null,
    model.digest === null ? null : short(model.digest),
  ]
    .filter((part) => part !== null)
    .join(" ");
}

export function clientText({ openclaw }: ResultVariant): string {
  const version = openclaw.version === null ? "" : ` ${openclaw.version}`;
  return `${openclaw.client}${version}, config ${short(openclaw.configDigest)}`;
}

/** Each scenario once for each size and load; other combinations don't change what is followed. */
function scenariosText(result: Result, variant: string | null): string {
  const texts = result.cells
    .filter((cell) => cell.variant === variant && cell.outcome.reason !== "not-applicable")
    .map(({ scenario, scale, load, scenarioDigest }) =>
      [scenario, `×${Number(scale.toPrecision(6))}`, nameOfLoad(load), short(scenarioDigest)]
        .filter((part) => part !== "")
        .join(" "),
    );
  return [...new Set(texts)].sort().join(", ");
}

function combinationText(result: Result): string {
  const { recommendation } = result;
  if (recommendation === null) return "none";
  const settings = recommendation.settings.map(
    ({ path, value }) => `${path}=${JSON.stringify(value)}`,
  );
  const flags = Object.keys(recommendation.compat).sort();
  const compat = Object.fromEntries(flags.map((flag) => [flag, recommendation.compat[flag] ?? ""]));
  return [nameOfCompat(compat), ...settings.sort()].filter((part) => part !== "").join(", ");
}
