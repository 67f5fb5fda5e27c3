/** The real clients of a run: one for all, or base's own beside head's. */
import { join } from "node:path";
import type { RealClientOptions } from "./drive/real/client.ts";
import type { Prepared } from "./inputs/prepare.ts";
import { BASE } from "./plan/types.ts";
import { type ReadyClient, readyClient } from "./ready-client.ts";

export interface RunClients {
  /** Made when it is first asked for. */
  of(variant: string): ReadyClient;
  /** Those that have been made. */
  made(): ReadyClient[];
}

/** @param world `dir`: the run's own folder */
export function runClients(
  prepared: Pick<Prepared, "plan" | "client" | "baseClient">,
  world: Pick<RealClientOptions, "dir" | "env" | "signal" | "onSpawned">,
): RunClients {
  const { baseClient, plan } = prepared;
  const made = new Map<string, ReadyClient>();
  return {
    of(variant) {
      const own = baseClient !== null && variant === BASE;
      // The prompts tell where the workspace is: of two clients the paths have one length.
      const name = baseClient === null ? "client" : own ? "client-base" : "client-head";
      const known = made.get(name);
      if (known !== undefined) return known;
      const client = own ? baseClient : prepared.client;
      const ready = readyClient({ plan, client }, { ...world, dir: join(world.dir, name) });
      made.set(name, ready);
      return ready;
    },
    made: () => [...made.values()],
  };
}
