/** The process that `--engine sim` starts. */
import { runSimulator } from "./main.ts";

void runSimulator(process.argv.slice(2));
