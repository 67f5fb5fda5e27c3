/** What is used in the end, once more against the lock: it may have changed since it was looked up. */
import { SetupError } from "../inputs/error.ts";
import { assetHere } from "../provision/inferrs/platform.ts";
import { ofVariant } from "./differences.ts";
import type { Lock, LockedVariant } from "./schema.ts";

/**
 * @param lock null: the run isn't locked
 * @returns what the run's own lock says: the lock that it is held to knows the digests of more
 *   platforms than this one, and is the same run
 * @throws SetupError where something else was found than a moment ago
 */
export function heldTo(lock: Lock | null, used: LockedVariant): LockedVariant {
  const locked = lock?.variants.find(({ name }) => name === used.name);
  if (locked === undefined) return used;
  const [first] = ofVariant(locked, used, assetHere());
  if (first === undefined) return locked;
  const { what, locked: was, found } = first;
  throw new SetupError(
    `${what} is not what the lock names, and was when it was looked up: locked ${was}, now ${found}. Something changes it while this run goes on.`,
  );
}
