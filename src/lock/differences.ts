/** What is here, held against what a lock names: all that differs, each with what mends it. Pure. */
import type {
  Lock,
  LockedClient,
  LockedEngine,
  LockedFile,
  LockedModel,
  LockedVariant,
  LockHead,
} from "./schema.ts";

export interface Difference {
  what: string;
  locked: string;
  found: string;
  /** One sentence. */
  mend: string;
}

const NONE = "none";

/** @param asset the archive of a release that is for this machine; null: there is none */
export function differences(lock: Lock, here: Lock, asset: string | null): Difference[] {
  const names = new Set([...lock.variants, ...here.variants].map(({ name }) => name));
  const variants = [...names].flatMap((name) => {
    const [locked, found] = [lock, here].map(({ variants }) =>
      variants.find((each) => each.name === name),
    );
    if (locked !== undefined && found !== undefined) return ofVariant(locked, found, asset);
    const mend = "The lock's command and its variants don't belong together: make the lock again.";
    return [{ what: `variant ${name}`, ...both(locked && name, found && name), mend }];
  });
  const all = [...ofHead(lock, here), ...variants];
  return lock.variants.length > 1 ? all : all.map(withoutName);
}

/** `head: model` where there is no other. */
function withoutName(difference: Difference): Difference {
  return { ...difference, what: difference.what.replace(/^head: /, "") };
}

/** Tool and Node: known before the lock's options are read, which another version may not know. */
export function ofTool(
  lock: Pick<Lock, "tool" | "node">,
  here: Pick<Lock, "tool" | "node">,
): Difference[] {
  const { version } = lock.tool;
  const run = `Run that version: npx inferrs-bench@${version}, or its tag in a workflow.`;
  const found: Difference[] = [];
  if (version !== here.tool.version) {
    found.push({ what: "inferrs-bench", ...both(version, here.tool.version), mend: run });
  } else if (lock.tool.sha256 !== null && lock.tool.sha256 !== here.tool.sha256) {
    const mine = here.tool.sha256 ?? "run from its sources";
    const mend = `It is called ${version} too, and other code: take the one that was published, unchanged.`;
    found.push({ what: "inferrs-bench's own files", ...both(lock.tool.sha256, mine), mend });
  }
  if (lock.node !== here.node) {
    const mend = `Any of its minor versions will do. From npm: npx --package node@${lock.node} --package inferrs-bench@${lock.tool.version} inferrs-bench run --locked FILE. Or from https://nodejs.org.`;
    found.push({ what: "Node", ...both(`${lock.node}.x`, `${here.node}.x`), mend });
  }
  return found;
}

function ofHead(lock: LockHead, here: LockHead): Difference[] {
  const names = new Set([...lock.scenarios, ...here.scenarios].map(({ name }) => name));
  const scenarios = [...names].flatMap((name): Difference[] => {
    const shown = ({ scenarios }: LockHead) => {
      const found = scenarios.find((each) => each.name === name);
      return found && `${found.sha256}${found.scale === 1 ? "" : ` (×${found.scale})`}`;
    };
    const mend =
      "Its text or its prompts were changed: take the file that the lock was made with; --scenario FILE beside --locked says where it is.";
    return differ(`scenario ${name}`, shown(lock), shown(here), mend);
  });
  const mend =
    "Give the config that the lock was made with: --openclaw-config FILE beside --locked, where it names one.";
  const [config, other] = [lock.openclawConfigSha256, here.openclawConfigSha256];
  return [
    ...ofTool(lock, here),
    ...scenarios,
    ...differ("the OpenClaw config in force", config, other, mend),
  ];
}

export function ofVariant(
  lock: LockedVariant,
  here: LockedVariant,
  asset: string | null,
): Difference[] {
  const again = "The lock's command and this don't belong together: make the lock again.";
  const all = [
    ...ofEngine(lock.engine, here.engine, asset),
    ...ofModel(lock.model, here.model),
    ...differ("device", lock.device ?? NONE, here.device ?? NONE, again),
    ...differ("server arguments", lock.serverArgs.join(" "), here.serverArgs.join(" "), again),
    ...ofClient(lock.openclaw, here.openclaw),
  ];
  return all.map((each) => ({ ...each, what: `${lock.name}: ${each.what}` }));
}

function ofEngine(lock: LockedEngine, here: LockedEngine, asset: string | null): Difference[] {
  const inferrs = "Give the same file: --inferrs PATH beside --locked says where it is.";
  if (lock.kind === "release" && here.kind === "release") return ofRelease(lock, here, asset);
  if (lock.kind === "path" && here.kind === "path") {
    const [one, two] = [lock.executableSha256, here.executableSha256];
    return differ("SHA-256 of the inferrs executable", one, two, inferrs);
  }
  if (lock.kind === "url" && here.kind === "url") {
    return differ("SHA-256 of the archive", lock.archiveSha256, here.archiveSha256, inferrs);
  }
  if (lock.kind === "built" && here.kind === "built") {
    const checkOut = `Check it out in the repository that it is built in: git checkout ${lock.commit}`;
    return [
      ...differ("commit that is built", lock.commit, here.commit, `${checkOut}.`),
      ...differ("command that builds", lock.command, here.command, "Make the lock again."),
    ];
  }
  if (lock.kind === "sim" && here.kind === "sim") {
    const [one, two] = [lock.knobs.join(" "), here.knobs.join(" ")];
    return differ("knobs of the simulator", one, two, "Make the lock again.");
  }
  if (lock.kind === "external" && here.kind === "external") {
    const mend = "Let the server serve what it served then.";
    const models = differ(
      "models that the server lists",
      // One that was down when either was looked at says nothing.
      (here.models && lock.models?.join(", ")) ?? "",
      (lock.models && here.models?.join(", ")) ?? "",
      mend,
    );
    return models;
  }
  return differ("engine", lock.kind, here.kind, inferrs);
}

