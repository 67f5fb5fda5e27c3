/** Engines that use real memory, users without rights, and cgroups around the whole tool. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { makeEngineCgroup } from "../../src/engine/cgroup.ts";
import { memoryCgroup } from "../../src/host/cgroup.ts";
import { ROOT } from "./harness.ts";

const EATER = join(ROOT, "src", "testing", "eater.ts");

/** Bytes that the eater takes for each byte of a body: at a tenth of its size an agent's turn takes GBs. */
export const FACTOR = "150000";
export const LIMIT = "400MB";

/** An executable that is started as inferrs is, and really uses memory. */
export function eater(dir: string, before = ""): string {
  const path = join(dir, "eater");
  const run = `exec "${process.execPath}" "${EATER}" "$@"`;
  writeFileSync(
    path,
    `#!/bin/sh\nexport EATER_FACTOR=\${EATER_FACTOR:-${FACTOR}}\n${before}\n${run}\n`,
  );
  chmodSync(path, 0o755);
  // Also for a user without rights.
  chmodSync(dir, 0o777);
  return path;
}

/** A small chat, which lives, and then a large turn, which doesn't. */
export const LADDER = [
  ...["--model", "synthetic", "--device", "cpu", "--scenario", "chat", "--scenario", "agent-turn"],
  ...["--compat", "requiresStringContent=true", "--compat", "supportsTools=true"],
  ...["--starts", "1", "--rounds", "1", "--max-tokens", "2", "--quiet"],
  // The fit would keep the turn back: here the guard is to be met.
  ...["--fit-budget", "0"],
];

export const root = process.getuid?.() === 0;

/** A user who may make no cgroup. Where the tests have no rights themselves, nobody needs to change. */
export const nobody = root ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
export const noNobody =
  root && spawnSync("setpriv", ["--version"]).status !== 0
    ? "needs setpriv, to become a user without rights"
    : false;

const probe = makeEngineCgroup(2 ** 30);
if (probe.kind === "made") await probe.cgroup.remove();
/** Why no cgroup can be made here. */
export const noCgroup = probe.kind === "made" ? false : `no cgroup may be made here: ${probe.why}`;

/**
 * A cgroup with a limit, in which the whole tool runs: what its kernel does there is what it would
 * do on a machine that is no larger, and nobody else is hurt. Only of version 1: version 2 takes no
 * child where this process stands.
 */
export function outerCgroup(limitBytes: number): string {
  const around = memoryCgroup();
  if (around?.version !== 1) throw new Error("needs a memory cgroup of version 1");
  const folder = join(around.folder, `outer-${process.pid}`);
  mkdirSync(folder);
  after(() => rmdirSync(folder));
  for (const file of ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"]) {
    writeFileSync(join(folder, file), String(limitBytes));
  }
  return folder;
}
export const noOuter =
  noCgroup || (memoryCgroup()?.version === 1 ? false : "needs a memory cgroup of version 1");

/** Command words that enter a cgroup and go on as what follows. */
export function inside(folder: string): string[] {
  return ["/bin/sh", "-c", 'echo 0 > "$0/cgroup.procs" && exec "$@"', folder];
}

/** Cgroups that a run's journal names and that are still there, below the one that the tests stand in. */
export function cgroupsLeft(outDir: string): string[] {
  const folder = memoryCgroup()?.folder ?? "";
  const journal = readFileSync(join(outDir, "journal.jsonl"), "utf8");
  const names = [...journal.matchAll(/"cgroup":"(inferrs-bench-[0-9a-f]{12})"/g)];
  return names.map(([, name]) => join(folder, name ?? "")).filter((path) => existsSync(path));
}
