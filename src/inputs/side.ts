/** One variant before anything is started: its engine, model and client, checked and in words. */
import { isDeepStrictEqual } from "node:util";
import type { BenchHost } from "../end.ts";
import type { VariantSpec } from "../plan/types.ts";
import { describeHubModel } from "../provision/hub/describe.ts";
import { hubSettings } from "../provision/hub/settings.ts";
import { describeOpenClaw } from "../provision/openclaw/spec.ts";
import type { Compat } from "../result.ts";
import { checkEngine } from "./check-engine.ts";
import type { ClientInputs, PreparedClient } from "./client.ts";
import { readMatrix } from "./compat.ts";
import type { Options } from "./options.ts";

export interface Side {
  spec: VariantSpec;
  engine: string;
  model: string;
  /** Null with scripted turns, and with --plan where it isn't installed. */
  client: PreparedClient | null;
  matrix: Compat[];
}

/** @throws InputError for what is wrong with it */
export async function prepareSide(
  name: string,
  options: Options,
  inputs: ClientInputs,
  host: BenchHost,
): Promise<Side> {
  const engine = await checkEngine(options, host);
  const { model, device, serverArgs, restartCommand } = options;
  return {
    spec: {
      ...{ name, engine: engine.spec, model, device, serverArgs },
      ...(restartCommand === null ? {} : { restartCommand }),
    },
    engine: engine.text,
    model: describeModel(options, host.env),
    ...(await readClient(options, inputs, host)),
  };
}

/** Base beside head: what the two have in common isn't prepared again. */
export async function prepareBase(
  name: string,
  options: Options,
  head: { side: Side; options: Options },
  inputs: ClientInputs,
  host: BenchHost,
): Promise<Side> {
  const client = ({ openclaw, inForce }: Options) => ({ openclaw, inForce });
  const same = isDeepStrictEqual(client(options), client(head.options));
  const asked = same ? { ...options, openclaw: null } : options;
  const side = await prepareSide(name, asked, inputs, host);
  if (same) return { ...side, client: head.side.client, matrix: head.side.matrix };
  const own = !isDeepStrictEqual(options.openclaw, head.options.openclaw);
  return own ? { ...side, spec: { ...side.spec, openclaw: options.openclaw } } : side;
}

/** @returns null where none is run */
export function describeClient(options: Options, client: PreparedClient | null): string | null {
  if (options.openclaw === null) return null;
  const which =
    client === null
      ? `${describeOpenClaw(options.openclaw)}, installed before the run (about 650 MB)`
      : client.install.version;
  return `OpenClaw ${which}; ${options.turn} turns`;
}

/**
 * With scripted turns the flags that this tool can apply; else those of the client, which is
 * installed for it. Loaded only then: a demo starts without.
 */
async function readClient(
  options: Options,
  inputs: ClientInputs,
  host: BenchHost,
): Promise<{ client: PreparedClient | null; matrix: Compat[] }> {
  const { openclaw } = options;
  if (openclaw === null) return { client: null, matrix: readMatrix(options) };
  const { prepareClient } = await import("./client.ts");
  return await prepareClient({ ...options, openclaw }, inputs, host);
}

function describeModel(options: Options, env: NodeJS.ProcessEnv): string {
  switch (options.model.kind) {
    case "hub":
      return options.engine.kind === "inferrs"
        ? describeHubModel(options.model, hubSettings(env, options.offline))
        : options.model.id;
    case "directory":
      return options.model.path;
    case "synthetic":
      return "a synthetic Gemma 4 (random weights)";
    case "served":
      return options.model.id ?? "the first that the server lists";
  }
}
