/** The golden server as a process of its own: `node main.ts CORPUS`. Prints its port. */
import { readCorpus } from "./script.ts";
import { startGolden } from "./server.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("which folder of scripts?");
const { port } = await startGolden(readCorpus(folder));
process.stdout.write(`${port}\n`);
process.stdin.on("close", () => process.exit(0)).resume();
