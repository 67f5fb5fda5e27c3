/** Comments of issues, in memory and, if asked, in a JSON file. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export interface StoredComment {
  id: number;
  issue: number;
  body: string;
  user: { login: string; type: string } | null;
  html_url: string;
  /** Counts the writes, so that a test can tell an update from nothing. */
  revision: number;
}

export class CommentStore {
  readonly #file: string | null;
  #comments: StoredComment[];

  constructor(file: string | null, first: Partial<StoredComment>[]) {
    this.#file = file;
    this.#comments =
      file !== null && existsSync(file)
        ? (JSON.parse(readFileSync(file, "utf8")) as StoredComment[])
        : [];
    for (const { issue, body, user } of first) {
      this.add(
        issue ?? 7,
        body ?? "",
        user === undefined ? { login: "someone", type: "User" } : user,
      );
    }
  }

  all(): StoredComment[] {
    return structuredClone(this.#comments);
  }

  of(issue: number): StoredComment[] {
    return this.#comments.filter((comment) => comment.issue === issue);
  }

  add(issue: number, body: string, user: StoredComment["user"]): StoredComment {
    const id = 1 + Math.max(999, ...this.#comments.map((comment) => comment.id));
    const html_url = `https://github.example/o/r/pull/${issue}#issuecomment-${id}`;
    const comment = { id, issue, body, user, html_url, revision: 1 };
    this.#comments.push(comment);
    this.#save();
    return comment;
  }

  change(id: number, body: string): StoredComment | null {
    const comment = this.#comments.find((one) => one.id === id);
    if (comment === undefined) return null;
    comment.body = body;
    comment.revision += 1;
    this.#save();
    return comment;
  }

  /** @returns whether it was there */
  remove(id: number): boolean {
    const left = this.#comments.filter((comment) => comment.id !== id);
    const there = left.length < this.#comments.length;
    this.#comments = left;
    this.#save();
    return there;
  }

  #save(): void {
    if (this.#file !== null) writeFileSync(this.#file, JSON.stringify(this.#comments, null, 2));
  }
}

/** As GitHub shows it. */
export function asComment({ id, body, user, html_url }: StoredComment): object {
  return { id, body, user, html_url };
}
