/** Runs one rival over one stream, and our own tool over the same. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../../analyze/statistics.ts";
import { GOLDEN_PROMPT_TOKENS, type GoldenScript } from "../golden/script.ts";
import type { GoldenRecord } from "../golden/server.ts";
import { type Golden, rateErrors, validateScript } from "../golden/validate.ts";
import { exec, lastError } from "./exec.ts";
import { judge, LIMITS, mark, shown, type Truth, truthOf } from "./judge.ts";
import type { Job, Rival } from "./types.ts";

const RUN_LIMIT_MS = 120_000;
/** Runs with a time that is wrong by little are taken again; the one with most right is shown. */
const TRIES = 3;

export interface Cell {
  text: string;
  right: boolean;
  truth: Truth | null;
}

/** What all runs have in common. */
export interface Stage {
  golden: Golden;
  tokenizer: string;
  bookUrl: string;
  /** Rivals write their caches below it, not into the user's. */
  home: string;
  requests: number;
}

/** The cell of a rival; a crash or a time limit is said in it. */
export async function measureRival(
  stage: Stage,
  rival: Rival,
  bin: string,
  script: GoldenScript,
): Promise<Cell> {
  let best = await once(stage, rival, bin, script);
  for (let attempt = 1; attempt < TRIES && best.near; attempt++) {
    const again = await once(stage, rival, bin, script);
    if (again.wrong < best.wrong) best = again;
  }
  return best.cell;
}

async function once(
  stage: Stage,
  rival: Rival,
  bin: string,
  script: GoldenScript,
): Promise<{ cell: Cell; wrong: number; near: boolean }> {
  const dir = mkdtempSync(join(tmpdir(), "rival-"));
  const job: Job = {
    url: `${stage.golden.url}/s/${script.name}`,
    tokenizer: stage.tokenizer,
    bookUrl: stage.bookUrl,
    dir,
    requests: stage.requests,
    promptTokens: GOLDEN_PROMPT_TOKENS,
    maxTokens: script.asks.maxTokens,
  };
  try {
    const { program, args, env, files = {} } = rival.command(job);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    await takeRecords(stage.golden);
    const ended = await exec(join(bin, program), args, {
      cwd: dir,
      env: { ...process.env, ...environment(stage.home, bin), ...env },
      limitMs: RUN_LIMIT_MS,
    });
    const truth = truthOf(script, await takeRecords(stage.golden));
    try {
      const { parts, right, wrong, near } = judge(rival.read(job), truth, stage.requests);
      return { cell: { text: parts.join("<br>"), right, truth }, wrong, near };
    } catch {
      const how = ended.code === null ? "no end in time" : `exit ${ended.code}`;
      // No report of a stream that failed misleads nobody.
      const right = !truth.passes;
      const text = mark(`no report (${how}: ${lastError(ended.tail)})`, right);
      const cell = { text: text.replaceAll("|", "\\|"), right, truth };
      return { cell, wrong: right ? 0 : 4, near: false };
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function environment(home: string, bin: string): NodeJS.ProcessEnv {
  mkdirSync(home, { recursive: true });
  return {
    HOME: home,
    HF_HOME: join(home, "hf"),
    HF_HUB_OFFLINE: "1",
    TRANSFORMERS_OFFLINE: "1",
    TOKENIZERS_PARALLELISM: "false",
    NO_COLOR: "1",
    PATH: `${bin}:${process.env.PATH ?? ""}`,
  };
}

/** Our own tool, judged by what `npm run validate` judges it by. */
export async function measureOurs(stage: Stage, script: GoldenScript): Promise<Cell> {
  for (let attempt = 1; ; attempt++) {
    const row = await validateScript(stage.golden, script, stage.requests);
    if (script.truth.outcome !== "pass" || row.wrong.length > 0) {
      const right = row.wrong.length === 0;
      return { text: mark(right ? row.outcome : row.wrong.join("; "), right), right, truth: null };
    }
    // The loopback's round trip is in a rival's TTFT too.
    const late = median(row.errors.ttft) + median(row.rtts);
    const rates = row.decode.map(({ measured, true: real }) => measured / real - 1);
    const ttftRight = Math.abs(late) <= LIMITS.ttftMs;
    const rateRight = rates.length > 0 && median(rateErrors(row)) <= LIMITS.rateShare;
    const right = ttftRight && rateRight;
    if (!right && attempt < TRIES) continue;
    const parts = [
      mark(`true ${signed(late, " ms")}`, ttftRight),
      mark(shown(row.output, 1, " tok"), true),
      mark(rates.length === 0 ? "no/s" : `true ${signed(100 * median(rates), "%")}`, rateRight),
    ];
    return { text: parts.join("<br>"), right, truth: null };
  }
}

function signed(value: number, unit: string): string {
  return `${value < 0 ? "−" : "+"} ${Math.abs(value).toFixed(1)}${unit}`;
}

async function takeRecords(golden: Golden): Promise<GoldenRecord[]> {
  const response = await fetch(`${golden.url}/golden/records`);
  return (await response.json()) as GoldenRecord[];
}
