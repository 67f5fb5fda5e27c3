/** Keeps text from outside out of the runner's ears. */
import { randomUUID } from "node:crypto";

/**
 * Runs `work` while the runner takes no commands from the log: a line `::error::…` that a server or
 * a model put into its answer stays a line of text. The word that ends it is random and not told to
 * anyone. https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 *
 * @param write - writes one line to the log
 */
export async function withoutLogCommands<T>(
  write: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const word = randomUUID();
  write(`::stop-commands::${word}`);
  try {
    return await work();
  } finally {
    // On a line of its own, whatever was written before it.
    write(`\n::${word}::`);
  }
}
