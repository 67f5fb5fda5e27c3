/** Answers that broke off on their way. */
import { broken } from "../provision/inferrs/failure.ts";

/**
 * Octokit gives the text that came instead of JSON that can't be read, and of a body that broke off an
 * empty one: as a list it would pass for an empty list.
 *
 * @throws RequestFailed, worth another try
 */
export function whole<T>(data: T): T {
  if (typeof data === "string") throw broken("the answer broke off");
  return data;
}
