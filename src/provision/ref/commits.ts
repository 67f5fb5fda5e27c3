/** Which commits of the user's repository are built. Nothing of it is written. */
import { InputError, SetupError } from "../../inputs/error.ts";
import { gitIn } from "./git.ts";

export interface Commit {
  /** As it was given, `HEAD` for head. */
  name: string;
  hash: string;
  /** Day of the commit (YYYY-MM-DD) and its first line. */
  day: string;
  subject: string;
}

export interface Commits {
  /** Top folder of the user's checkout. */
  repository: string;
  /** Where in it the run was started: ends with a slash, or is empty. */
  prefix: string;
  base: Commit;
  head: Commit;
  /** Files that differ from HEAD and so are not measured. */
  uncommitted: number;
}

/**
 * @param ref as it was given; a branch that only the remote has is found too (a workflow's checkout
 *   has no other)
 * @throws InputError where it is no commit, or head's own
 * @throws SetupError where there is no repository
 */
export async function findCommits(
  ref: string,
  { cwd, env, signal }: { cwd: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<Commits> {
  const git = gitIn(cwd, env, signal);
  const repository = await git.must(["rev-parse", "--show-toplevel"]).catch((error: Error) => {
    const mend = "It compares two commits of the git repository that it is started in.";
    throw new SetupError(`--base ref=${ref}: ${error.message}. ${mend}`, { cause: error });
  });
  const prefix = await git.must(["rev-parse", "--show-prefix"]);
  const find = async (name: string) =>
    await git.ask(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
  const head = await find("HEAD");
  if (head === null) throw new SetupError(`--base ref=${ref}: ${repository} has no commit yet.`);
  const base = (await find(ref)) ?? (await find(`refs/remotes/origin/${ref}`));
  if (base === null) throw await unknown(ref, git.ask(["rev-parse", "--is-shallow-repository"]));
  if (base === head) {
    throw new InputError({
      input: "--base",
      value: `ref=${ref}`,
      expected: `another commit than HEAD, which is ${head.slice(0, 12)} too`,
      mend: "Check out what is to be compared with it, or measure the same twice: --base self.",
    });
  }
  const describe = async (name: string, hash: string): Promise<Commit> => {
    // A commit's message is anybody's: nothing in it may move a terminal's cursor.
    const said = (await git.must(["show", "--no-patch", "--format=%cs %s", hash])).replace(
      /\p{Cc}/gu,
      "",
    );
    return { name, hash, day: said.slice(0, 10), subject: said.slice(11) };
  };
  const status = await git.must(["status", "--porcelain", "--untracked-files=no"]);
  return {
    repository,
    prefix,
    base: await describe(ref, base),
    head: await describe("HEAD", head),
    uncommitted: status === "" ? 0 : status.split("\n").length,
  };
}

async function unknown(ref: string, shallow: Promise<string | null>): Promise<InputError> {
  const cut = (await shallow) === "true";
  return new InputError({
    input: "--base",
    value: `ref=${ref}`,
    expected: "a commit of this repository: a branch, a tag, a hash",
    mend: cut
      ? `This checkout is shallow: git fetch --depth=1 origin ${ref}, and give FETCH_HEAD, or fetch-depth: 0 in actions/checkout.`
      : `Fetch it first: git fetch origin ${ref}.`,
  });
}

/** `main, 1a2b3c4 of 2026-04-24 "subject"`. */
export function describeCommit({ name, hash, day, subject }: Commit): string {
  return `${name}, ${hash.slice(0, 10)} of ${day} "${subject}"`;
}
