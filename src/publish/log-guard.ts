/** Keeps text from outside out of the runner's ears. */
import { randomUUID } from "node:crypto";

/** Runs what writes commands of our own, for which the runner has to listen meanwhile. */
export type Listening = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Runs `work` while the runner takes no commands from the log: a line `::error::…` that a server or
 * a model put into its answer stays a line of text. The word that ends it is random and not told to
 * anyone. https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 *
 * @param write - writes one line to the log
 * @param work - may ask the runner to listen for a while; the word is another one afterwards
 */
export async function withoutLogCommands<T>(
  write: (line: string) => void,
  work: (listening: Listening) => Promise<T>,
): Promise<T> {
  let word = stop(write);
  // On a line of its own, whatever was written before it.
  const resume = () => write(`\n::${word}::`);
  const listening: Listening = async (inner) => {
    resume();
    try {
      return await inner();
    } finally {
      word = stop(write);
    }
  };
  try {
    return await work(listening);
  } finally {
    resume();
  }
}

function stop(write: (line: string) => void): string {
  const word = randomUUID();
  write(`::stop-commands::${word}`);
  return word;
}
