/**
 * The objects and branches of a repository as git has them: contents are named by their hash, a
 * branch moves only forward unless forced.
 */
import { createHash } from "node:crypto";

export interface GitTreeEntry {
  path: string;
  mode: string;
  type: "blob" | "tree";
  sha: string;
}

export interface GitCommit {
  sha: string;
  tree: string;
  parents: string[];
  message: string;
}

export class GitStore {
  readonly blobs = new Map<string, Buffer>();
  readonly trees = new Map<string, GitTreeEntry[]>();
  readonly commits = new Map<string, GitCommit>();
  /** `refs/heads/main` to commit. */
  readonly refs = new Map<string, string>();

  addBlob(content: Buffer): string {
    const sha = hashOf("blob", content);
    this.blobs.set(sha, content);
    return sha;
  }

  /** Of all files, by path; folders become trees of their own. */
  addTree(files: ReadonlyMap<string, { mode: string; sha: string }>): string {
    const entries = new Map<string, GitTreeEntry>();
    const folders = new Map<string, Map<string, { mode: string; sha: string }>>();
    for (const [path, file] of files) {
      const slash = path.indexOf("/");
      if (slash < 0) entries.set(path, { path, type: "blob", ...file });
      else {
        const folder = path.slice(0, slash);
        const inside = folders.get(folder) ?? new Map();
        folders.set(folder, inside.set(path.slice(slash + 1), file));
      }
    }
    for (const [path, inside] of folders) {
      entries.set(path, { path, type: "tree", mode: "040000", sha: this.addTree(inside) });
    }
    // https://git-scm.com/docs/git-mktree: a folder is sorted as if its name ended in a slash.
    const place = ({ path, type }: GitTreeEntry) => (type === "tree" ? `${path}/` : path);
    const sorted = [...entries.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
    const parts = sorted.map(({ mode, path, sha }) =>
      Buffer.concat([Buffer.from(`${mode.replace(/^0/, "")} ${path}\0`), Buffer.from(sha, "hex")]),
    );
    const sha = hashOf("tree", Buffer.concat(parts));
    this.trees.set(sha, sorted);
    return sha;
  }

  /** Every file below a tree. */
  filesOf(tree: string, prefix = ""): Map<string, { mode: string; sha: string }> {
    const files = new Map<string, { mode: string; sha: string }>();
    for (const { path, type, mode, sha } of this.trees.get(tree) ?? []) {
      if (type === "blob") files.set(prefix + path, { mode, sha });
      else
        for (const [inner, file] of this.filesOf(sha, `${prefix}${path}/`)) files.set(inner, file);
    }
    return files;
  }

  addCommit(tree: string, parents: string[], message: string): GitCommit {
    const lines = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      "author bot <bot@example.org> 1767225600 +0000",
      "committer bot <bot@example.org> 1767225600 +0000",
      "",
      message,
    ];
    const sha = hashOf("commit", Buffer.from(lines.join("\n")));
    const commit = { sha, tree, parents, message };
    this.commits.set(sha, commit);
    return commit;
  }

  isAncestor(older: string, newer: string): boolean {
    const seen = new Set<string>();
    const open = [newer];
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      if (sha === older) return true;
      if (seen.has(sha)) continue;
      seen.add(sha);
      open.push(...(this.commits.get(sha)?.parents ?? []));
    }
    return false;
  }

  /** Files of a branch as text, for the tests; empty when there is no such branch. */
  read(branch: string): Map<string, string> {
    const commit = this.commits.get(this.refs.get(`refs/heads/${branch}`) ?? "");
    const files =
      commit === undefined ? new Map<string, { sha: string }>() : this.filesOf(commit.tree);
    return new Map(
      [...files].map(([path, { sha }]) => [path, this.blobs.get(sha)?.toString("utf8") ?? ""]),
    );
  }

  /** Commits on the whole files, for the tests, as a push would. */
  write(branch: string, files: Record<string, string>, message = "by hand"): string {
    const ref = `refs/heads/${branch}`;
    const parent = this.refs.get(ref);
    const all = new Map(
      Object.entries(files).map(([path, text]) => [
        path,
        { mode: "100644", sha: this.addBlob(Buffer.from(text)) },
      ]),
    );
    const parents = parent === undefined ? [] : [parent];
    const { sha } = this.addCommit(this.addTree(all), parents, message);
    this.refs.set(ref, sha);
    return sha;
  }

  /** From the tip to the root. */
  log(branch: string): GitCommit[] {
    const commits: GitCommit[] = [];
    let at = this.commits.get(this.refs.get(`refs/heads/${branch}`) ?? "");
    while (at !== undefined) {
      commits.push(at);
      at = this.commits.get(at.parents[0] ?? "");
    }
    return commits;
  }
}

function hashOf(kind: string, content: Buffer): string {
  return createHash("sha1").update(`${kind} ${content.length}\0`).update(content).digest("hex");
}
