/** A build in the words of a plan. */
import type { InferrsSpec } from "../inferrs/spec.ts";
import { describeCommit } from "./commits.ts";
import { isBuilt, placeOf } from "./place.ts";

/** `inferrs (target/release/inferrs) of main, …: built before by …, in the cache`. */
export function describeBuild(
  { path, build }: InferrsSpec & { kind: "built" },
  env: NodeJS.ProcessEnv,
): string {
  const cached = isBuilt(placeOf(build, path, env));
  const how = cached ? "built before, from the cache" : `built first, by: ${build.command}`;
  return `inferrs of ${describeCommit(build.commit)}; ${path}, ${how}`;
}
