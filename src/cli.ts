#!/usr/bin/env node
/** The command line. */
import { main } from "./inputs/cli.ts";

void main(process.argv).then((code) => {
  process.exitCode = code;
});
