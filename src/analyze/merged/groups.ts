/** Which of several runs are parts of one: the same thing, measured on the same kind of machine. Pure. */
import type { Result } from "../../result.ts";
import { keyParts } from "../history/key.ts";

/**
 * Runs of the same engine, model and options, on the same kind of machine, that have no cell in common:
 * what `--plan --matrix` makes. In the order of their first.
 */
export function inGroups<Run extends { result: Result }>(runs: readonly Run[]): Run[][] {
  const groups: Run[][] = [];
  for (const run of runs) {
    const group = groups.find((each) => each.every((other) => areParts(other.result, run.result)));
    if (group === undefined) groups.push([run]);
    else group.push(run);
  }
  return groups;
}

function areParts(a: Result, b: Result): boolean {
  return sameThing(a) === sameThing(b) && noCellInCommon(a, b) && sameScenarios(a, b);
}

/**
 * What decides the figures, less what a part of the cells decides, and less what tells machines of one
 * kind apart: the hosted runners of one label have several processors.
 */
function sameThing(result: Result): string {
  const { environment, platform, comparison, plan, tool } = result;
  const sides = result.variants.map((variant) => {
    const { machine, scenarios, combination, ...parts } = keyParts(result, variant);
    const { version, sha256 } = variant.engine;
    return [variant.name, parts, version, sha256];
  });
  const machine = [platform.id, environment.os.image, environment.gpus.map(({ name }) => name)];
  const compared = comparison && [comparison.kind, comparison.design];
  return JSON.stringify([sides, machine, compared, plan.turn, plan.timeoutMs, tool.version]);
}

function noCellInCommon(a: Result, b: Result): boolean {
  const own = new Set(a.cells.map(({ id }) => id));
  return a.cells.length > 0 && b.cells.length > 0 && b.cells.every(({ id }) => !own.has(id));
}

/** Of one name they are of one text and size. */
function sameScenarios(a: Result, b: Result): boolean {
  const digests = new Map(a.cells.map((cell) => [cell.scenario, cell.scenarioDigest]));
  return b.cells.every((cell) => {
    const digest = digests.get(cell.scenario);
    return digest === undefined || digest === cell.scenarioDigest;
  });
}

/** One kind of machine, yet not one speed: their figures can't be put beside each other. */
export function differInSpeed(results: readonly Result[]): boolean {
  return new Set(results.map(({ environment }) => environment.fingerprint)).size > 1;
}
