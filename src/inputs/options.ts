/** Raw options to checked ones. Everything wrong is found here, before anything is started. */

import type { TurnKind } from "../drive/real/types.ts";
import type { LookPlan } from "../plan/ladder.ts";
import { ALONE, type Load } from "../plan/load.ts";
import { MOST_JOBS } from "../plan/shards.ts";
import type { Device, EngineSpec, ModelSpec, Plan } from "../plan/types.ts";
import { parseInferrs, parseSha256, shownUrl } from "../provision/inferrs/spec.ts";
import { parseOpenClaw } from "../provision/openclaw/spec.ts";
import type { OpenClawSpec } from "../provision/openclaw/types.ts";
import { clip, plain } from "../report/escape.ts";
import { GUIDE_MODEL } from "./defaults.ts";
import { InputError } from "./error.ts";
import { type HistorySpec, readHistory } from "./history.ts";
import { readServerArgs, withHubOptions } from "./model-options.ts";
import { parseChoice, parseInteger, parsePositive, parseSize } from "./parse.ts";
import { readSettings, type SettingAxis } from "./settings.ts";
import type { OptionName, RawOptions } from "./table.ts";

export const FAIL_ON = ["regression", "broken", "all-failed", "none"] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** One flag with the values that it takes in the matrix. Values are still text. */
export interface AxisText {
  flag: string;
  values: string[];
}

/** The limits and counts are the plan's own: they are passed on as they are. */
export interface Options
  extends Pick<
    Plan,
    | "starts"
    | "rounds"
    | "maxTokens"
    | "timeoutMs"
    | "timeBudgetMs"
    | "memoryLimitBytes"
    | "seed"
    | "keepBodies"
  > {
  look: LookPlan;
  /** Prompts that the ladder of remedies captures at most; 0: it isn't climbed. */
  remedies: number;
  engine: EngineSpec;
  model: ModelSpec;
  device: Device;
  serverArgs: string[];
  /** Restarts an attached engine; null: it has one start. */
  restartCommand: string | null;
  /** Who takes the agent turns. */
  turn: TurnKind;
  /** Which client; null with scripted turns, which need none. */
  openclaw: OpenClawSpec | null;
  /** Real turns are asked again by the client's command line. */
  confirm: boolean;
  /** Nothing is fetched. */
  offline: boolean;
  scenarios: string[];
  axes: AxisText[];
  include: string[];
  exclude: string[];
  /** Settings of the client's config as axes; empty with scripted turns. */
  settings: SettingAxis[];
  /** Of base: what has one value in every cell, over the matrix. */
  inForce: { axes: AxisText[]; settings: SettingAxis[] };
  scale: number;
  loads: Load[];
  /** Longest wait for another run on this machine. */
  lockTimeoutMs: number;
  openclawConfig: string | null;
  /** Where results are kept over time; null: nowhere. */
  history: HistorySpec | null;
  failOn: FailOn[];
  out: string;
  planOnly: boolean;
  /** Where the lock of a plan is written, - for the standard output; null: nowhere. */
  lockFile: string | null;
  /** Print a workflow's matrix, for so many jobs; null: by the time that they take. Null: don't. */
  matrix: { shards: number | null } | null;
  /** Only these cells are measured; null: all. */
  cells: string[] | null;
  /** What the run is called among others. */
  label: string | null;
  json: boolean;
  quiet: boolean;
}

interface Suite {
  scenarios: string[];
  /** In their place where the client takes the turns. */
  turns: string[];
  /** Real turns are asked again by the client's command line, which takes half a minute each time. */
  confirm: boolean;
  starts: number;
  rounds: number;
  /** Pairs of starts at most, where base and head are compared: it ends as soon as the verdict stands. */
  pairs: number;
}

