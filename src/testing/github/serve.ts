/** Stand-ins for GitHub that a test file starts as it needs them, and that end with it. */
import { after } from "node:test";
import { type GithubServer, type GithubServerOptions, startGithubServer } from "./server.ts";

/**
 * To be called at the top of a test file.
 * @returns starts one; that it was asked for nothing but what GitHub's API has is seen at the end
 */
export function githubServers(): (options?: GithubServerOptions) => Promise<GithubServer> {
  const servers: GithubServer[] = [];
  after(() => Promise.all(servers.map((server) => server.close())));
  return async (options = {}) => {
    const server = await startGithubServer(options);
    servers.push(server);
    return server;
  };
}
