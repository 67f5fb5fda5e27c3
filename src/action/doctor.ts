/** `doctor`: its steps in the summary, and whether it works. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import * as core from "@actions/core";
import { context } from "@actions/github";
import { askDoctor } from "../doctor/command.ts";
import { checkOutDir, writeWhole } from "../host/files.ts";
import { DEFAULT_OUT_DIR, measuredEnvironment } from "../inputs/action.ts";
import { doctorInputs } from "../inputs/doctor-inputs.ts";
import { refuseStrangers } from "../inputs/strangers.ts";
import { withoutLogCommands } from "../publish/log-guard.ts";
import { outputs } from "../publish/outputs.ts";
import { fitSummary, writeSummary } from "../publish/summary.ts";
import { oneLine } from "../publish/text.ts";
import { type DoctorReport, renderDoctorMarkdown } from "../report/doctor-markdown.ts";
import type { ActionWorld } from "./world.ts";

/** It writes nothing into a config here: a job's is gone with the job. */
const GIVEN = { provider: null, write: false, yes: false, undo: false, issueBlock: false };

export async function doctorStep(world: ActionWorld): Promise<void> {
  const { inputs, env, token, signal } = world;
  const raw = doctorInputs(inputs.raw);
  const { eventName: event, payload } = context;
  // It may start an engine that a stranger has built.
  refuseStrangers({ runner: env.RUNNER_ENVIRONMENT, event, payload }, inputs.allowForkCode);
  const { out } = inputs.raw;
  const outDir = resolve(typeof out === "string" ? out : DEFAULT_OUT_DIR);
  checkOutDir(outDir);
  const { stdout, stderr } = process;
  const host = { env: measuredEnvironment(env), cwd: process.cwd(), stdout, stderr, signal };
  const told: DoctorReport[] = [];
  const exitCode = await withoutLogCommands(core.info, () =>
    askDoctor(
      raw,
      GIVEN,
      { ...host, entry: "action", githubToken: token === "" ? null : token },
      (report) => told.push(report),
    ),
  );
  const [report = null] = told;
  tellOutputs(report, exitCode, outDir);
  if (report !== null) {
    const unwritten = await writeSummary(core.summary, fitSummary(renderDoctorMarkdown(report)));
    if (unwritten !== null) core.warning(`No job summary: ${oneLine(unwritten, 300)}`);
  }
  if (exitCode === 0) return;
  core.setFailed(oneLine(report?.sentences.join(" ") ?? "The doctor was interrupted.", 1000));
}

function tellOutputs(report: DoctorReport | null, exitCode: number, outDir: string): void {
  const recommendation = report?.recommendation ?? null;
  const ended = { exitCode, result: null, outDir: "", files: [], error: null };
  const own = {
    ...outputs(ended),
    ...(exitCode === 1 ? { "exit-reason": "all-failed" } : {}),
    "recommended-compat": recommendation === null ? "" : JSON.stringify(recommendation.compat),
    "openclaw-config": recommendation === null ? "" : join(outDir, "openclaw.json5"),
  };
  if (recommendation !== null) {
    mkdirSync(outDir, { recursive: true });
    writeWhole(own["openclaw-config"], recommendation.openclawConfig);
  }
  for (const [name, value] of Object.entries(own)) core.setOutput(name, value);
}
