/** What two variants have in common is looked up, fetched and prepared once. */

export interface Shared {
  /** The first who asks for a key does the work; everyone after gets the same answer, or error. */
  once<T>(key: readonly unknown[], work: () => Promise<T>): Promise<T>;
}

export function shared(): Shared {
  const known = new Map<string, Promise<unknown>>();
  return {
    once<T>(key: readonly unknown[], work: () => Promise<T>): Promise<T> {
      const text = JSON.stringify(key);
      const begun = (known.get(text) as Promise<T> | undefined) ?? work();
      known.set(text, begun);
      return begun;
    },
  };
}
