/** The doctor's lines beside its steps: what it looks at, how it was stopped, what it did not check. */
import { homedir } from "node:os";
import { dirname } from "node:path";
import { plain } from "../report/escape.ts";
import { duration, list } from "../report/format.ts";
import type { Asker } from "./asker.ts";
import type { FoundClient } from "./client.ts";
import type { Subject } from "./options.ts";
import type { DoctorStep } from "./steps.ts";
import type { UserConfig } from "./user-config.ts";

/** Which config, which provider, which server. */
export function introduction(
  subject: Subject,
  config: UserConfig | null,
  looked: readonly string[],
  keyWhy: string | null,
): string[] {
  const lines: string[] = [];
  if (config === null) {
    const places = list([...new Set(looked.map(dirname))].map(shortened));
    lines.push(`No OpenClaw config found (looked in ${places}).`);
  } else {
    const { target, others, because } = config.picked;
    const which =
      target === null
        ? because
        : `provider ${target.provider} (${because}), model ${target.modelId ?? "none"}`;
    lines.push(`OpenClaw's config: ${shortened(config.path)} (${config.by}): ${which}.`);
    if (others.length > 0) {
      lines.push(
        `${target === null ? "Its" : "Its other"} providers of this kind: ${list(others)} (--provider NAME).`,
      );
    }
  }
  if (subject.kind === "attached") lines.push(`Server: ${subject.baseUrl} (${subject.from}).`);
  if (keyWhy !== null)
    lines.push(`The provider's key is not known (${keyWhy}): it is asked without.`);
  return [...lines.map(plain), ""];
}

export function shortened(path: string): string {
  const home = homedir();
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** What was in flight when the user had enough. */
export function interruptedWords({ inFlight, pace }: Asker): string {
  if (inFlight === null) return "Stopped. Nothing was in flight.";
  const ms = pace.goesOnMs(inFlight);
  const how =
    ms === null
      ? "for how long can't be told, because nothing was measured yet"
      : `for about ${duration(Math.max(1000, ms))} at most, by what was measured`;
  return `Stopped during ${inFlight.words}. inferrs doesn't stop at a hang-up: the engine may work on, ${how}.`;
}

/** By their reasons: the same is said once. */
export function notChecked(steps: readonly DoctorStep[], sizesAreScripted: boolean): string[] {
  const titles = new Map<string, string[]>();
  for (const { status, came, id } of steps) {
    if (status === "skipped") titles.set(came, [...(titles.get(came) ?? []), id]);
  }
  const skipped = [...titles].map(([why, which]) => `${list(which)}: ${why}`);
  if (!sizesAreScripted) return skipped;
  return [
    ...skipped,
    "how long your own turn's prompt is: sizes are those of prompts of the same shape and size as OpenClaw's; your workspace's files, skills and tools make it longer or shorter",
  ];
}

export function serverWords(subject: Subject, asker: Asker, version: string | null): string {
  const kind = subject.options.engine.kind;
  const what =
    kind === "external"
      ? `attached, ${subject.kind === "attached" ? subject.baseUrl : ""}`
      : `${kind} ${version ?? ""}`;
  return `${what.trim()}, model ${asker.served ?? "unknown"}`;
}

export function clientWords(client: FoundClient, config: UserConfig | null): string {
  const target = config?.picked.target ?? null;
  const flags = target === null ? "no config" : `compat ${JSON.stringify(target.compat)}`;
  return client.kind === "found"
    ? `OpenClaw ${client.install.version}, ${flags}`
    : `not run, ${flags}`;
}
