/** The lock of a run that isn't started: everything is looked up, and nothing big is fetched. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchHost } from "../end.ts";
import { removeTree } from "../host/files.ts";
import { SetupError } from "../inputs/error.ts";
import type { Prepared } from "../inputs/prepare.ts";
import type { VariantSpec } from "../plan/types.ts";
import { lookUpVariant } from "../provision/look-up.ts";
import type { OpenClawInstall, OpenClawSpec } from "../provision/openclaw/types.ts";
import { shared } from "../provision/shared.ts";
import type { Lock, LockedClient } from "./schema.ts";
import { majorOf } from "./tool.ts";
import { lockVariant } from "./variant.ts";

/**
 * @throws SetupError for what can't be asked; InputError for a file that is not there
 */
export async function lockHere(prepared: Prepared, host: BenchHost): Promise<Lock> {
  const workDir = mkdtempSync(join(tmpdir(), "inferrs-bench-lock-"));
  const { plan, options, lockHead } = prepared;
  const once = shared();
  const note = (line: string, passing: boolean) => {
    if (!options.quiet && !passing) host.stderr.write(`${line}\n`);
  };
  const { cwd, env, signal, githubToken: token = null } = host;
  const context = {
    ...{ cwd, env, signal, token, workDir, note, modelCache: null, offline: options.offline },
    ...{ say: (line: string) => note(line, false), warn: () => {} },
  };
  try {
    const variants: Lock["variants"] = [];
    for (const variant of plan.variants) {
      const found = await lookUpVariant(variant, context, once);
      const client = await clientOf(variant, prepared, context);
      variants.push(await lockVariant(variant, { found, described: null, client }, context, once));
    }
    return { ...lockHead, variants };
  } finally {
    removeTree(workDir);
  }
}

/** What pins a client that is installed. */
export function lockClient(install: OpenClawInstall | null): LockedClient | null {
  if (install === null) return null;
  const { version, integrity, nodeVersion } = install;
  return { version, integrity, node: majorOf(nodeVersion) };
}

type World = Parameters<typeof lookUpVariant>[1];

async function clientOf(
  variant: VariantSpec,
  { plan, client, baseClient }: Prepared,
  world: World,
): Promise<LockedClient | null> {
  const own = variant.openclaw === undefined ? client : baseClient;
  if (own !== null) return lockClient(own.install);
  const spec = variant.openclaw === undefined ? plan.openclaw : variant.openclaw;
  return spec == null ? null : await wanted(spec, world);
}

async function wanted(spec: OpenClawSpec, world: World): Promise<LockedClient> {
  const { lookUpOpenClaw } = await import("../provision/openclaw/provision.ts");
  if (spec.kind === "path") throw new SetupError(`OpenClaw in ${spec.path} can't be read`);
  const { version, integrity, nodeVersion } = await lookUpOpenClaw(spec, world);
  if (nodeVersion === null) {
    throw new SetupError(
      `OpenClaw ${version} needs another Node than there is here, and none is known that could be fetched. Install one and put it on PATH (https://nodejs.org).`,
    );
  }
  return { version, integrity, node: majorOf(nodeVersion) };
}
