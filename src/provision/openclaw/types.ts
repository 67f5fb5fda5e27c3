/** The OpenClaw client as it is found or installed, and the isolated home in which it runs. */

/** Which client: `--openclaw-version`. */
export type OpenClawSpec =
  | { kind: "version"; version: string }
  | { kind: "latest" }
  /** A folder of the package, or its executable. */
  | { kind: "path"; path: string };

export interface OpenClawInstall {
  version: string;
  source: "npm" | "path";
  /** npm's integrity of the package (`sha512-…`); null for a path. */
  integrity: string | null;
  /** Absolute path of a Node that this version accepts, and its version. */
  node: string;
  nodeVersion: string;
  /** Absolute path of the client's own entry: it is run as `NODE ENTRY ARGS…`, never through a shell. */
  entry: string;
}

/** Everything that the client reads and writes: nothing of the user's own state is touched. */
export interface ClientHome {
  dir: string;
  configPath: string;
  stateDir: string;
  /** The only folder that the agent's tools may touch. */
  workspaceDir: string;
  logPath: string;
  /** The whole environment of its processes. */
  env: Record<string, string>;
}
