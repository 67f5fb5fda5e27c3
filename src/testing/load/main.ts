/** The load server as a process of its own. Prints its port; ends with its standard input. */
import { startLoadServer } from "./server.ts";

const { port } = await startLoadServer();
process.stdout.write(`${port}\n`);
process.stdin.on("close", () => process.exit(0)).resume();
