/** One order of what several lists have in their own. Pure. */

/**
 * Each once, in an order that contradicts none of the lists, where there is one; of two that may come
 * next, the one that is met first.
 */
export function inOneOrder<T>(lists: readonly (readonly T[])[]): T[] {
  const rest = [...new Set(lists.flat())];
  const left = lists.map((list) => [...new Set(list)]);
  const ordered: T[] = [];
  while (rest.length > 0) {
    const free = rest.findIndex((item) => left.every((list) => !list.includes(item, 1)));
    // Lists that contradict each other: the first that is left.
    const [item] = rest.splice(Math.max(0, free), 1);
    if (item === undefined) break;
    ordered.push(item);
    for (const list of left) {
      const at = list.indexOf(item);
      if (at !== -1) list.splice(at, 1);
    }
  }
  return ordered;
}