function ofRelease(
  lock: LockedEngine & { kind: "release" },
  here: LockedEngine & { kind: "release" },
  asset: string | null,
): Difference[] {
  const version = differ("release of inferrs", lock.version, here.version, "Make the lock again.");
  if (version.length > 0 || asset === null) return version;
  const locked = lock.assets[asset];
  if (locked === undefined) {
    const known = Object.keys(lock.assets).join(", ");
    const mend = `This machine needs ${asset}: make the lock again where GitHub can be asked, so that it holds the digests of every platform.`;
    return [{ what: "archive for this machine", locked: known, found: asset, mend }];
  }
  const mend =
    "The release was changed after the lock was made, or something between GitHub and here changes it: don't run it.";
  return differ(`SHA-256 of ${asset}`, locked, here.assets[asset], mend);
}

function ofModel(lock: LockedModel, here: LockedModel): Difference[] {
  if (lock.kind === "hub" && here.kind === "hub") {
    const mend = "The hub gives other files for that commit: don't use them.";
    const moved = `inferrs takes it from the branch main, which has moved on: fetch commit ${lock.tokenizer?.commit ?? ""} into the hub's cache and use --offline.`;
    return [
      ...differ("model", `${lock.id} ${lock.commit}`, `${here.id} ${here.commit}`, mend),
      ...differ("file that is served", lock.ggufFile ?? NONE, here.ggufFile ?? NONE, mend),
      ...ofFiles("model", lock.files, here.files, mend),
      ...ofFiles("tokenizer", lock.tokenizer?.files ?? [], here.tokenizer?.files ?? [], moved),
    ];
  }
  if (lock.kind === "directory" && here.kind === "directory") {
    const mend = "Give the same folder: --model DIR beside --locked says where it is.";
    const name = `Its name is part of every request: call the folder ${lock.id}.`;
    return [
      ...differ("name of the model's folder", lock.id, here.id, name),
      ...ofFiles("model", lock.files, here.files, mend),
    ];
  }
  if (lock.kind === "synthetic" && here.kind === "synthetic") {
    const mend = "This version of inferrs-bench writes another one: run the lock's version.";
    const shown = ({ seed, sha256 }: typeof lock) => `${sha256} (seed ${seed})`;
    return differ("synthetic model", shown(lock), shown(here), mend);
  }
  const shown = (model: LockedModel) =>
    `${model.kind}${"id" in model && model.id !== null ? ` ${model.id}` : ""}`;
  const mend = "Give the model that the lock was made with.";
  return differ("model", shown(lock), shown(here), mend);
}

function ofFiles(
  what: string,
  lock: readonly LockedFile[],
  here: readonly LockedFile[],
  mend: string,
): Difference[] {
  const paths = [...new Set([...lock, ...here].map(({ path }) => path))].sort();
  const digest = (files: readonly LockedFile[], path: string) =>
    files.find((each) => each.path === path)?.sha256;
  return paths.flatMap((path) =>
    differ(`SHA-256 of the ${what}'s ${path}`, digest(lock, path), digest(here, path), mend),
  );
}

function ofClient(lock: LockedClient | null, here: LockedClient | null): Difference[] {
  if (lock === null || here === null) {
    const mend = "Make the lock again.";
    return differ("OpenClaw", lock?.version ?? NONE, here?.version ?? NONE, mend);
  }
  const mend = "Let npm install it, or give the same one: --openclaw-version PATH.";
  const changed = "npm's registry gives another package under that version: don't run it.";
  const node = `Put a Node ${lock.node} on PATH that this OpenClaw accepts.`;
  return [
    ...differ("version of OpenClaw", lock.version, here.version, mend),
    ...(lock.version === here.version && lock.integrity !== null
      ? differ(
          "integrity of OpenClaw",
          lock.integrity,
          here.integrity ?? "given by path, so that nothing says what its files must be",
          here.integrity === null ? mend : changed,
        )
      : []),
    ...differ("Node of OpenClaw", `${lock.node}.x`, `${here.node}.x`, node),
  ];
}

function differ(
  what: string,
  locked: string | undefined,
  found: string | undefined,
  mend: string,
): Difference[] {
  return locked === found ? [] : [{ what, ...both(locked, found), mend }];
}

function both(locked: string | undefined, found: string | undefined) {
  return { locked: locked || NONE, found: found || NONE };
}