/** What `--suite` stands for; single options win over it. */
export const SUITES: Record<"smoke" | "quick" | "full", Suite> = {
  smoke: {
    scenarios: ["smoke"],
    turns: ["oc-answer"],
    confirm: false,
    starts: 1,
    rounds: 1,
    pairs: 8,
  },
  quick: {
    scenarios: ["smoke", "chat", "agent-turn"],
    turns: ["oc-answer", "oc-two-tools"],
    confirm: true,
    starts: 2,
    rounds: 3,
    pairs: 20,
  },
  full: {
    scenarios: ["smoke", "chat", "chat-long", "agent-turn", "agent-tools"],
    turns: ["oc-answer", "oc-read", "oc-write", "oc-two-tools", "oc-second-turn"],
    confirm: true,
    starts: 3,
    rounds: 3,
    pairs: 20,
  },
};

const DEFAULT_AXES = ["requiresStringContent=true,false", "supportsTools=true,false"];
const DAY_S = 86_400;
/** Of a start in a comparison, until its cost is known. */
const FIRST_ROUNDS = 3;
/** Of a running server that nobody restarts: its rounds alternate with the other's. */
const ATTACHED_ROUNDS = 20;

/**
 * Checks and completes options that came from the command line, an Action or a config file.
 * @param machineMemoryBytes what this machine or container has; the default limit is 90% of it
 * @param gpuBytes what a GPU that shares this memory may hold of it; the default limit is no more
 * @throws InputError for the first that is wrong
 */
