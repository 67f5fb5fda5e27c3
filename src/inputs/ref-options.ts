/** `--base ref=REF --build COMMAND`: both engines are built, each of its own commit. */
import { isAbsolute, normalize } from "node:path";
import type { BenchHost } from "../end.ts";
import { BASE, HEAD } from "../plan/types.ts";
import { type Commit, describeCommit, findCommits } from "../provision/ref/commits.ts";
import type { Warning } from "../result.ts";
import type { ComparedOptions } from "./comparison.ts";
import { InputError } from "./error.ts";
import type { Options } from "./options.ts";
import type { RawOptions } from "./table.ts";

export interface BuiltOptions {
  head: Options;
  compared: ComparedOptions | null;
  warnings: Warning[];
}

/**
 * @returns the options with what is built as the engines of both
 * @throws InputError for a ref without a command and the other way round, or a path that a build
 *   can't make
 * @throws SetupError where there is no repository
 */
export async function withBuilds(
  raw: RawOptions,
  head: Options,
  compared: ComparedOptions | null,
  host: Pick<BenchHost, "cwd" | "env" | "signal">,
): Promise<BuiltOptions> {
  const command = typeof raw.build === "string" && raw.build.trim() !== "" ? raw.build : null;
  const ref = compared?.ref ?? null;
  if (compared === null || ref === null) {
    if (command === null) return { head, compared, warnings: [] };
    throw new InputError({
      input: "--build",
      value: command,
      expected: "--base ref=REF with it: what is built is compared with another commit",
      mend: "Else build it yourself, and give the file: --inferrs PATH.",
    });
  }
  if (command === null) {
    throw new InputError({
      input: "--base",
      value: `ref=${ref}`,
      expected: "--build COMMAND with it, which is run in a copy of both commits",
      mend: "For example --build 'cargo build --release' --inferrs target/release/inferrs.",
    });
  }
  const commits = await findCommits(ref, host);
  const { repository, prefix, uncommitted } = commits;
  const built = (variant: string, options: Options, commit: Commit): Options => {
    const path = builtPath(variant, options);
    const build = { variant, repository, prefix, commit, command };
    return {
      ...options,
      engine: { kind: "inferrs", inferrs: { kind: "built", path, build }, sha256: null },
    };
  };
  const [base, other] = [commits.base, commits.head].map(describeCommit);
  const differs = [
    { what: "commit", base: base ?? "", head: other ?? "" },
    ...compared.differs.filter(({ what }) => what !== "commit"),
  ];
  return {
    head: built(HEAD, head, commits.head),
    compared: { ...compared, differs, base: built(BASE, compared.base, commits.base) },
    warnings: uncommitted === 0 ? [] : [notMeasured(uncommitted)],
  };
}

function builtPath(variant: string, { engine }: Options): string {
  const wrong = (value: string, mend: string) =>
    new InputError({
      input: variant === BASE ? "--base inferrs" : "--inferrs",
      value,
      expected: "with --base ref=REF the file that --build makes, from where it is run",
      mend,
    });
  const example = "For example --inferrs target/release/inferrs.";
  if (engine.kind !== "inferrs") throw wrong(`--engine ${engine.kind}`, "Leave --engine out.");
  if (engine.sha256 !== null) {
    throw wrong(engine.sha256, "Leave --inferrs-sha256 out: nobody knows what a build will be.");
  }
  const { inferrs } = engine;
  if (inferrs.kind !== "path") throw wrong(inferrs.kind, example);
  const path = normalize(inferrs.path);
  if (isAbsolute(path) || path.startsWith("..") || path.startsWith("~")) {
    throw wrong(inferrs.path, example);
  }
  return path;
}

function notMeasured(files: number): Warning {
  const what =
    files === 1 ? "1 file of this checkout differs" : `${files} files of this checkout differ`;
  const text = `${what} from HEAD. Head is the commit: what isn't committed is not measured.`;
  return { code: "uncommitted", text };
}
