/** Runs of the bundled command line, one after the other: their times are real. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type MetricName, type Result, resultSchema, type Verdict } from "../../result.ts";
import type { Case } from "./cases.ts";

const DIST = join(import.meta.dirname, "../../../dist");

/** What one run came to. */
export interface Told {
  verdict: Verdict;
  withheld: boolean;
  /** Primary metrics that regressed. */
  regressed: MetricName[];
  /** Pairs that were made, those that confirm a failure too. */
  pairs: number;
  /** Of each start, in the end; null where no pair was measured. */
  rounds: number | null;
  seconds: number;
}

/** For both sides and every case: one combination, no ladder of prompts, two looks. */
const COMMON = [
  ...["--compat", "requiresStringContent=true", "--compat", "supportsTools=true"],
  ...["--fit-budget", "0", "--starts", "12", "--quiet"],
];

/**
 * @param dir is emptied before and after
 * @throws Error with what the command said when it ended without a verdict
 */
export async function carryOut(each: Case, seed: number, dir: string): Promise<Told> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const out = join(dir, "out");
  const options = each.options(dir, join(DIST, "sim.cjs"));
  const args = ["run", ...options, ...COMMON, "--seed", String(seed), "--out", out];
  const startedMs = performance.now();
  const { code, said } = await command(args);
  const seconds = (performance.now() - startedMs) / 1000;
  const wrong = (what: string) => new Error(`${each.label}, seed ${seed}: ${what}\n${said}`);
  if (code !== 0 && code !== 1) throw wrong(`ended with ${code}`);
  const result = resultSchema.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
  const failed = result.verdict === "regression" || result.verdict === "broken";
  if ((code === 1) !== failed) throw wrong(`ended with ${code}, verdict ${result.verdict}`);
  rmSync(dir, { recursive: true, force: true });
  return toldBy(result, seconds);
}

function toldBy({ comparison, verdict }: Result, seconds: number): Told {
  if (comparison === null || verdict === null) throw new Error("nothing was compared");
  const { list } = comparison.pairs;
  return {
    verdict,
    withheld: comparison.withheld !== null,
    regressed: comparison.metrics.flatMap((metric) =>
      metric.primary && metric.verdict === "regression" && metric.metric !== "loadMs"
        ? [metric.metric]
        : [],
    ),
    pairs: list.length,
    rounds: list.findLast(({ confirming }) => !confirming)?.rounds ?? null,
    seconds,
  };
}

function command(args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(DIST, "cli.cjs"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const take = (part: Buffer) => {
    said += part.toString("utf8");
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, said }));
  });
}
