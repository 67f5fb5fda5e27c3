/** How far a download is, in words. */
import { bytes, duration } from "../../report/format.ts";

export interface DownloadProgress {
  add(bytes: number): void;
  /** What is being fetched now. */
  file(path: string): void;
}

const EVERY_MS = 1_000;
/** The speed is that of the last so many ms. */
const WINDOW_MS = 10_000;

/**
 * @param show gets a line at most once a second
 * @param now ms, monotonic
 */
export function downloadProgress(
  about: { id: string; totalBytes: number },
  show: (line: string) => void,
  now: () => number = () => performance.now(),
): DownloadProgress {
  let done = 0;
  let path = "";
  let shownAt = now();
  let marks: { at: number; done: number }[] = [{ at: shownAt, done: 0 }];
  return {
    file: (next) => {
      path = next;
    },
    add: (amount) => {
      done += amount;
      const at = now();
      if (at - shownAt < EVERY_MS) return;
      shownAt = at;
      marks = [...marks.filter((mark) => at - mark.at <= WINDOW_MS), { at, done }];
      show(renderDownload({ ...about, path, done, perSecond: speedOf(marks) }));
    },
  };
}

function speedOf(marks: { at: number; done: number }[]): number | null {
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at) return null;
  const speed = ((last.done - first.done) * 1000) / (last.at - first.at);
  return speed > 0 ? speed : null;
}

/** `google/gemma-4-E2B-it: 1.2 GB of 10.3 GB (11%), 45.1 MB/s, about 3 min 20 s left: model.safetensors`. */
export function renderDownload(view: {
  id: string;
  path: string;
  done: number;
  totalBytes: number;
  perSecond: number | null;
}): string {
  const { id, path, done, totalBytes, perSecond } = view;
  const share = Math.floor((100 * done) / Math.max(1, totalBytes));
  const left =
    perSecond === null
      ? ""
      : `, ${bytes(perSecond)}/s, about ${duration((1000 * (totalBytes - done)) / perSecond)} left`;
  return `${id}: ${bytes(done)} of ${bytes(totalBytes)} (${share}%)${left}: ${path}`;
}
