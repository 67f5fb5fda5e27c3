/** What an archive must be, and who says so. */
import { SetupError } from "../../inputs/error.ts";

export type VerifiedBy = "table" | "api" | "user";

export interface ExpectedDigest {
  sha256: string;
  verifiedBy: VerifiedBy;
}

const SAYS: Record<VerifiedBy, string> = {
  table: "this tool's table of digests",
  api: "GitHub's API",
  user: "--inferrs-sha256",
};

/**
 * The digest that an archive must have. The table is believed before the API, the API before the
 * user; but whoever says anything must say the same.
 *
 * @throws SetupError when nobody knows, or two disagree
 */
export function expectedDigest(
  what: string,
  known: Record<VerifiedBy, string | null>,
): ExpectedDigest {
  const said = (["table", "api", "user"] as const).flatMap((verifiedBy) => {
    const sha256 = known[verifiedBy];
    return sha256 === null ? [] : [{ sha256, verifiedBy }];
  });
  const [first, ...others] = said;
  if (first === undefined) {
    throw new SetupError(
      `${what} can't be verified: neither the table of digests nor GitHub's API knows its SHA-256. ` +
        "Give it with --inferrs-sha256, from a source that you trust.",
    );
  }
  const other = others.find(({ sha256 }) => sha256 !== first.sha256);
  if (other === undefined) return first;
  throw new SetupError(
    `${what} is refused: its SHA-256 is ${first.sha256} by ${SAYS[first.verifiedBy]}, ` +
      `but ${other.sha256} by ${SAYS[other.verifiedBy]}. Nothing was downloaded. ` +
      (other.verifiedBy === "user"
        ? "Correct --inferrs-sha256 (it is the archive's digest), or leave it out."
        : "The release was changed after it was published: report it."),
  );
}

/** @throws SetupError, naming both digests, when the archive isn't what it must be */
export function checkDigest(what: string, expected: ExpectedDigest, actual: string): void {
  if (actual === expected.sha256) return;
  throw new SetupError(
    `${what} is refused: its SHA-256 is ${actual}, but ${expected.sha256} by ` +
      `${SAYS[expected.verifiedBy]}. It was not unpacked and is deleted. ` +
      (expected.verifiedBy === "user"
        ? "Correct --inferrs-sha256 if you know the archive to be good."
        : "Something between GitHub and here changes downloads, or the release was changed: don't run it."),
  );
}
