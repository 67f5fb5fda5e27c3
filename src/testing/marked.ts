/** Parts of a page that a script writes anew. */

/**
 * What stands between `<!-- NAME: start -->` and `<!-- NAME: end -->` is replaced.
 * @throws Error when the page has no such place
 */
export function withMarked(page: string, name: string, body: string): string {
  const [start, end] = [`<!-- ${name}: start -->`, `<!-- ${name}: end -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`there is no place between ${start} and ${end}`);
  return `${page.slice(0, from + start.length)}\n\n${body.trim()}\n\n${page.slice(to)}`;
}
