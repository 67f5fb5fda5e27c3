/** Lists of GitHub's API, page by page: https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */

/** The most that GitHub gives in one answer. */
export const PER_PAGE = 100;

interface Page<T> {
  items: T[];
  headers: { link?: string | undefined };
}

/**
 * Items of all pages in order, or of the first pages.
 *
 * @param ask for one page, numbered from 1
 * @param enough whether what has come is all that is wanted; absent: to the last page
 * @param mostPages a list that hasn't ended by then is given up
 * @returns null when it was given up
 */
export async function everyPage<T>(
  ask: (page: number) => Promise<Page<T>>,
  { enough, mostPages = 1000 }: { enough?: (items: T[]) => boolean; mostPages?: number } = {},
): Promise<T[] | null> {
  const all: T[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const { items, headers } = await ask(page);
    all.push(...items);
    const last = !/rel="next"/.test(headers.link ?? "");
    if (last || enough?.(all) === true) return all;
  }
  return null;
}