export function readOptions(
  raw: RawOptions,
  env: NodeJS.ProcessEnv,
  machineMemoryBytes: number,
  gpuBytes = Infinity,
): Options {
  const text = (name: OptionName) => {
    const value = raw[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const list = (name: OptionName) => {
    const value = raw[name];
    return Array.isArray(value) && value.length > 0 ? value : null;
  };
  const integer = (name: OptionName, min: number, max: number) => {
    const value = text(name);
    return value === null ? null : parseInteger(`--${name}`, value, min, max);
  };
  const suite =
    SUITES[parseChoice("--suite", text("suite") ?? "quick", ["smoke", "quick", "full"])];
  const seed = integer("seed", 0, 2 ** 31 - 1) ?? 1;
  const engine = readEngine(raw, text, list, env);
  const turn = parseChoice("--turn", text("turn") ?? "scripted", TURNS);
  const attached = engine.kind === "external";
  const restartCommand = readRestart(text("restart-command"), attached);
  const starts = integer("starts", 1, 1000);
  const oneStart = attached && restartCommand === null;
  if (oneStart && starts !== null && starts > 1) {
    throw new InputError({
      input: "--starts",
      value: String(starts),
      expected: "1 with an attached server, which can't be restarted",
      mend: "Leave --starts out, give --restart-command, or let inferrs-bench start the engine (--engine inferrs).",
    });
  }
  const compares = list("base") !== null;
  const usualRounds = oneStart ? ATTACHED_ROUNDS : FIRST_ROUNDS;
  const timeout = text("timeout");
  const budget = text("time-budget");
  const limit = text("memory-limit");
  const scale = text("scale");
  const devices = ["auto", "cpu", "cuda", "metal"] as const;
  const device = parseChoice("--device", text("device") ?? "auto", devices);
  return {
    engine,
    model: withHubOptions(readModel(engine, text("model"), seed), raw, engine),
    device,
    serverArgs: readServerArgs(raw, engine),
    restartCommand,
    inForce: { axes: [], settings: [] },
    offline: raw.offline === true,
    confirm: turn === "real" && suite.confirm,
    scenarios: list("scenario") ?? (turn === "scripted" ? suite.scenarios : suite.turns),
    axes: (list("compat") ?? DEFAULT_AXES).map(readAxis),
    include: list("include") ?? [],
    exclude: list("exclude") ?? [],
    turn,
    ...readClient(turn, text, list),
    scale: scale === null ? 1 : parsePositive("--scale", scale, 4),
    loads: readLoads(text("concurrency"), text("request-rate"), turn),
    starts: oneStart ? 1 : (starts ?? (compares ? suite.pairs : suite.starts)),
    rounds: integer("rounds", 1, 10_000) ?? (compares ? usualRounds : suite.rounds),
    maxTokens: integer("max-tokens", 1, 1_000_000),
    timeoutMs: (timeout === null ? 300 : parsePositive("--timeout", timeout, DAY_S)) * 1000,
    timeBudgetMs:
      budget === null ? null : parsePositive("--time-budget", budget, 30 * DAY_S) * 1000,
    memoryLimitBytes:
      limit === null
        ? Math.min(Math.floor(machineMemoryBytes * 0.9), device === "cpu" ? Infinity : gpuBytes)
        : parseSize("--memory-limit", limit),
    lockTimeoutMs: (integer("lock-timeout", 0, DAY_S) ?? 600) * 1000,
    seed,
    openclawConfig: text("openclaw-config"),
    history: readHistory(text("history"), integer("history-keep", 1, 3650)),
    failOn: readFailOn(text("fail-on")),
    out: text("out") ?? "inferrs-bench-out",
    remedies: readRemedies(integer("remedies", 0, 100), turn),
    look: readLook(raw, text("fit-budget"), budget, attached),
    keepBodies: raw["keep-bodies"] === true,
    planOnly: raw.plan === true,
    lockFile: readLockFile(text("lock"), raw.plan === true),
    matrix: readMatrix(raw, integer("shards", 1, MOST_JOBS)),
    cells: readCells(list("cell")),
    label: readLabel(text("label")),
    json: raw.json === true,
    quiet: raw.quiet === true,
  };
}

/** It stands in tables and headings. */
const LONGEST_LABEL = 80;

/** One line, without what a terminal or a log would take for a command; null where nothing is left. */
function readLabel(text: string | null): string | null {
  const label = clip(plain(text ?? "").replace(/\s+/g, " "), LONGEST_LABEL);
  return label === "" ? null : label;
}

/** @throws InputError for an id that is empty: a variable that wasn't set is no wish for all cells */
function readCells(ids: string[] | null): string[] | null {
  if (ids === null || ids.every((id) => id.trim() !== "")) return ids;
  throw new InputError({
    input: "--cell",
    value: "",
    expected: "the id of a cell, or a scenario's name",
    mend: "Leave it out to measure all cells; --plan --matrix prints their ids.",
  });
}

/** @throws InputError where a part of `--plan --matrix --shards N` is given without the one before */
function readMatrix(raw: RawOptions, shards: number | null): Options["matrix"] {
  const wanted = raw.matrix === true;
  if (!wanted && shards === null) return null;
  if (wanted && raw.plan === true) return { shards };
  throw new InputError({
    input: wanted ? "--matrix" : "--shards",
    value: wanted ? null : String(shards),
    expected: wanted
      ? "--plan with it: a matrix is made, and nothing measured"
      : "--plan --matrix with it",
    mend: "For example run --plan --matrix --shards 4.",
  });
}

function readLockFile(path: string | null, planOnly: boolean): string | null {
  if (path === null || planOnly) return path;
  throw new InputError({
    input: "--lock",
    value: path,
    expected: "--plan with it: it writes the lock of a run that isn't started",
    mend: "A run writes bench.lock.json into its --out folder by itself.",
  });
}

/** The whole ladder has less. */
const REMEDIES = 24;

function readRemedies(given: number | null, turn: TurnKind): number {
  if (turn !== "scripted") return given ?? REMEDIES;
  if (given === null || given === 0) return 0;
  throw new InputError({
    input: "--remedies",
    value: String(given),
    expected: "--turn real or replayed with it: only OpenClaw itself can show what a setting saves",
    mend: "Add --turn real, or leave --remedies out.",
  });
}

const LOOK_S = 60;
const LOOK_ATTACHED_S = 20;
/** Of a run that only wants to know whether it works at all. */
const LOOK_SMOKE_S = 10;
/** Of the time budget. */
const LOOK_SHARE = 0.1;

/** The ladder takes a small share of the time, and breaks only what is ours. */
function readLook(
  raw: RawOptions,
  text: string | null,
  timeBudget: string | null,
  attached: boolean,
): LookPlan {
  const untilItBreaks = raw["until-it-breaks"] === true;
  if (untilItBreaks && attached) {
    throw new InputError({
      input: "--until-it-breaks",
      value: null,
      expected: "an engine that is started here: a running server is somebody's",
      mend: "Leave it out, or let inferrs-bench start the engine (--engine inferrs).",
    });
  }
  if (text === "0") return { budgetMs: 0, untilItBreaks };
  const smoke = raw.suite === "smoke" && !(Array.isArray(raw.scenario) && raw.scenario.length > 0);
  const usual = smoke ? LOOK_SMOKE_S : attached ? LOOK_ATTACHED_S : LOOK_S;
  const most = timeBudget === null ? usual : Math.min(usual, LOOK_SHARE * Number(timeBudget));
  const seconds = text === null ? most : parsePositive("--fit-budget", text, DAY_S);
  return { budgetMs: seconds * 1000, untilItBreaks };
}

function readRestart(command: string | null, attached: boolean): string | null {
  if (command === null || attached) return command;
  throw new InputError({
    input: "--restart-command",
    value: command,
    expected: "--base-url with it: an engine that is started here needs no command",
    mend: "Leave it out.",
  });
}

const TURNS = ["scripted", "replayed", "real"] as const satisfies readonly TurnKind[];

/** What only the client itself can apply: refused where it isn't run. */
function readClient(
  turn: TurnKind,
  text: Text,
  list: List,
): Pick<Options, "openclaw" | "settings"> {
  const version = text("openclaw-version");
  const settings = list("setting") ?? [];
  if (turn !== "scripted") {
    return { openclaw: parseOpenClaw(version), settings: readSettings(settings) };
  }
  const given = [["--openclaw-version", version] as const, ["--setting", settings[0]] as const];
  for (const [input, value] of given) {
    if (value === null || value === undefined) continue;
    throw new InputError({
      input,
      value,
      expected: "--turn replayed or real with it: scripted turns don't run OpenClaw",
      mend: `Add --turn real, or leave ${input} out.`,
    });
  }
  return { openclaw: null, settings: [] };
}

type Text = (name: OptionName) => string | null;
type List = (name: OptionName) => string[] | null;

function readEngine(raw: RawOptions, text: Text, list: List, env: NodeJS.ProcessEnv): EngineSpec {
  const baseUrl = text("base-url");
  const kinds = ["inferrs", "external", "sim"] as const;
  const kind = parseChoice(
    "--engine",
    text("engine") ?? (baseUrl === null ? "inferrs" : "external"),
    kinds,
  );
  if (baseUrl !== null && kind !== "external") {
    throw new InputError({
      input: "--base-url",
      value: baseUrl,
      expected: `no base URL together with --engine ${kind}, which is started here`,
      mend: "Leave one of the two out.",
    });
  }
  if (raw.sim !== undefined && list("sim") !== null && kind !== "sim") {
    throw new InputError({
      input: "--sim",
      value: (list("sim") ?? []).join(" "),
      expected: "--engine sim with it: knobs belong to the simulator",
      mend: "Add --engine sim, or leave --sim out.",
    });
  }
  const digest = text("inferrs-sha256");
  if (digest !== null && kind !== "inferrs") {
    throw new InputError({
      input: "--inferrs-sha256",
      value: digest,
      expected: `nothing to verify with --engine ${kind}, which fetches nothing`,
      mend: "Leave it out.",
    });
  }
  if (kind === "sim") return { kind, knobs: list("sim") ?? [] };
  if (kind === "inferrs") return readInferrs(text("inferrs"), digest);
  if (baseUrl === null) {
    throw new InputError({
      input: "--base-url",
      value: "",
      expected: "the URL of the running server with --engine external",
      mend: "For example --base-url http://127.0.0.1:8080/v1.",
    });
  }
  checkUrl(baseUrl);
  const named = text("api-key-env");
  if (named !== null && env[named] === undefined) {
    throw new InputError({
      input: "--api-key-env",
      value: named,
      expected: "the name of an environment variable that is set",
      mend: `Set it first: export ${named}=…`,
    });
  }
  const apiKeyEnv = named ?? (env.OPENAI_API_KEY === undefined ? null : "OPENAI_API_KEY");
  return { kind, baseUrl: baseUrl.replace(/\/+$/, ""), apiKeyEnv };
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const clean =
    url !== null &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === "";
  if (clean && /^https?:$/.test(url.protocol)) return;
  throw new InputError({
    input: "--base-url",
    value: url === null ? text : `${url.protocol}//${url.host}`,
    expected: "an http or https URL without user name and query",
    mend: "For example --base-url http://127.0.0.1:8080/v1; keys come from --api-key-env.",
  });
}

function readInferrs(text: string | null, digest: string | null): EngineSpec {
  const inferrs = parseInferrs(text);
  const sha256 = digest === null ? null : parseSha256(digest);
  if (inferrs.kind === "url" && sha256 === null) {
    throw new InputError({
      input: "--inferrs",
      value: shownUrl(inferrs.url),
      expected: "--inferrs-sha256 with a URL: nothing else says what the archive must be",
      mend: "Take the digest from where the archive is published.",
    });
  }
  return { kind: "inferrs", inferrs, sha256 };
}

function readModel(engine: EngineSpec, text: string | null, seed: number): ModelSpec {
  if (engine.kind === "external") return { kind: "served", id: text };
  const model = text ?? GUIDE_MODEL;
  if (engine.kind === "sim") return { kind: "hub", id: model };
  if (model === "synthetic") return { kind: "synthetic", seed };
  const hubId = /^[\w-][\w.-]*\/[\w.-]+$/.test(model);
  return hubId ? { kind: "hub", id: model } : { kind: "directory", path: model };
}

/** @throws InputError for what is not FLAG=VALUE[,VALUE] */
export function readAxis(text: string): AxisText {
  const at = text.indexOf("=");
  const values = text
    .slice(at + 1)
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
  if (at < 1 || values.length === 0) {
    throw new InputError({
      input: "--compat",
      value: text,
      expected: "FLAG=VALUE or FLAG=VALUE,VALUE",
      mend: "For example --compat requiresStringContent=true,false.",
    });
  }
  return { flag: text.slice(0, at).trim(), values: [...new Set(values)] };
}

const MOST_CONCURRENT = 256;
const HIGHEST_RATE = 1000;

/** Concurrencies, then rates; one request at a time where neither is given. */
function readLoads(concurrency: string | null, rate: string | null, turn: TurnKind): Load[] {
  const given = concurrency ?? rate;
  if (turn === "real" && given !== null && given !== "1") {
    throw new InputError({
      input: concurrency === null ? "--request-rate" : "--concurrency",
      value: given,
      expected: "one turn at a time with --turn real: the client takes them one by one",
      mend: "Leave it out, or use --turn replayed: that sends what the client would send.",
    });
  }
  const items = (list: string | null) =>
    list === null ? [] : [...new Set(list.split(",").map((item) => item.trim()))];
  const closed = items(concurrency).map((item): Load => {
    const users = parseInteger("--concurrency", item, 1, MOST_CONCURRENT);
    return { kind: "closed", concurrency: users };
  });
  const open = items(rate).map((item): Load => {
    const requestsPerSecond = parsePositive("--request-rate", item, HIGHEST_RATE);
    return { kind: "open", requestsPerSecond };
  });
  return closed.length + open.length === 0 ? [ALONE] : [...closed, ...open];
}

/** @throws InputError for what it can't name */
export function readFailOn(text: string | null): FailOn[] {
  const words = (text ?? "regression,broken,all-failed").split(",").map((word) => word.trim());
  const kinds = words.map((word) => parseChoice("--fail-on", word, FAIL_ON));
  if (kinds.includes("none") && kinds.length > 1) {
    throw new InputError({
      input: "--fail-on",
      value: text ?? "",
      expected: "none alone, or a list without it",
      mend: "Leave none out of the list.",
    });
  }
  return kinds;
}
